"""The desk on a terminal: the overview as a table, differences one below the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from rich import box
from rich.table import Table
from rich.text import Text

from tamizdat.cli import screen
from tamizdat.content.desk import Cell, Diff, Row, State, Told
from tamizdat.content.staleness import Change
from tamizdat.errors import printable

STYLES = {
    State.ORIGINAL: "bold",
    State.CURRENT: "green",
    State.STALE: "red",
    State.UNRECORDED: "yellow",
    State.MISSING: "magenta",
}
LEGEND = "m: drafted by a machine   u: not reviewed   !: required"

Part = tuple[str, str]
"""Words and what happened to them: `old`, `new`, or "" where they stayed."""


def overview(rows: Sequence[Row], languages: Sequence[str]) -> None:
    """The table, and how many versions are in which state."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("article", overflow="ellipsis")
    for lang in languages:
        table.add_column(lang, no_wrap=True)
    for row in rows:
        table.add_row(Text(row.holding.slug), *(_cell(row.cells[lang], due=lang in row.due) for lang in languages))
    screen.out.print(table, soft_wrap=False)
    screen.say("")
    screen.say(LEGEND)
    screen.say(summary(rows))


def summary(rows: Sequence[Row]) -> str:
    """How many texts there are, and how many versions are in which state."""
    counts = {state: sum(cell.state is state for row in rows for cell in row.cells.values()) for state in State}
    parts = [f"{count} {state.value}" for state, count in counts.items() if count]
    due = sum(len(row.due) for row in rows)
    texts = "1 text" if len(rows) == 1 else f"{len(rows)} texts"
    return f"{texts}: {', '.join(parts)}" + (f"; {due} required" if due else "")


def mark(cell: Cell) -> str:
    """A version in a few letters."""
    words = {State.STALE: f"{cell.stale} stale", State.UNRECORDED: "no record"}
    said = words.get(cell.state, cell.state.value)
    flags = ("m" if cell.machine else "") + ("" if cell.reviewed else "u")
    return f"{said} {flags}".strip()


def _cell(cell: Cell, *, due: bool) -> Text:
    return Text(mark(cell) + (" !" if due else ""), style=STYLES[cell.state])


def differences(diff: Diff) -> None:
    """Every difference, with the words of the original before and now, and the version's own."""
    holding = diff.holding
    count = len(diff.told)
    if not count:
        screen.say(f"{holding.slug}: {diff.lang} is current with {holding.original}")
        return
    screen.say(f"{holding.slug}: {count} {'difference' if count == 1 else 'differences'} for {diff.lang}")
    for told in diff.told:
        screen.say("")
        screen.out.print(Text(heading(told), style="bold"))
        for name, text in _lines(diff, told):
            screen.out.print(Text(f"  {name}: ").append_text(text))
    screen.say("")
    if diff.why:
        screen.say(f"old words that are not shown are not at hand: {diff.why}")
    screen.say(f"done? tamizdat accept {holding.slug} {diff.lang} [--block N]")


def heading(told: Told) -> str:
    """The number and kind of a part, and what happened to it."""
    each = told.difference
    name = each.kind if each.label == each.kind else f"[{each.label}] {each.kind}"
    return f"{name} {each.change.value}"


def _lines(diff: Diff, told: Told) -> Iterator[tuple[str, Text]]:
    original, change = diff.holding.original, told.difference.change
    if change is Change.CHANGED and told.before is not None:
        yield original, _marked(word_diff(told.before, told.now))
    elif change is Change.REMOVED:
        if told.before is not None:
            yield f"{original} before", _marked([(told.before, "old")])
    else:
        yield f"{original} now", Text(_plain(told.now))
    for part in told.theirs:
        yield f"{diff.lang} [{part.label}]", Text(_plain(part.words))
    if not told.theirs:
        yield diff.lang, Text(where(told), style="dim")


def where(told: Told) -> str:
    """What to say where a version has no part of its own."""
    if told.difference.change is Change.REMOVED:
        return "nothing is left of it"
    return f"not there yet: its place is behind [{told.behind}]" if told.behind else "not there yet"


def word_diff(before: str, now: str) -> list[Part]:
    """The words of two texts, those that went and those that came."""
    old, new = before.split(), now.split()
    found: list[Part] = []
    for name, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if name == "equal":
            found.append((" ".join(old[a:b]), ""))
            continue
        found += [(" ".join(words), what) for words, what in ((old[a:b], "old"), (new[c:d], "new")) if words]
    return found


def _marked(parts: Sequence[Part]) -> Text:
    shown = {"old": ("[-{}-]", "red strike"), "new": ("{+{}+}", "green"), "": ("{}", "")}
    text = Text()
    for at, (words, what) in enumerate(parts):
        form, style = shown[what]
        before, after = form.split("{}")
        text.append(" " if at else "").append(f"{before}{_plain(words)}{after}", style=style)
    return text


def _plain(words: str) -> str:
    """Words as a terminal may be sent them."""
    return printable(words, len(words) * 6 + 1)
