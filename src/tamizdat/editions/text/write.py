"""Write `text/`: for each language a contents page, for each version `.html`, `.txt` and `.md`."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jinja2

from tamizdat.content.load import Loaded
from tamizdat.content.strings import Strings
from tamizdat.editions import urls
from tamizdat.editions.byline import Byline, byline, join, minutes, note_lines
from tamizdat.editions.text.lean import lean
from tamizdat.editions.text.lists import Lists
from tamizdat.editions.text.plain import Markdown, Plain
from tamizdat.model import Article, Language, Version

BOM = "\ufeff"
"""Without it, a `.txt` that comes with no charset shows Cyrillic as windows-1252."""


@dataclass(frozen=True)
class Page:
    """A file of the text edition, whole."""

    path: str
    data: bytes


class TextEdition:
    """Makes the text edition of a publication."""

    def __init__(self, loaded: Loaded) -> None:
        self.publication, self.strings = loaded.publication, loaded.strings
        self.settings = loaded.publication.settings
        self.lists = Lists(loaded)
        self._markdown: dict[tuple[str, str], bytes] = {}
        loader = jinja2.FileSystemLoader(self.settings.overrides / "text")
        self.env = jinja2.Environment(
            loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self.style = (self.settings.overrides / "text" / "style.css").read_text("utf-8").strip()
        digest = hashlib.sha256(self.style.encode()).digest()
        self.style_hash = f"sha256-{base64.b64encode(digest).decode()}"

    def pages(self) -> list[Page]:
        """Every file of the edition."""
        found: list[Page] = [self.chooser()]
        for language in self.settings.languages:
            for article in (*self.publication.articles, *self.publication.pages):
                version = article.versions.get(language.code)
                found += self.version(article, version) if version else [self.missing(article, language)]
        return found

    def version(self, article: Article, version: Version) -> list[Page]:
        """The three forms of a version."""
        strings = self.strings[version.lang]
        digest = self.digest(article, version)
        here = urls.text_path(version.key, version.lang)
        html = self.render("page.html", here, version.lang, self._context(article, version, strings, here, digest))
        return [
            Page(here, html),
            Page(urls.text_path(version.key, version.lang, ".txt"), self.plain(article, version, strings, digest)),
            Page(urls.text_path(version.key, version.lang, ".md"), self.markdown(article, version)),
        ]

    def _context(
        self, article: Article, version: Version, strings: Strings, here: str, digest: str
    ) -> dict[str, object]:
        edition = urls.Edition(urls.text_path, lambda path: path)
        html = lean(version.rendered.html, version.rendered.notes, strings)
        name = here.rpartition("/")[2].removesuffix(".html")
        return {
            "article": article,
            "version": version,
            "body": urls.resolve(html, here, edition, self.publication),
            "byline": self._byline(article, version),
            "notes": note_lines(version.rendered.notes, strings),
            "others": self._others(article, version.lang, here),
            "plain": f"{name}.txt",
            "markdown": f"{name}.md",
            "urn": urls.urn(self.settings, version),
            "digest": digest,
            "lists": self.lists.of(version, here, ".html"),
        }

    def _byline(self, article: Article, version: Version) -> Byline:
        """The byline with what the site edition shows beside it: minutes and topics."""
        strings = self.strings[version.lang]
        made = byline(article, version, strings)
        if not version.is_article:
            return made
        topics = join([self.settings.topic(topic).names[version.lang] for topic in version.meta.topics])
        return Byline((*made.facts, minutes(version, strings), f"{strings('topics')}: {topics}"), made.warnings)

    def _others(self, article: Article, lang: str, here: str) -> list[tuple[Language, str]]:
        return [
            (language, urls.relative(here, urls.text_path(article.key, language.code)))
            for language in self.settings.languages
            if language.code in article.versions and language.code != lang
        ]

    def plain(self, article: Article, version: Version, strings: Strings, digest: str) -> bytes:
        """The `.txt`: UTF-8 with BOM, one paragraph a line, a header block, marks around the text."""
        here = urls.text_path(version.key, version.lang, ".txt")
        writer = Plain(strings, self._follow(here, ".txt"))
        made = self._byline(article, version)
        title = version.meta.title if version.key != "index" else self.settings.name
        head = [title, f"{self.settings.name} · {self.settings.language(version.lang).name}", version.meta.summary]
        head += [*made.facts, *made.warnings, strings("unsigned")]
        head += [f"{strings('identity')}: {urls.urn(self.settings, version)}"]
        head += [f"{strings('digest')}: SHA-256 {digest} ({here.rpartition('/')[2].removesuffix('.txt')}.md)"]
        parts = ["\n".join(head), f"*** {strings('start')} ***", *writer.blocks(version.rendered.html)]
        parts += self._plain_lists(version, here)
        parts += [f"*** {strings('end')} ***"]
        if version.rendered.notes:
            lines = [strings("sources")]
            for note in note_lines(version.rendered.notes, strings):
                line = f"[{note.number}] {note.title}. {note.about}. {note.url}".rstrip()
                lines.append(line + (f" ({strings('archived')}: {note.archive_url})" if note.archive_url else ""))
            parts.append("\n".join(lines))
        others = [
            f"{language.name}: {urls.relative(here, urls.text_path(article.key, language.code, '.txt'))}"
            for language, _ in self._others(article, version.lang, here)
        ]
        if others:
            parts.append("\n".join([f"{strings('this_article_in')}", *others]))
        licence = f"{self.settings.licence_name} ({self.settings.licence_url})"
        parts.append(strings("licence_line", licence=licence))
        return (BOM + "\n\n".join(part for part in parts if part) + "\n").encode()

    def _plain_lists(self, version: Version, here: str) -> list[str]:
        parts = []
        for listing in self.lists.of(version, here, ".txt"):
            lines = [f"- {' · '.join(p for p in (e.title, e.date, e.summary, e.url) if p)}" for e in listing.entries]
            parts.append("\n".join([f"## {listing.name}", *(lines or [listing.empty])]))
        return parts

    def digest(self, article: Article, version: Version) -> str:
        """SHA-256 of the version's `.md`, in hex: what `sha256sum` says of that file."""
        return hashlib.sha256(self.markdown(article, version)).hexdigest()

    def markdown(self, article: Article, version: Version) -> bytes:
        """The `.md`: what a republisher or a program takes. No BOM; notes as footnotes."""
        made = self._markdown.get((version.key, version.lang))
        if made is None:
            made = self._markdown[version.key, version.lang] = self._make_markdown(article, version).encode()
        return made

    def _make_markdown(self, article: Article, version: Version) -> str:
        strings = self.strings[version.lang]
        here = urls.text_path(version.key, version.lang, ".md")
        writer = Markdown(strings, self._follow(here, ".md"))
        made = self._byline(article, version)
        plain = writer.words
        parts = [f"# {plain(version.meta.title)}", f"*{plain(version.meta.summary)}*"]
        about = [*made.facts, *made.warnings, urls.urn(self.settings, version)]
        parts.append("  \n".join(map(plain, about)))
        parts += writer.blocks(version.rendered.html)
        for listing in self.lists.of(version, here, ".md"):
            lines = [
                f"- [{plain(e.title)}]({e.url})" + (f" — {plain(e.summary)}" if e.summary else "")
                for e in listing.entries
            ]
            parts.append("\n".join([f"## {plain(listing.name)}", "", *(lines or [listing.empty])]))
        for note in note_lines(version.rendered.notes, strings):
            where = f" <{note.url}>" if note.url else ""
            kept = f" ({strings('archived')}: <{note.archive_url}>)" if note.archive_url else ""
            parts.append(f"[^{note.number}]: {plain(note.title)}. {plain(note.about)}.{where}{kept}")
        licence = f"[{self.settings.licence_name}]({self.settings.licence_url})"
        parts.append(strings("licence_line", licence=licence))
        return "\n\n".join(part for part in parts if part) + "\n"

    def _follow(self, here: str, suffix: str) -> Callable[[str], str]:
        def follow(href: str) -> str:
            if href.startswith("page:"):
                lang, _, key = href.removeprefix("page:").partition("#")[0].partition("/")
                article = self.publication.find(key)
                kind = suffix if article and lang in article.versions else ".html"
                return urls.relative(here, urls.text_path(key, lang, kind))
            return "" if href.startswith("#") else href

        return follow

    def missing(self, article: Article, language: Language) -> Page:
        """The short page of a version that does not exist: it offers those that do, in this language's words."""
        here = urls.text_path(article.key, language.code)
        context = {"article": article, "others": self._others(article, language.code, here)}
        return Page(here, self.render("missing.html", here, language.code, context))

    def chooser(self) -> Page:
        """`text/index.html`: the languages, each by its own name."""
        here = "text/index.html"
        choices = [(each, urls.relative(here, urls.text_path("index", each.code))) for each in self.settings.languages]
        return Page(here, self.render("chooser.html", here, self.settings.default.code, {"choices": choices}))

    def render(self, template: str, here: str, lang: str, context: dict[str, object]) -> bytes:
        """One page from a template of `overrides/text`."""
        common = {
            "settings": self.settings,
            "language": self.settings.language(lang),
            "t": self.strings[lang],
            "style": self.style,
            "style_hash": self.style_hash,
            "to": lambda key: urls.relative(here, urls.text_path(key, lang)),
        }
        return self.env.get_template(template).render({**common, **context}).encode()


def write(edition: TextEdition, site: Path) -> None:
    """Write the text edition below `site`."""
    for page in edition.pages():
        urls.put(site, page.path, page.data)
