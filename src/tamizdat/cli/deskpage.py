"""The desk as one page: everything is in it, it asks nobody for anything and needs no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from tamizdat.cli.desktable import LEGEND, heading, mark, summary, where, word_diff
from tamizdat.content.desk import Diff, Row, State, Told
from tamizdat.content.staleness import Change
from tamizdat.model import Settings

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:start;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #8884}
.bar{display:flex;height:1.1rem;border-radius:.2rem;overflow:hidden;background:#8883}
.bar span{display:block}
.original{background:#456}.current{background:#2a7d4f}.stale{background:#c0392b}.not-recorded{background:#d9a21b}
.missing{background:#8e44ad}
td.original,td.current,td.stale,td.not-recorded,td.missing{background:none;border-inline-start:.35rem solid #888}
td.current{border-color:#2a7d4f}td.stale{border-color:#c0392b}td.not-recorded{border-color:#d9a21b}
td.missing{border-color:#8e44ad}
del{color:#b03020}ins{color:#1e7a45}
"""


def overview(settings: Settings, rows: Sequence[Row], languages: Sequence[str]) -> str:
    """All versions at a glance: a bar for each language, then the table."""
    parts = [f"<p>{escape(summary(rows))}</p>", "<table><tbody>"]
    names = {language.code: language.name for language in settings.languages}
    for lang in languages:
        parts.append(f"<tr><th>{escape(names[lang])}</th><td>{_bar(rows, lang)}</td></tr>")
    parts += ["</tbody></table>", f"<p>{escape(LEGEND)}</p>", "<table><thead><tr><th>article</th>"]
    parts += [f"<th>{escape(lang)}</th>" for lang in languages] + ["</tr></thead><tbody>"]
    for row in rows:
        holding = row.holding
        title = holding.versions[holding.original].title
        lang = escape(holding.original)
        parts.append(f'<tr><th>{escape(holding.slug)}<br><small lang="{lang}">{escape(title)}</small></th>')
        for code in languages:
            cell, due = row.cells[code], " !" if code in row.due else ""
            parts.append(f'<td class="{_name(cell.state)}">{escape(mark(cell))}{due}</td>')
        parts.append("</tr>")
    return _page(f"{settings.name}: status", [*parts, "</tbody></table>"])


def _bar(rows: Sequence[Row], lang: str) -> str:
    counts = {state: sum(row.cells[lang].state is state for row in rows) for state in State}
    whole = max(1, len(rows))
    told = ", ".join(f"{count} {state.value}" for state, count in counts.items() if count)
    spans = "".join(
        f'<span class="{_name(state)}" style="width:{100 * count / whole:.2f}%"></span>'
        for state, count in counts.items()
        if count
    )
    return f'<div class="bar" role="img" aria-label="{escape(told)}">{spans}</div><small>{escape(told)}</small>'


def _name(state: State) -> str:
    return state.value.replace(" ", "-")


def differences(settings: Settings, diff: Diff) -> str:
    """Every difference, the original beside the version."""
    holding, directions = diff.holding, {each.code: each.direction for each in settings.languages}
    sides = [f'lang="{escape(code)}" dir="{directions[code]}"' for code in (holding.original, diff.lang)]
    parts = [f"<table><thead><tr><th></th><th>{escape(holding.original)}</th><th>{escape(diff.lang)}</th></tr></thead>"]
    parts.append("<tbody>")
    for told in diff.told:
        parts.append(f"<tr><th>{escape(heading(told))}</th><td {sides[0]}>{''.join(_words(told))}</td>")
        own = "".join(f"<p>[{escape(part.label)}] {escape(part.words)}</p>" for part in told.theirs)
        parts.append(f"<td {sides[1]}>{own}</td></tr>" if own else f"<td><i>{escape(where(told))}</i></td></tr>")
    parts.append("</tbody></table>")
    if diff.why:
        parts.append(f"<p>Old words that are not shown are not at hand: {escape(diff.why)}.</p>")
    return _page(f"{holding.slug}: {holding.original}, {diff.lang}", parts)


def _words(told: Told) -> Iterator[str]:
    if told.difference.change is Change.REMOVED:
        if told.before is not None:
            yield f"<del>{escape(told.before)}</del>"
    elif told.difference.change is Change.CHANGED and told.before is not None:
        tags = {"old": "del", "new": "ins", "": "span"}
        for words, what in word_diff(told.before, told.now):
            yield f"<{tags[what]}>{escape(words)}</{tags[what]}> "
    else:
        yield escape(told.now)


def _page(title: str, parts: Sequence[str]) -> str:
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><h1>{escape(title)}</h1>"
    )
    return "\n".join([head, *parts, "</body></html>", ""])
