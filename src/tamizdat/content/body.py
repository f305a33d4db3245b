"""Read the body of a version line by line before it is converted: what no edition may show is told with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from tamizdat.content.report import Report
from tamizdat.content.statements import Statement, read_statement

BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates (Unicode UAX #9): they can make a text or address look like another."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
_TARGET = re.compile(r"(?<=\])\([^)\s]*(?:\([^)\s]*\)[^)\s]*)*(?:\s+\"[^\"]*\")?\)")
_HTML = re.compile(r"<(?:/?[A-Za-z][^<>]*>|!--|\?|!\[)")
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z]\w*);")
_URL = re.compile(r"(?:https?|ftp)://\S+|\bwww\.\S+", re.IGNORECASE)
_NOTE = re.compile(r"\[\^([^\]\s]+)\]")
_NOTE_TEXT = re.compile(r" {0,3}\[\^[^\]]+\]:")
_REFERENCE = re.compile(r" {0,3}\[[^\]^]+\]:\s")
_IMAGE = re.compile(r"!\[([^\]]*)\]")
_BLOCK = re.compile(r" {0,3}/{3,} *([\w-]*)(.*)")
_HEADING = re.compile(r" {0,3}(#+)\s*(.*)")
_ATTRIBUTES = re.compile(r"\{[:#.][^}]*\}")
_HEADING_ID = re.compile(r".*\S\s+\{#[a-z][a-z0-9-]*\}\s*")

BLOCKS = ("statement", "timeline")


@dataclass
class Body:
    """What the lines hold: ids of notes in reading order with their line, and the statements."""

    cited: list[tuple[str, int]] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)


class _Lines:
    def __init__(self, text: str, path: Path, first_line: int, report: Report) -> None:
        self.lines, self.path, self.first, self.report = text.split("\n"), path, first_line, report
        self.body = Body()
        self.open: tuple[str, int] | None = None

    def fail(self, at: int, message: str, fragment: str, remedy: str) -> None:
        self.report.add(self.path, at + self.first, message, fragment, remedy)

    def run(self) -> Body:
        fence, at = "", 0
        while at < len(self.lines):
            line = self.lines[at]
            mark = _FENCE.match(line)
            if fence:
                fence = "" if mark and mark[1].startswith(fence) and not line.strip(" `~") else fence
            elif mark:
                fence = mark[1]
            elif block := _BLOCK.fullmatch(line):
                at = self.block(at, block[1], block[2])
            else:
                self.prose(at, line)
            at += 1
        if fence:
            self.fail(len(self.lines) - 1, "a code block is not closed", fence, f"end it with {fence}")
        if self.open:
            self.fail(
                self.open[1], f"the block “{self.open[0]}” is not closed", f"/// {self.open[0]}", "end it with ///"
            )
        return self.body

    def block(self, at: int, name: str, rest: str) -> int:
        """Read the opening or closing line of a block and its options; gives the last line that was read."""
        line = self.lines[at].strip()
        if not name:
            if rest.strip() or self.open is None:
                self.fail(
                    at, "the end of a block that was not opened", line, "/// statement or /// timeline begins one"
                )
            self.open = None
            return at
        if self.open:
            message = f"a block inside the block “{self.open[0]}” of line {self.open[1] + self.first}"
            self.fail(at, message, line, "end the first one with ///")
        if name not in BLOCKS or rest.strip():
            self.fail(at, f"unknown block “{name}{rest}”", line, f"known blocks: {', '.join(BLOCKS)}")
        self.open = (name, at)
        end = at
        while end + 1 < len(self.lines) and self.lines[end + 1].startswith("    ") and self.lines[end + 1].strip():
            end += 1
        options = "\n".join(line[4:] for line in self.lines[at + 1 : end + 1])
        if name == "statement":
            statement = read_statement(options, self.path, at + self.first, self.report)
            if statement:
                self.body.statements.append(statement)
                if statement.source:
                    self.body.cited.append((statement.source, statement.line))
        elif options:
            self.fail(at + 1, f"the block “{name}” has no options", options, "leave a blank line below its first line")
        return end

    def prose(self, at: int, line: str) -> None:
        bare = _CODE.sub("", line)
        words = _TARGET.sub("", bare)
        if html := _HTML.search(words):
            self.fail(at, "HTML cannot be carried by every edition", html[0], "write it in Markdown")
        if entity := _ENTITY.search(words):
            self.fail(at, "a character written as an HTML entity", entity[0], "write the character itself")
        if _NOTE_TEXT.match(bare):
            self.fail(at, "the text of a note stands in the article", line, "describe the source in sources.yml")
        elif url := _URL.search(words):
            self.fail(at, "a bare address in the text", url[0], "cite a source, [^id], or write [words](address)")
        elif _REFERENCE.match(bare):
            self.fail(at, "a link definition", line, "write [words](address) where the link stands")
        for image in _IMAGE.finditer(words):
            if not image[1].strip():
                self.fail(at, "an image without alternative text", line, "write what it shows: ![…](file.png)")
        heading = _HEADING.fullmatch(bare)
        if heading and len(heading[1]) == 1:
            self.fail(at, "a second title", line, "the title stands in the front matter; begin headings with ##")
        if (found := _ATTRIBUTES.search(words)) and not (heading and _HEADING_ID.fullmatch(heading[2])):
            remedy = "only a heading has one: ## Words {#small-ascii-id}"
            self.fail(at, "an attribute that the editions do not know", found[0], remedy)
        self.body.cited += [(note[1], at + self.first) for note in _NOTE.finditer(bare)]


def read(text: str, path: Path, first_line: int, report: Report) -> Body:
    """Check the body of a version; `first_line` is its first line's number in the file."""
    return _Lines(text, path, first_line, report).run()


def check_characters(text: str, path: Path, report: Report) -> None:
    """Report control characters and those that turn the direction of a text (a false address, a false title)."""
    for number, line in enumerate(text.split("\n"), 1):
        if found := BIDI_CONTROLS.search(line):
            remedy = "delete it; a version's language sets the direction"
            message = f"a hidden character that turns the text's direction (U+{ord(found[0]):04X})"
            report.add(path, number, message, line, remedy)
        if found := _CONTROL.search(line):
            report.add(path, number, f"a control character (U+{ord(found[0]):04X})", line, "delete it")
