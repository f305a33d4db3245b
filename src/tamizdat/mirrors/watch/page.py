"""The state of all addresses as a page and as text. The page asks nobody for anything, and needs no script."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from tamizdat.errors import ReachError, Verdict
from tamizdat.mirrors.watch.alarm import FALSE, Change
from tamizdat.mirrors.watch.feed import title
from tamizdat.mirrors.watch.history import Row
from tamizdat.mirrors.watch.ooni import Told
from tamizdat.mirrors.watch.reach import BLOCKED, Reach

MOST = 96
"""Rounds in a picture."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:start;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #8884}
h1,li,th[scope=row]{overflow-wrap:anywhere}th[scope=row]{min-width:12rem}
.good{border-inline-start:.35rem solid #2a7d4f}.bad{border-inline-start:.35rem solid #c0392b}
.old{border-inline-start:.35rem solid #d9a21b}.none{border-inline-start:.35rem solid #888}
svg{display:block}rect.good{fill:#2a7d4f}rect.bad{fill:#c0392b}rect.old{fill:#d9a21b}rect.none{fill:#8886}
"""
RULE = "Nothing is called blocked that a control has not reached; unknown means that nobody can tell from here."
Places = Mapping[tuple[str, str], Sequence[Row]]


def html(site: str, places: Places, changes: Sequence[tuple[int, Change]], told: Sequence[Told]) -> str:
    """The page: the newest result of each address and vantage, the rounds before as a picture, changes, OONI."""
    parts = [f"<p>{escape(RULE)}</p>", '<div class="wide" tabindex="0" role="region" aria-label="addresses"><table>']
    parts.append("<thead><tr><th>address</th><th>from</th><th>reach</th><th>integrity</th><th>before</th></tr></thead>")
    parts.append("<tbody>")
    for rows in places.values():
        row = rows[-1]
        number = "" if row.seq is None else f", release {row.seq}"
        parts.append(
            f'<tr><th scope="row">{escape(row.address)}</th><td>{escape(row.vantage)}<br><small>{_time(row.at)}</small>'
            f'</td><td class="{_reach(row)}">{row.reach}<br><small>{escape(row.failure or row.why)}</small></td>'
            f'<td class="{_truth(row)}">{row.integrity}{number}<br><small>{escape(row.reason)}</small></td>'
            f"<td>{picture(rows)}</td></tr>"
        )
    parts.append("</tbody></table></div>")
    parts.append(f"<h2>Changes</h2>{'<ul>' if changes else '<p>None yet.</p>'}")
    for _, each in changes:
        mark = " class=bad" if each.alarm else ""
        parts.append(f"<li{mark}>{_time(each.at)} {escape(title(each))}<br><small>{escape(each.why)}</small></li>")
    parts.append("</ul>" if changes else "")
    if told:
        parts.append("<h2>What OONI's volunteers measured</h2><table><thead><tr><th>address</th><th>network</th>")
        parts.append("<th>their word</th><th>measurements</th><th>from</th><th>to</th></tr></thead><tbody>")
        for one in told:
            cells = (f"{one.country} {one.asn}", one.word, str(one.count), one.first, one.last)
            parts.append(f'<tr><th scope="row">{escape(one.address)}</th>')
            parts += [f"<td>{escape(cell)}</td>" for cell in cells]
            parts.append("</tr>")
        parts.append("</tbody></table>")
    heading = escape(f"{site}: the state of its addresses")
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<title>{heading}</title><style>{STYLE}</style></head><body><main><h1>{heading}</h1>"
    )
    return "\n".join([head, *parts, "</main></body></html>", ""])


def picture(rows: Sequence[Row]) -> str:
    """The rounds, oldest first: above how the address was reached, below what its copy was."""
    shown = rows[-MOST:]
    counts = {word: sum(row.reach is word for row in shown) for word in Reach}
    said = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    true = sum(row.integrity is Verdict.OK for row in shown)
    label = escape(f"{len(shown)} rounds: {said}; true in {true}")
    bars = "".join(
        f'<rect class="{kind}" x="{at * 3}" y="{y}" width="2" height="9"/>'
        for at, row in enumerate(shown)
        for y, kind in ((0, _reach(row)), (11, _truth(row)))
    )
    size = f'width="{3 * len(shown)}" height="20"'
    return f'<svg {size} role="img" aria-label="{label}"><title>{label}</title>{bars}</svg>'


def text(site: str, places: Places, changes: Sequence[tuple[int, Change]], told: Sequence[Told]) -> str:
    """The same for a terminal."""
    lines = [f"{site}: the state of its addresses", RULE, ""]
    for rows in places.values():
        row = rows[-1]
        lines.append(f"{row.address} from {row.vantage}, {_time(row.at)}")
        lines.append(f"    reach: {row.reach} ({row.failure or row.why})")
        lines.append(f"    integrity: {row.integrity}" + (f" ({row.reason})" if row.reason else ""))
        lines.append(f"    rounds: {''.join(_LETTERS[_reach(each)] for each in rows[-MOST:])}")
    if changes:
        lines += ["", "changes:", *(f"    {_time(each.at)} {title(each)}" for _, each in changes)]
    if told:
        lines += ["", "what OONI's volunteers measured:"]
        lines += [
            f"    {one.address} {one.country} {one.asn}: {one.word}, {one.count} times, {one.first} to {one.last}"
            for one in told
        ]
    return "\n".join([*lines, ""])


_LETTERS = {"good": "+", "bad": "x", "old": "-", "none": "?"}


def write(path: Path, data: bytes) -> None:
    """A file, whole or as it was. Raises ReachError where it cannot be written."""
    beside = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(data)
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ReachError(f"{path} cannot be written: {error.strerror}") from error


def _reach(row: Row) -> str:
    if row.reach in BLOCKED:
        return "bad"
    return {Reach.ACCESSIBLE: "good", Reach.DOWN: "old"}.get(row.reach, "none")


def _truth(row: Row) -> str:
    if row.integrity in FALSE or row.integrity is Verdict.EQUIVOCATION:
        return "bad"
    return {Verdict.OK: "good", Verdict.UNKNOWN: "none"}.get(row.integrity, "old")


def _time(at: str) -> str:
    return at.replace("T", " ").removesuffix("Z") + " UTC"
