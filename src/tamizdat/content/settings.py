"""Read `mkdocs.yml`: the publication's only settings (`plugins: i18n: languages`, `extra: publication`)."""

from __future__ import annotations

import re
from pathlib import Path

from babel import Locale, UnknownLocaleError

from tamizdat.content import publickeys, publishing, strictyaml
from tamizdat.content.characters import read_text
from tamizdat.content.fields import Fields
from tamizdat.content.report import Report
from tamizdat.model import Address, Language, Law, Settings, Topic

SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
ADDRESS_KINDS = ("web", "onion", "ipfs", "file")
COPIES = ("single", "epub", "pdf", "cards", "republish", "feeds", "zim", "packs")
"""The kinds of copies, each a file of `editions/copies/kinds/`."""


def load(config_file: Path) -> Settings:
    """Read the settings. Raises EditorError with everything that is wrong in the file."""
    config_file = config_file.resolve()
    report = Report(config_file.parent)
    if not config_file.is_file():
        report.add(config_file, 0, "there is no publication here", remedy="run this in the folder with mkdocs.yml")
        report.check()
    text = read_text(config_file, report) or ""
    tree = Fields(strictyaml.read(text, config_file, report, tags=True), config_file, report, "mkdocs.yml")
    report.check()
    settings = _settings(tree, config_file, report)
    report.check()
    return settings


def _settings(tree: Fields, config_file: Path, report: Report) -> Settings:
    root = config_file.parent
    if tree.node("markdown_extensions"):
        remedy = "take it out: every edition must be able to show what is written (design/0003-one-conversion.md)"
        tree.fail("markdown_extensions", "the house has one set of Markdown extensions", remedy)
    languages = _languages(tree, report)
    codes = [language.code for language in languages]
    extra = tree.section("extra", required=True)
    fields = extra.section("publication", required=True) if extra else None
    if fields is None:
        report.check()
    assert fields is not None
    topics = _topics(fields, codes, report)
    addresses = tuple(_address(entry) for entry in fields.sections("addresses"))
    identity = fields.text("id", required=True)
    if identity and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}[a-z0-9]", identity):
        fields.fail("id", "“id” must be 2 to 32 small letters, digits or hyphens", "it stands in every urn: (RFC 8141)")
    licence = fields.section("licence", required=True)
    theme = tree.section("theme")
    settings = Settings(
        root=root,
        docs=root / (tree.text("docs_dir") or "docs"),
        site=root / (tree.text("site_dir") or "site"),
        overrides=root / ((theme.text("custom_dir") if theme else "") or "overrides"),
        id=identity,
        name=tree.text("site_name", required=True),
        languages=languages,
        topics=topics,
        addresses=addresses,
        lead=fields.text("lead") or None,
        licence_name=licence.text("name", required=True) if licence else "",
        licence_url=licence.url("url", required=True) if licence else "",
        keys=publickeys.read(root, report),
        required=_required(fields, codes, [topic.id for topic in topics]),
        copies=fields.texts("copies", choices=COPIES),
        law=_law(fields, codes),
        publish=publishing.read(fields),
    )
    fields.done()
    if licence:
        licence.done()
    site = settings.site.resolve()
    for kept in (root, settings.docs.resolve(), settings.overrides.resolve()):
        if kept.is_relative_to(site) or (kept != root and site.is_relative_to(kept)):
            remedy = "give the site a folder of its own, such as site: each build puts a new one in its place"
            tree.fail("site_dir", f"the site cannot stand in {kept.name}/, which holds what you wrote", remedy)
            break
    return settings


def _required(fields: Fields, codes: list[str], topics: list[str]) -> dict[str, tuple[str, ...] | None]:
    """`required: [ru, kk]`, or `required:` with a language a line and its topics: `kk: [law]`."""
    node = fields.node("required")
    if node is None or isinstance(node.value, list):
        return dict.fromkeys(fields.texts("required", choices=codes))
    if not isinstance(node.value, dict):
        fields.fail("required", "“required” must be a list of languages", "write required: [ru, kk]")
        return {}
    section = Fields(node, fields.path, fields.report, "“required”")
    found = {code: section.texts(code, required=True, choices=topics) for code in codes if code in section.items}
    section.known += codes
    section.done()
    return dict(found)


def _law(fields: Fields, codes: list[str]) -> tuple[Law, ...]:
    """`law:` with a country a line (ISO 3166-1), and below it a note in every language of the publication."""
    section = fields.section("law")
    found: list[Law] = []
    for country, node in (section.items if section else {}).items():
        if not re.fullmatch("[A-Z]{2}", country) or country not in Locale("en").territories:
            remedy = "use two capital letters, such as KZ, KG or RU"
            fields.report.add(fields.path, node.line, "no country has this ISO 3166 code", country, remedy)
        notes = Fields(node, fields.path, fields.report, f"law “{country}”")
        found.append(Law(country, {code: notes.text(code, required=True) for code in codes}))
        notes.done()
    return tuple(found)


def _address(entry: Fields) -> Address:
    kind = entry.text("kind", required=True, choices=ADDRESS_KINDS)
    address = Address(entry.url("url", required=True), kind, entry.partial_day("since"))
    entry.done()
    return address


def _languages(tree: Fields, report: Report) -> tuple[Language, ...]:
    plugins = tree.node("plugins", required=True)
    items = plugins.value if plugins and isinstance(plugins.value, list) else []
    i18n = next((item.value["i18n"] for item in items if isinstance(item.value, dict) and "i18n" in item.value), None)
    if i18n is None:
        report.add(tree.path, tree.line, "plugins: i18n with its languages is missing", remedy="see README, Languages")
        return ()
    found: list[Language] = []
    for entry in Fields(i18n, tree.path, report, "i18n").sections("languages"):
        code, name = entry.text("locale", required=True), entry.text("name", required=True)
        default = entry.node("default")
        if not code:
            continue
        if default and not isinstance(default.value, bool):
            entry.fail("default", "“default” must be true or false", "write default: true")
        if code in [language.code for language in found]:
            entry.fail("locale", f"the language “{code}” is here twice", "keep one of them")
            continue
        try:
            direction = "rtl" if Locale.parse(code, sep="-").text_direction == "rtl" else "ltr"
        except (ValueError, UnknownLocaleError):
            entry.fail("locale", f"no language has the code “{code}”", "use a BCP 47 code such as en, ru, kk, ky")
            continue
        found.append(Language(code, name, bool(default and default.value is True), direction))
    if sum(language.default for language in found) != 1:
        report.add(tree.path, i18n.line, "exactly one language must be the default", remedy="write default: true once")
    return tuple(found)


def _topics(fields: Fields, codes: list[str], report: Report) -> tuple[Topic, ...]:
    section = fields.section("topics", required=True)
    found: list[Topic] = []
    for topic_id, node in (section.items if section else {}).items():
        if not SLUG.fullmatch(topic_id):
            report.add(fields.path, node.line, "a topic's id is part of its address", topic_id, "use a-z, 0-9 and -")
        names = Fields(node, fields.path, report, f"topic “{topic_id}”")
        found.append(Topic(topic_id, {code: names.text(code, required=True) for code in codes}))
        names.done()
    return tuple(found)
