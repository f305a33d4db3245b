"""The form of `tamizdat serve --form`: what it writes builds, it asks no other host, and the site has nothing of it."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, Desk

from tamizdat.content.form import configuration
from tamizdat.content.settings import load as load_settings
from tamizdat.editions.site import formfiles
from tamizdat.errors import BuildError

PATIENCE = 60.0
TEXT = """## Письмо {#letter}

Слова письма.[^report-2014]

/// statement
    speaker: Anna Invented
    role: editor of an invented paper
    date: 2014-11-25
    source: report-2014
    form: paraphrase

Она сказала, что текст останется.
///"""
ENGLISH = TEXT.replace("Письмо", "The letter").replace("Слова письма", "The words of the letter")


def collection(desk: Desk, name: str) -> dict[str, Any]:
    made = configuration(load_settings(desk.root / "mkdocs.yml"))
    return next(each for each in made["collections"] if each["name"] == name)


def test_the_fields_are_the_keys_of_the_format(desk: Desk) -> None:
    fields = {each["name"]: each for each in collection(desk, "articles-en")["fields"]}
    assert " ".join(fields) == "title summary date updated authors topics translation method body"
    assert [each["name"] for each in fields["translation"]["fields"]] == ["of", "method", "by", "reviewed_by"]
    assert fields["topics"]["options"][0] == {"label": "Law", "value": "law"}
    (sources,) = collection(desk, "sources")["fields"]
    names = [each["name"] for each in sources["fields"]]
    assert names == ["id", "title", "publisher", "lang", "url", "date", "accessed", "archive_url"]
    assert {each["file"] for each in collection(desk, "pages")["files"]} == {
        f"docs/{name}.{{{{locale}}}}.md" for name in ("index", "topics", "addresses")
    }


def test_an_article_is_listed_where_its_original_is(desk: Desk) -> None:
    desk.article("one", "en")
    desk.article("one", "ru", of="en")
    desk.article("two", "ru")
    desk.write("explainers/three/index.ru.md", "no front matter")
    patterns = {code: collection(desk, f"articles-{code}")["filter"]["pattern"] for code in ("en", "ru")}
    assert patterns == {"en": "^(?!(two)$)", "ru": "^(?!(one)$)"}


def packed(tmp_path: Path, **files: bytes) -> tuple[Path, str]:
    """An archive as npm makes them, and its integrity."""
    path = tmp_path / "packed.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path, f"sha512-{base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()}"


def test_without_npm_one_message_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError, match=r"needs npm.*\n.*install Node\.js"):
        formfiles.install(tmp_path)


def fake_npm(folder: Path, body: str) -> None:
    folder.mkdir()
    (folder / "npm").write_text(f"#!/bin/sh\n{body}\n")
    (folder / "npm").chmod(0o755)


def test_without_a_network_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_npm(tmp_path / "bin", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(BuildError, match=r"could not bring.*\n.*be online"):
        formfiles.install(tmp_path)


def test_another_archive_than_the_lock_names_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, _ = packed(tmp_path, **{"npm/index.js": b"evil()"})
    fake_npm(tmp_path / "bin", f'for last; do :; done; /bin/cp {archive} "$last/x.tgz"')
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(BuildError, match="another @sveltia/cms"):
        formfiles.install(tmp_path)
    assert not (tmp_path / formfiles.PLACE).exists()


def test_a_file_that_was_changed_later_is_not_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, _ = packed(tmp_path, **{"npm/index.js": b"evil()"})
    path = tmp_path / formfiles.PLACE / formfiles.pinned()[0] / "npm" / "index.js"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"evil()")
    monkeypatch.setattr(formfiles, "fetch", lambda *_: archive)
    with pytest.raises(BuildError, match="holds another"):
        formfiles.install(tmp_path)


@contextmanager
def serving(desk: Desk, *more: str) -> Iterator[str]:
    """`tamizdat serve`, once it says that it serves; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    log = desk.root / "serve.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "tamizdat.cli", "serve", "--port", str(port), *more],
            cwd=desk.root,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, "NO_COLOR": "1"},
        )
    try:
        end = time.monotonic() + PATIENCE
        while status(f"{address}/index.html") != 200:
            assert process.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@pytest.fixture
def with_files(desk: Desk) -> Desk:
    """A publication to which npm has brought the form."""
    try:
        formfiles.install(ROOT / ".cache")
    except BuildError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    shutil.copytree(ROOT / ".cache" / formfiles.PLACE, desk.root / ".cache" / formfiles.PLACE)
    return desk


@pytest.mark.slow
def test_it_is_there_only_when_asked_for(with_files: Desk) -> None:
    with serving(with_files) as address:
        assert status(f"{address}/_desk/") == 404
    with serving(with_files, "--form") as address:
        assert status(f"{address}/_desk/") == 200
        assert status(f"{address}/_desk/cms/../package.json") == 404
        with urllib.request.urlopen(f"{address}/_desk/") as answer:
            assert "connect-src 'self'" in answer.headers["Content-Security-Policy"]
    assert not [path for path in with_files.site.rglob("*") if "desk" in path.name or "sveltia" in path.name]


@pytest.mark.slow
def test_what_is_written_in_it_builds(with_files: Desk) -> None:
    from browsing import chromium
    from formpage import READ, Page

    desk = with_files
    desk.article("older", "en", "An older text, which nobody touches.")
    before = texts(desk)
    with serving(desk, "--form") as address, chromium() as browser:
        page = Page(browser, address, before)
        assert page.foreign == []
        page.choose("Articles: Русский")
        page.new()
        page.fill("title", "Письмо: о чём оно")
        page.fill("summary", "Что известно о письме.")
        page.press("authors", "Add")
        page.fill("authors", "Desk, the", last=True)
        page.pick("topics", "Law")
        page.write("body", TEXT)
        page.shoot("form-original")
        page.press_label("Enable")
        page.fill("title", "A letter, and what it says", pane=1)
        page.fill("summary", "What is known of the letter.", pane=1)
        page.open_translation(pane=1)
        page.pick("translation.of", "Русский")
        page.pick("translation.method", "human")
        page.write("body", ENGLISH, pane=1)
        page.slug("new-letter")
        page.shoot("form-translation")
        page.save()
        page.cite("new-letter", id="report-2014", title="A report", publisher="A paper", lang="en")
        page.choose("Articles: English")
        page.open("Older")
        page.fill("title", "Older: a title with a colon")
        page.save()
        after = page.tab.evaluate(READ)
        page.shoot("form-list")
        assert page.foreign == []
    assert sorted(after.keys() - before.keys()) == [
        f"docs/explainers/new-letter/{name}" for name in ("index.en.md", "index.ru.md", "sources.yml")
    ]
    old = "docs/explainers/older/index.en.md"
    assert parts(after.pop(old)) == parts(
        before.pop(old).replace("title: Older", "title: 'Older: a title with a colon'")
    )
    assert {name: text for name, text in after.items() if name in before} == before
    for name, text in after.items():
        desk.write(name.removeprefix("docs/"), text) if name.startswith("docs/") else None
    done = desk.run("build")
    assert done.returncode == 0, done.stdout + done.stderr
    made = (desk.site / "explainers/new-letter/index.html").read_text("utf-8")
    assert "The words of the letter" in made and 'id="letter"' in made
    assert "Слова письма" in (desk.site / "ru/explainers/new-letter/index.html").read_text("utf-8")


def parts(text: str) -> tuple[Any, str]:
    """The front matter and the words below it."""
    _, head, body = text.split("---\n")
    return yaml.safe_load(head), body.strip()


def texts(desk: Desk) -> dict[str, str]:
    """The publication's texts, by their paths."""
    paths = [desk.root / "mkdocs.yml", *(path for path in desk.docs.rglob("*") if path.is_file())]
    return {path.relative_to(desk.root).as_posix(): path.read_text("utf-8") for path in paths}
