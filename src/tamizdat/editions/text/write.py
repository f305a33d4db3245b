"""The text edition: for each language a contents page, for each version `.html`, `.txt` and `.md`."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import jinja2

from tamizdat.content.alignment import Match
from tamizdat.editions import urls
from tamizdat.editions.byline import Byline, byline, join, minutes, note_lines
from tamizdat.editions.house import House, Page
from tamizdat.editions.lists import ListPage, Overview
from tamizdat.editions.marks import Mark, mark
from tamizdat.editions.parallel import has_page, rows, side
from tamizdat.editions.signed import PAGE, foot, lines, signed
from tamizdat.editions.text.lean import lean
from tamizdat.editions.text.lists import Listing, Lists, markdown_list, plain_list
from tamizdat.editions.text.plain import Markdown, Plain, words
from tamizdat.model import Article, Language, Version

BOM = "\ufeff"
"""Without it, a `.txt` that comes with no charset shows Cyrillic as windows-1252."""

FORMS = (".html", ".txt", ".md")


@dataclass(frozen=True)
class Text:
    """The three forms of a version. `digest` is the SHA-256 of its `.md`, in hex, as `sha256sum` gives it."""

    digest: str
    pages: tuple[Page, ...]


class TextEdition:
    """Makes the pages of the text edition."""

    def __init__(self, house: House) -> None:
        self.house, self.strings, self.settings = house, house.strings, house.settings
        names = [name for name in house.templates if name.startswith("text/")]
        self.env = jinja2.Environment(
            loader=jinja2.DictLoader({name.removeprefix("text/"): house.templates[name] for name in names}),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.signed = signed(self.settings.keys)
        self.style = house.templates["text/style.css"].strip()
        digest = hashlib.sha256(self.style.encode()).digest()
        self.style_hash = f"sha256-{base64.b64encode(digest).decode()}"

    def version(self, article: Article, version: Version, alive: urls.Alive, overview: Overview | None = None) -> Text:
        """The three forms of a version; a plain page's lists are made from `overview`."""
        writer = _Writer(self, article, version, alive, overview)
        markdown = writer.markdown()
        digest = hashlib.sha256(markdown).hexdigest()
        made = (writer.html(digest), writer.plain(digest), markdown)
        paths = (urls.text_path(version.key, version.lang, form) for form in FORMS)
        return Text(digest, tuple(Page(path, data) for path, data in zip(paths, made, strict=True)))

    def parallel(self, article: Article, version: Version, matches: Sequence[Match], alive: urls.Alive) -> Page:
        """The page that shows a version beside its original; `matches` say which parts tell the same."""
        return _Writer(self, article, version, alive, None).parallel(matches)

    def listing(self, page: ListPage) -> list[Page]:
        """A page of a list, in the three forms."""
        made = []
        for form in FORMS:
            here = urls.text_path(page.key, page.lang, form)
            lists = Lists(self.house, page.lang, here, form)
            listing = lists.page(page)
            home = lists.link("index", self.settings.name)
            if form == ".html":
                data = self.render("list.html", here, page.lang, {"list": listing, "base": page.base})
            elif form == ".txt":
                head = f"{listing.name}\n{self.settings.name} · {self.settings.language(page.lang).name} · {home.url}"
                data = (
                    BOM + f"{head}\n{self.foot(page.lang)}\n\n" + plain_list(listing, heading=False) + "\n"
                ).encode()
            else:
                head = f"# {words(listing.name)}\n\n[{words(home.title)}]({home.url})"
                data = (head + "\n\n" + markdown_list(listing, heading=False) + "\n" + self.end(page.lang)).encode()
            made.append(Page(here, data))
        return made

    def missing(self, article: Article, language: Language) -> Page:
        """The short page of a version that does not exist: it offers those that do, in this language's words."""
        here = urls.text_path(article.key, language.code)
        context = {"article": article, "others": self.others(article, language.code, here)}
        return Page(here, self.render("missing.html", here, language.code, context))

    def chooser(self) -> Page:
        """`text/index.html`: the languages, each by its own name."""
        here = "text/index.html"
        choices = [(each, urls.relative(here, urls.text_path("index", each.code))) for each in self.settings.languages]
        return Page(here, self.render("chooser.html", here, self.settings.default.code, {"choices": choices}))

    def others(self, article: Article, lang: str, here: str, form: str = ".html") -> list[tuple[Language, str]]:
        """The other versions of an article that exist, with their addresses."""
        return [
            (language, urls.relative(here, urls.text_path(article.key, language.code, form)))
            for language in self.settings.languages
            if language.code in article.versions and language.code != lang
        ]

    def foot(self, lang: str) -> str:
        """The line that says how a copy can be checked, or that it cannot yet."""
        direction = self.settings.language(lang).direction
        return foot(self.signed, self.house.title(PAGE, lang), self.strings[lang], direction)

    def end(self, lang: str) -> str:
        """The same as the end of a `.md`, which says nothing where there is no key."""
        return f"\n{words(self.foot(lang))}\n" if self.signed else ""

    def render(self, template: str, here: str, lang: str, context: dict[str, object]) -> bytes:
        """One page from a template of `overrides/text`."""
        common = {
            "settings": self.settings,
            "language": self.settings.language(lang),
            "t": self.strings[lang],
            "style": self.style,
            "style_hash": self.style_hash,
            "signed": self.signed,
            "lines": lines(self.signed),
            "release": self.house.title(PAGE, lang),
            "to": lambda key: urls.relative(here, urls.text_path(key, lang)),
        }
        return self.env.get_template(template).render({**common, **context}).encode()


class _Writer:
    """Writes one version."""

    def __init__(
        self, edition: TextEdition, article: Article, version: Version, alive: urls.Alive, overview: Overview | None
    ) -> None:
        self.edition, self.article, self.of, self.alive, self.overview = edition, article, version, alive, overview
        self.settings, self.lang, self.key = edition.settings, version.lang, version.key
        self.strings = edition.strings[self.lang]
        self.notes = note_lines(version.rendered.notes, self.strings)
        self.about = self._byline()
        self.urn = urls.urn(self.settings, version)

    def _byline(self) -> Byline:
        """The byline with what the site edition shows beside it: minutes and topics."""
        made = byline(self.article, self.of, self.strings)
        if not self.of.is_article:
            return made
        topics = join([self.settings.topic(topic).names[self.lang] for topic in self.of.meta.topics])
        read = minutes(self.of.rendered.words, self.strings)
        return replace(made, facts=(*made.facts, read, f"{self.strings('topics')}: {topics}"))

    def _lists(self, here: str, form: str) -> list[Listing]:
        if self.overview is None:
            return []
        return Lists(self.edition.house, self.lang, here, form).below(self.key, self.overview)

    def keys(self, here: str) -> str:
        """What the page of the keys shows below its text, as HTML; nothing on any other page."""
        if self.key != PAGE:
            return ""
        return self.edition.render("release.html", here, self.lang, {}).decode()

    def html(self, digest: str) -> bytes:
        """The `.html`: one request, no script."""
        here = urls.text_path(self.key, self.lang)
        edition = urls.Edition(urls.text_path, lambda path: path)
        html = lean(self.of.rendered.html, self.of.rendered.notes, self.strings)
        name = here.rpartition("/")[2].removesuffix(".html")
        context = {
            "article": self.article,
            "version": self.of,
            "body": urls.resolve(mark(self.of, html, self._sign()), here, edition, self.alive) + self.keys(here),
            "original": self._original(here, ".html"),
            "beside": self._beside(here),
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
        parts += writer.blocks(self.keys(here))
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
        parts += writer.blocks(self.of.rendered.html + self.keys(here))
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
