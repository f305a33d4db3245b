"""One version in the three forms of the text edition, and beside its original."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tamizdat.content.alignment import Match
from tamizdat.editions import urls
from tamizdat.editions.byline import full_byline, note_lines
from tamizdat.editions.copies.offers import COPIES, law, offers
from tamizdat.editions.house import Page
from tamizdat.editions.lists import Overview
from tamizdat.editions.marks import Mark, mark
from tamizdat.editions.parallel import has_page, rows, side
from tamizdat.editions.signed import PAGE
from tamizdat.editions.text.lean import lean
from tamizdat.editions.text.lists import Listing, Lists, markdown_list, plain_list
from tamizdat.editions.text.plain import Markdown, Plain, words
from tamizdat.model import Article, Version

if TYPE_CHECKING:
    from tamizdat.editions.text.write import TextEdition

BOM = "\ufeff"
"""Without it, a `.txt` that comes with no charset shows Cyrillic as windows-1252."""


class Writer:
    """Writes one version."""

    def __init__(
        self, edition: TextEdition, article: Article, version: Version, alive: urls.Alive, overview: Overview | None
    ) -> None:
        self.edition, self.article, self.of, self.alive, self.overview = edition, article, version, alive, overview
        self.settings, self.lang, self.key = edition.settings, version.lang, version.key
        self.strings = edition.strings[self.lang]
        self.notes = note_lines(version.rendered.notes, self.strings)
        self.about = full_byline(self.settings, article, version, self.strings)
        self.urn = urls.urn(self.settings, version)

    def _lists(self, here: str, form: str) -> list[Listing]:
        if self.overview is None:
            return []
        return Lists(self.edition.house, self.lang, here, form).below(self.key, self.overview)

    def below(self, here: str) -> str:
        """What the pages of the keys and of the copies show below their text, as HTML; nothing on any other page."""
        if self.key == PAGE:
            return self.edition.render("release.html", here, self.lang, {}).decode()
        if self.key == COPIES and self.overview is not None:
            told = {
                "offers": offers(self.overview.copies, here, self.strings),
                "law": law(self.settings, self.settings.language(self.lang), self.strings),
            }
            return self.edition.render("copies.html", here, self.lang, told).decode()
        return ""

    def html(self, digest: str) -> bytes:
        """The `.html`: one request, no script."""
        here = urls.text_path(self.key, self.lang)
        edition = urls.Edition(urls.text_path, lambda path: path)
        html = lean(self.of.rendered.html, self.of.rendered.notes, self.strings)
        name = here.rpartition("/")[2].removesuffix(".html")
        context = {
            "article": self.article,
            "version": self.of,
            "body": urls.resolve(mark(self.of, html, self._sign()), here, edition, self.alive) + self.below(here),
            "original": self._original(here, ".html"),
            "beside": self._beside(here),
            "copies": self._copies(here),
            "byline": self.about,
            "notes": self.notes,
            "others": self.edition.others(self.article, self.lang, here),
            "plain": f"{name}.txt",
            "markdown": f"{name}.md",
            "urn": self.urn,
            "digest": digest,
            "lists": self._lists(here, ".html"),
        }
        return self.edition.render("page.html", here, self.lang, context)

    def _beside(self, here: str) -> str:
        """Where the version stands beside its original; "" where it has no such page."""
        key = urls.parallel(self.key)
        return urls.relative(here, urls.text_path(key, self.lang)) if has_page(self.of) else ""

    def _copies(self, here: str) -> str:
        """Where the version is offered as copies; "" where none are made of it."""
        own = self.of.is_article and self.settings.copies
        return urls.relative(here, urls.text_path(urls.copy(self.key), self.lang)) if own else ""

    def parallel(self, matches: Sequence[Match]) -> Page:
        """The page that shows the version beside its original, one block under the other."""
        key, source = urls.parallel(self.key), self.article.original
        here, edition = urls.text_path(key, self.lang), urls.Edition(urls.text_path, lambda path: path)
        own, other = (urls.relative(here, urls.text_path(self.key, each)) for each in (self.lang, source.lang))
        sides = []
        for each, page in ((self.of, own), (source, other)):
            html = lean(each.rendered.html, each.rendered.notes, self.edition.strings[each.lang])
            html = urls.resolve(html, here, edition, self.alive)
            sides.append(side(each.meta, html, page, anchors=each is self.of))
        context = {
            "version": self.of,
            "source": self.settings.language(source.lang),
            "byline": self.about,
            "own": own,
            "original": other,
            "rows": rows(matches, sides[0], sides[1], self.of.lag.blocks if self.of.lag else (), self._sign()),
        }
        return Page(here, self.edition.render("parallel.html", here, self.lang, context))

    def _sign(self) -> Mark:
        """A short mark before a block whose original changed since."""
        return Mark("b", f"[{self.strings('stale_here')}]")

    def _original(self, here: str, form: str) -> str:
        """Where the original stands in the same form."""
        return urls.relative(here, urls.text_path(self.key, self.article.original.lang, form))

    def plain(self, digest: str) -> bytes:
        """The `.txt`: UTF-8 with BOM, one paragraph a line, a header block, marks around the text."""
        strings, meta, settings = self.strings, self.of.meta, self.settings
        here = urls.text_path(self.key, self.lang, ".txt")
        writer = Plain(strings, self._follow(here, ".txt"))
        title = meta.title if self.key != "index" else settings.name
        head = [title, f"{settings.name} · {settings.language(self.lang).name}", meta.summary]
        head += [*self.about.facts, *self.about.warnings]
        if self.about.stale:
            head += [f"{self.about.stale} {self.about.original}: {self._original(here, '.txt')}"]
        head += [self.edition.foot(self.lang)]
        head += [f"{strings('identity')}: {self.urn}"]
        head += [f"{strings('digest')}: SHA-256 {digest} ({here.rpartition('/')[2].removesuffix('.txt')}.md)"]
        parts = ["\n".join(head), f"*** {strings('start')} ***", *writer.blocks(self.of.rendered.html)]
        parts += writer.blocks(self.below(here))
        parts += [plain_list(listing) for listing in self._lists(here, ".txt")]
        parts += [f"*** {strings('end')} ***"]
        if self.notes:
            lines = [strings("sources")]
            for note in self.notes:
                line = f"[{note.number}] {note.title}. {note.about}. {note.url}".rstrip()
                lines.append(line + (f" ({strings('archived')}: {note.archive_url})" if note.archive_url else ""))
            parts.append("\n".join(lines))
        others = self.edition.others(self.article, self.lang, here, ".txt")
        if others:
            lines = [f"{language.name}: {url}" for language, url in others]
            parts.append("\n".join([f"{strings('this_article_in')}", *lines]))
        licence = f"{settings.licence_name} ({settings.licence_url})"
        parts.append(strings("licence_line", licence=licence))
        return (BOM + "\n\n".join(part for part in parts if part) + "\n").encode()

    def markdown(self) -> bytes:
        """The `.md`: what a republisher or a program takes. No BOM; notes as footnotes."""
        strings, meta = self.strings, self.of.meta
        here = urls.text_path(self.key, self.lang, ".md")
        writer = Markdown(strings, self._follow(here, ".md"))
        parts = [f"# {words(meta.title)}", f"*{words(meta.summary)}*"]
        head = list(map(words, [*self.about.facts, *self.about.warnings]))
        if self.about.stale:
            head.append(f"{words(self.about.stale)} [{words(self.about.original)}]({self._original(here, '.md')})")
        parts.append("  \n".join([*head, words(self.urn)]))
        parts += writer.blocks(self.of.rendered.html + self.below(here))
        parts += [markdown_list(listing) for listing in self._lists(here, ".md")]
        for note in self.notes:
            where = f" <{note.url}>" if note.url else ""
            kept = f" ({strings('archived')}: <{note.archive_url}>)" if note.archive_url else ""
            parts.append(f"[^{note.number}]: {words(note.title)}. {words(note.about)}.{where}{kept}")
        licence = f"[{self.settings.licence_name}]({self.settings.licence_url})"
        parts.append(strings("licence_line", licence=licence))
        return ("\n\n".join(part for part in parts if part) + "\n" + self.edition.end(self.lang)).encode()

    def _follow(self, here: str, form: str) -> Callable[[str], str]:
        def follow(href: str) -> str:
            if href.startswith("page:"):
                lang, _, key = href.removeprefix("page:").partition("#")[0].partition("/")
                kind = form if self.alive(key, lang) else ".html"
                return urls.relative(here, urls.text_path(key, lang, kind))
            return "" if href.startswith("#") else href

        return follow
