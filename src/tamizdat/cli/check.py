"""`tamizdat check`: everything that can be said of the texts without a network, and what is safe to mend."""

from __future__ import annotations

import difflib
import itertools
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.text import Text

from tamizdat.cli import FOUND, screen
from tamizdat.cli.options import config_option
from tamizdat.errors import BuildError, EditorError

if TYPE_CHECKING:
    from tamizdat.content.checking.mend import Mended
    from tamizdat.content.checking.run import Checked
    from tamizdat.content.checking.shapes import Finding

COLOURS = {"error": "bold red", "warning": "yellow", "note": "cyan"}
_WORDS = re.compile(r"\w+|\W")
GITHUB = {"error": "error", "warning": "warning", "note": "notice"}


@click.command()
@config_option
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PATH]...")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON, for programs.")
@click.option("--github", is_flag=True, help="Print the findings as annotations of a GitHub workflow.")
@click.option("--fix", is_flag=True, help="Mend quotation marks, spaces and mixed letters: shows what, and asks.")
@click.option("--yes", is_flag=True, help="With --fix: do not ask.")
@click.option(
    "--severity",
    type=click.Choice(["error", "warning", "note"]),
    default="note",
    show_default=True,
    help="Tell what is at least so grave.",
)
@click.option("--strict", is_flag=True, help="Warnings count as errors do.")
@click.pass_context
def check(context: click.Context, /, config_file: Path, paths: tuple[Path, ...], **how: bool | str) -> None:
    """Check the texts: their form, each language's own rules, and each version against its original.

    PATH is a file or a folder to tell of; without it, everything. Exit code 1: there is an error (with --strict, a
    warning). What is right as it is can be silenced in checks.yml, with the reason.
    """
    from tamizdat.content.checking.run import form  # noqa: PLC0415

    try:
        checked = _checked(config_file, paths)
        if how["fix"] and _mend(checked, ask=not how["yes"]):
            checked = _checked(config_file, paths)
        found, files = checked.findings, checked.files
    except EditorError as error:
        found, files = tuple(form(error.problems)), 0
    told = [each for each in found if each.severity.weight >= _weight(str(how["severity"]))]
    if how["as_json"]:
        click.echo(json.dumps({"files": files, "findings": [asdict(each) for each in told]}, ensure_ascii=False))
    elif how["github"]:
        for each in told:
            click.echo(annotation(each))
    else:
        _show(told)
    if not how["as_json"]:
        screen.say(_summary(files, told))
    worst = _weight("warning" if how["strict"] else "error")
    if any(each.severity.weight >= worst for each in found):
        context.exit(FOUND)


def _checked(config_file: Path, paths: Sequence[Path]) -> Checked:
    from tamizdat.content.checking.run import check as run  # noqa: PLC0415
    from tamizdat.content.settings import load  # noqa: PLC0415
    from tamizdat.editions.site.executors import Power  # noqa: PLC0415
    from tamizdat.editions.site.stamp import CACHE  # noqa: PLC0415

    settings = load(config_file)
    with Power() as power:
        return run(settings, [path.resolve() for path in paths], power.map, settings.root / CACHE)


def _weight(severity: str) -> int:
    from tamizdat.content.checking.shapes import Severity  # noqa: PLC0415

    return Severity(severity).weight


def _show(told: Iterable[Finding]) -> None:
    """Findings by file; a remedy that many have stands once a file."""
    for _, group in itertools.groupby(told, key=lambda each: each.file):
        said = set[str]()
        for each in group:
            where = f"{each.file}:{each.line}:{each.column}"
            screen.out.print(
                Text.assemble(
                    (where, "bold"), " ", (each.severity, COLOURS[each.severity]), f" {each.name} {each.message}"
                )
            )
            if each.fragment:
                screen.say(f"    {each.fragment}")
            if each.remedy and each.remedy not in said:
                screen.say(f"    -> {each.remedy}")
                said.add(each.remedy)
        screen.say("")


def _summary(files: int, told: Iterable[Finding]) -> str:
    counts = Counter(each.severity.value for each in told)
    parts = [f"{counts[name]} {name}{'' if counts[name] == 1 else 's'}" for name in COLOURS if counts[name]]
    return f"{files} {'version' if files == 1 else 'versions'} checked: {', '.join(parts) or 'nothing found'}"


def annotation(finding: Finding) -> str:
    """A command of a GitHub workflow (actions/toolkit, command.ts: what must be escaped, and how)."""
    place = {"file": finding.file, "line": str(max(1, finding.line)), "col": str(max(1, finding.column))}
    place["title"] = f"tamizdat: {finding.name}"
    text = "\n".join(each for each in (finding.message, finding.fragment, finding.remedy) if each)
    properties = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in place.items())
    return f"::{GITHUB[finding.severity]} {properties}::{_escaped(text)}"


def _escaped(text: str, more: str = "") -> str:
    for char in f"%\r\n{more}":
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def _mend(checked: Checked, *, ask: bool) -> bool:
    """Show what can be mended, ask, and do it. Gives whether something was written."""
    from tamizdat.content.checking.mend import mend, write  # noqa: PLC0415

    mended = mend(checked)
    for each in mended:
        _show_difference(checked, each)
    if not mended:
        _tell("there is nothing to mend")
        return False
    count = f"{len(mended)} {'file' if len(mended) == 1 else 'files'}"
    if ask:
        if not asks():
            raise BuildError(
                f"there is nobody to ask whether to mend {count}\n    -> run it on a terminal, or add --yes"
            )
        if not click.confirm(f"mend {count}?", err=True):
            return False
    write(mended)
    _tell(f"mended {count}")
    return True


def asks() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()


def _show_difference(checked: Checked, mended: Mended) -> None:
    """Each line before and after; what changes in it stands out. Mending makes no lines and takes none away."""
    name = checked.known.report.name(mended.path)
    lines = (data.decode("utf-8-sig").splitlines() for data in (mended.before, mended.after))
    screen.err.print(Text(name, style="bold"))
    for number, (before, after) in enumerate(zip(*lines, strict=True), 1):
        if before != after:
            screen.err.print(Text(f"@@ line {number}", style="cyan"))
            old, new = (_WORDS.findall(line.replace("\u00a0", "␣")) for line in (before, after))
            told, instead = Text("-", style="red"), Text("+", style="green")
            for kind, first, last, begin, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
                style = "" if kind == "equal" else "reverse"
                told.append("".join(old[first:last]), style)
                instead.append("".join(new[begin:end]), style)
            screen.err.print(told)
            screen.err.print(instead)


def _tell(text: str) -> None:
    """A line beside the findings, which alone stand in the output."""
    screen.err.print(Text(text))
