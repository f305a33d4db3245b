"""Read the files of editors, and refuse characters that are not seen and those that turn what is seen."""

from __future__ import annotations

import re
from pathlib import Path

from tamizdat.content.report import Report

MAX_BYTES = 1_000_000
"""Of one text: far more than an article, far less than what would hold up a build."""

_TURNING = "\u202a-\u202e\u2066-\u2069"
_HIDDEN = re.compile(f"[{_TURNING}\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
"""Embeddings, overrides and isolates (Unicode UAX #9) make a text or an address look like another; the others are
control characters, line breaks that only some programs see, and halves of characters."""


def hidden(text: str) -> tuple[str, str] | None:
    """What is wrong with the first forbidden character of `text`, and the remedy; None if there is none."""
    found = _HIDDEN.search(text)
    if found is None:
        return None
    char = found[0]
    code = f"(U+{ord(char):04X})"
    if re.match(f"[{_TURNING}]", char):
        return (
            f"a hidden character that turns the text's direction {code}",
            "delete it; the language sets the direction",
        )
    return f"a control character {code}", "delete it"


def clean(text: str, path: Path, report: Report) -> str:
    """Report each line that holds a forbidden character, once; give the text without them, so that the rest is read."""
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if trouble := hidden(line):
            report.add(path, number, trouble[0], line, trouble[1])
            lines[number - 1] = _HIDDEN.sub("", line)
    return "\n".join(lines)


def read_text(path: Path, report: Report) -> str | None:
    """The text of a file, with LF at line ends; None when it cannot be read as text."""
    return decode(path.read_bytes(), path, report)


def decode(raw: bytes, path: Path, report: Report) -> str | None:
    """The text that the bytes of the file at `path` are, as `read_text` gives it. Opens nothing."""
    if len(raw) > MAX_BYTES:
        report.add(path, 0, f"the file is {len(raw) / 1e6:.0f} MB", path.name, "divide it: a text has at most 1 MB")
        return None
    raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start)
        fragment = raw.split(b"\n")[line].decode("utf-8", "replace")
        report.add(path, line + 1, "the file is not UTF-8", fragment, "save it again with the encoding UTF-8")
        return None
    return clean(text, path, report)


def one_line(text: str) -> str:
    """`text` on one line. Spaces that do not break (U+00A0, U+202F) stay: they belong to the words."""
    return re.sub(r"[ \t\n]+", " ", text).strip()
