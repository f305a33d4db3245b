"""Protects hosts and their readers: files that know an address exist only on request, and a lost reader finds a way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree

import pytest
from browsing import Client, nginx
from conftest import Desk, copy_publication
from test_reader_safety import dangers
from test_reproducible import differences
from tree import files, parse

pytestmark = pytest.mark.slow
HOST = "https://example.org/a/b/"
HOST_FILES = [".nojekyll", "404.html", "robots.txt", "sitemap.xml"]
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The real publication, built for a host."""
    desk = copy_publication(tmp_path_factory.mktemp("hosted") / "publication")
    done = desk.run("build", "--host-url", HOST)
    assert done.returncode == 0, done.stderr
    return desk


def test_only_the_host_files_differ(real: Desk, hosted: Desk) -> None:
    assert differences(real.site, hosted.site) == HOST_FILES
    assert not [name for name in HOST_FILES if (real.site / name).exists()]
    naming = [name for name in files(hosted.site) if b"example.org" in (hosted.site / name).read_bytes()]
    assert naming == ["robots.txt", "sitemap.xml"]


def test_the_sitemap_lists_each_version_once(hosted: Desk) -> None:
    tree = ElementTree.parse(hosted.site / "sitemap.xml").getroot()
    assert tree.tag == f"{SITEMAP}urlset"
    entries = {str(each.findtext(f"{SITEMAP}loc")): each for each in tree}
    assert len(entries) == len(tree) > 40
    listed = set()
    for address, entry in entries.items():
        assert address.startswith(HOST)
        path = address.removeprefix(HOST)
        listed.add(path)
        document = parse(hosted.site / path)
        alternates = {str(each.get("hreflang")): str(each.get("href")) for each in entry.iter(f"{XHTML}link")}
        assert alternates[str(document.get("lang"))] == address
        assert set(alternates.values()) <= entries.keys()
        offered = document.xpath("//nav[contains(@class,'languages')]//a/@hreflang")
        assert alternates.keys() - {"x-default"} == set(offered)
    assert not [each for each in listed if "resolution-1373" in each and each.startswith("ky/")]
    articles = [f for f in files(hosted.site, "/index.html") if "explainers/" in f and not f.startswith("text/")]
    assert listed >= set(articles) - {"ky/explainers/resolution-1373/index.html"}
    assert (hosted.site / "robots.txt").read_text() == f"User-agent: *\nAllow: /\nSitemap: {HOST}sitemap.xml\n"


@pytest.fixture(scope="module")
def client(hosted: Desk) -> Iterator[Client]:
    # As GitHub Pages does it: the file's body, whatever the path that was asked for.
    with nginx(hosted.site, "/a/b/", extra="error_page 404 /a/b/404.html;") as base:
        yield Client(base)


@pytest.mark.parametrize("lost", ["gone.html", "x/y/z", "ru/explainers/gone/index.html", "x/y/z/"])
def test_a_lost_reader_finds_links_that_work(hosted: Desk, client: Client, tmp_path: Path, lost: str) -> None:
    status, body = client.get(client.base + lost)
    assert status == 404
    page = tmp_path / "404.html"
    page.write_bytes(body)
    document = parse(page)
    links = [urljoin(client.base + lost, str(each)) for each in document.xpath("//a/@href")]
    assert len(links) >= 4
    assert {link: client.get(link)[0] for link in links} == dict.fromkeys(links, 200)
    sections = document.xpath("//section/@lang")
    assert sections == ["en", "ru", "kk", "ky"]


def test_the_page_for_lost_readers_is_safe(hosted: Desk) -> None:
    assert dangers(hosted.site / "404.html") == []


@pytest.mark.parametrize(
    "address",
    [
        "example.org",
        "ftp://example.org/",
        "//example.org/",
        "https://",
        "https:///path/",
        "https://example.org/?q=1",
        "https://example.org/#part",
        "https://user:word@example.org/",
        "https://exa mple.org/",
        "https://пример.org/",
        'https://example.org/"><script>',
        "javascript:alert(1)",
        "",
    ],
)
def test_an_address_that_cannot_be_is_refused(desk: Desk, address: str) -> None:
    (desk.site / "old").mkdir(parents=True)
    (desk.site / "old" / "page.html").write_text("the last good site")
    done = desk.run("build", "--host-url", address)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "--host-url" in done.stderr
    assert files(desk.site) == ["old/page.html"]
    assert not [path.name for path in desk.root.iterdir() if path.name.startswith(".site")]


@pytest.mark.parametrize("address", ["https://example.org", "http://127.0.0.1:8000/", "https://example.org/a/b"])
def test_an_address_may_end_with_or_without_a_slash(desk: Desk, address: str) -> None:
    done = desk.run("build", "--host-url", address)
    assert done.returncode == 0, done.stderr
    assert f"<loc>{address.rstrip('/')}/index.html</loc>" in (desk.site / "sitemap.xml").read_text()
