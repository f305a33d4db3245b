"""Read the body of a version line by line before it is converted: what no edition may show is told with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from tamizdat.content import wording
from tamizdat.content.report import Report
from tamizdat.content.statements import Statement, read_statement
from tamizdat.content.wording import ENTITY, HTML, NOTE, URL

TAB = 4
"""Columns of a tab, as Python-Markdown counts them."""

_FENCE = re.compile(r"(?:`{3,}|~{3,}) *[\w#.+-]* *")
_FENCE_LIKE = re.compile(r"[\s>]*+(?:(?:[-*+:]|\d+\.)[\s>]*+)?(?:(`{3,})[^`]*|(~{3,}).*)")
_NOTE_TEXT = re.compile(r"[ >]{0,9}\[\^[^\]]+\]:")
_REFERENCE = re.compile(r"[ >]{0,9}\[(?!\^)[^\]]+\]:")
_IMAGE = re.compile(r"!\[([^\[\]]*)\]")
_BLOCK = re.compile(r" {0,3}(/{3,}) *([\w-]*)(.*)")
_BLOCK_INSIDE = re.compile(r"(?:[ >]|[-*+:] |\d+\. )+/{3,} *\w")
_HEADING = re.compile(r" {0,3}(#+)\s*(.*)")
_UNDERLINE = re.compile(r" {0,3}=+ *")
_ATTRIBUTES = re.compile(r"\{\s*[:#.][^{}]*\}")
_HEADING_ID = re.compile(r"(?:.*\S)?\s\{#[a-z][a-z0-9-]*\}\s*")

BLOCKS = ("statement", "timeline")


@dataclass
class Body:
    """What the lines hold: ids of notes in reading order with their line, and the statements.

    `sound` is false where a block or a code block is not whole: then nobody can say what the rest of the text is.
    """

    cited: list[tuple[str, int]] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    sound: bool = True


class _Lines:
    def __init__(self, text: str, path: Path, first_line: int, report: Report) -> None:
        self.lines, self.path, self.first, self.report = text.expandtabs(TAB).split("\n"), path, first_line, report
        self.body = Body()
        self.open: tuple[str, int, str] | None = None
        self.wordless = 0

    def fail(self, at: int, message: str, fragment: str, remedy: str) -> None:
        self.report.add(self.path, at + self.first, message, fragment, remedy)

    def breaks(self, at: int, message: str, fragment: str, remedy: str) -> None:
        """Report what makes the rest of the text uncertain."""
        self.body.sound = False
        self.fail(at, message, fragment, remedy)

    def run(self) -> Body:
        at, words = 0, 0
        while at < len(self.lines):
            line = self.lines[at]
            fence, block = _FENCE_LIKE.fullmatch(line), _BLOCK.fullmatch(line)
            if fence or block or not line.strip() or _HEADING.match(line):
                self.paragraph(words, at)
                words = at
            if fence:
                at = self.code(at, fence[1] or fence[2])
            elif block:
                at = self.block(at, block)
            at += 1
            if fence or block:
                words = at
        self.paragraph(words, len(self.lines))
        if self.open:
            name, line_number, slashes = self.open
            self.breaks(line_number, f"the block “{name}” is not closed", f"/// {name}", f"end it with {slashes}")
        return self.body

    def code(self, at: int, fence: str) -> int:
        """Skip a code block; gives the line of its end."""
        right = _FENCE.fullmatch(self.lines[at])
        if not right:
            remedy = "``` and one word at most, at the very beginning of a line; not in a list or quotation"
            self.breaks(at, "a code block that cannot be read", self.lines[at], remedy)
        for end in range(at + 1, len(self.lines)):
            if (self.lines[end].rstrip(" ") if right else self.lines[end].strip(" >")) == fence:
                return end
        if not right:
            return at
        self.breaks(at, "a code block is not closed", self.lines[at], f"end it with {fence}")
        return len(self.lines)

    def block(self, at: int, match: re.Match[str]) -> int:
        """Read the opening or closing line of a block and its options; gives the last line that was read."""
        line, (slashes, name, rest) = self.lines[at].strip(), match.groups()
        if not name:
            if rest.strip() or self.open is None:
                self.breaks(
                    at, "the end of a block that was not opened", line, "/// statement or /// timeline begins one"
                )
            elif slashes != self.open[2]:
                self.breaks(at, "the end of a block is not like its beginning", line, f"end it with {self.open[2]}")
            elif self.wordless and not "".join(self.lines[self.wordless : at]).strip():
                remedy = "write what they hold, in your own words, after a blank line"
                self.breaks(self.open[1], "a paraphrase without words", self.lines[self.open[1]], remedy)
            self.open = None
            return at
        if self.open:
            message = f"a block inside the block “{self.open[0]}” of line {self.open[1] + self.first}"
            self.breaks(at, message, line, f"end the first one with {self.open[2]}")
        elif at and self.lines[at - 1].strip():
            self.breaks(at, "a block that stands too close to the text above", line, "leave a blank line before it")
        if name not in BLOCKS or rest.strip():
            self.breaks(at, f"unknown block “{name}{rest}”", line, f"known blocks: {', '.join(BLOCKS)}")
        self.open = (name, at, slashes)
        end = at
        while end + 1 < len(self.lines) and self.lines[end + 1].startswith("    ") and self.lines[end + 1].strip():
            end += 1
        options = "\n".join(line[4:] for line in self.lines[at + 1 : end + 1])
        self.wordless = 0
        if name == "statement":
            statement = self.statement(at, options)
            self.wordless = end + 1 if statement and statement.form == "paraphrase" else 0
        elif name in BLOCKS and options:
            remedy = "leave a blank line below its first line"
            self.breaks(at + 1, f"the block “{name}” has no options", options, remedy)
        return end

    def statement(self, at: int, options: str) -> Statement | None:
        before = len(self.report.problems)
        statement = read_statement(options, self.path, at + self.first, self.report)
        self.body.sound &= len(self.report.problems) == before
        if statement:
            self.body.statements.append(statement)
            if statement.source:
                self.body.cited.append((statement.source, statement.line))
        return statement

    def paragraph(self, start: int, end: int) -> None:
        """Check the lines from `start` to before `end`, which hold words: a span of code may go on on the next line."""
        text = "\n".join(self.lines[start:end])
        if not text.strip():
            return
        bare = wording.without_code(text)
        if wording.tangled(bare):
            remedy = "close each [ and ( of a link, or write \\[ for a bracket that is only a bracket"
            start += len(text) - len(text.lstrip("\n"))
            self.breaks(start, "brackets inside brackets, too many to read", text, remedy)
            return
        words = wording.without_targets(bare)
        for at, (line, told) in enumerate(zip(bare.split("\n"), words.split("\n"), strict=True), start):
            self.prose(at, line, told)

    def prose(self, at: int, bare: str, words: str) -> None:
        """Check a line: `bare` is without code, `words` also without the addresses of links."""
        line = self.lines[at]
        if _BLOCK_INSIDE.match(bare):
            self.breaks(at, "a block that does not begin its line", line, "blocks stand in no list and no quotation")
        if "<" in words and (html := HTML.search(words)):
            self.fail(at, wording.NO_HTML, html[0], "write it in Markdown, or as `code`")
        if "&" in bare and (entity := ENTITY.search(bare)):
            self.fail(at, "a character written as an HTML entity", entity[0], "write the character itself")
        if _NOTE_TEXT.match(bare):
            self.fail(at, "the text of a note stands in the article", line, "describe the source in sources.yml")
        elif url := URL.search(words):
            self.fail(at, wording.BARE_URL, url[0], "cite a source, [^id], or write [words](address)")
        elif _REFERENCE.match(bare):
            self.fail(at, "a link definition", line, "write [words](address) where the link stands")
        for image in _IMAGE.finditer(words):
            if not wording.says_something(image[1]):
                self.fail(at, wording.NO_ALT, line, wording.WRITE_ALT)
        heading = _HEADING.fullmatch(bare)
        if at and _UNDERLINE.fullmatch(line) and self.lines[at - 1].strip():
            self.breaks(at - 1, wording.SECOND_TITLE, self.lines[at - 1], wording.BEGIN_WITH_H2)
        if heading and len(heading[1]) == 1:
            self.fail(at, wording.SECOND_TITLE, line, wording.BEGIN_WITH_H2)
        if (found := _ATTRIBUTES.search(words)) and not (heading and _HEADING_ID.fullmatch(" " + heading[2])):
            remedy = "only a heading has one: ## Words {#small-ascii-id}"
            self.fail(at, "an attribute that the editions do not know", found[0], remedy)
        if not _NOTE_TEXT.match(bare):
            self.body.cited += [(note[1], at + self.first) for note in NOTE.finditer(words)]


def read(text: str, path: Path, first_line: int, report: Report) -> Body:
    """Check the body of a version; `first_line` is its first line's number in the file."""
    return _Lines(text, path, first_line, report).run()
