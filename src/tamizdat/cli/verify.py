"""`tamizdat verify`: check a copy. Needs Python and py-minisign; an address needs httpx, too.

So it also runs alone, as `python3 -m tamizdat.cli.verify`, on a machine that has nothing else of this kit's needs.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tamizdat.cli.meaning import MEANING
from tamizdat.content import fingerprint
from tamizdat.errors import Finding, ReachError, TrustError, Verdict, printable
from tamizdat.release import check, memory, paths
from tamizdat.release.copies.copy import Copy
from tamizdat.release.copies.folder import Folder
from tamizdat.release.copies.zipped import Zip
from tamizdat.release.judge import Judge, Signed, Trust
from tamizdat.release.signature import public_key

DONE, FOUND, FAILED = 0, 1, 2
SHOWN = 20
"""Files that people are told of; --json has all."""

UNREAD = "nothing is known of it: try again, or another address"
NEWER = "take a newer version of this program"

EPILOG = """\
exit codes: 0 ok, 1 any other verdict, 2 could not run. What was confirmed once, by --key or by making the key here, is
remembered in ~/.tamizdat/known (or where TAMIZDAT_KNOWN says), with the number of its newest release."""


@dataclass
class Told:
    """The outcome for people and programs."""

    verdict: Verdict
    reason: str
    findings: Sequence[Finding] = ()
    signed: Signed | None = None
    unchecked: Sequence[str] = ()
    todo: str = ""

    @property
    def advice(self) -> str:
        """What the person is to do."""
        if self.verdict is Verdict.UNKNOWN and not self.signed:
            return self.todo or NEWER
        return self.todo or MEANING[self.verdict]


def main(argv: Sequence[str] | None = None) -> int:
    """Check a copy, print the verdict, give the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A hostile copy may have letters that this terminal lacks: they must not hide the verdict.
            stream.reconfigure(errors="backslashreplace")
    asked = _parser().parse_args(argv)
    try:
        keys = frozenset(public_key(text) for text in asked.key)
    except TrustError as error:
        print(f"tamizdat: --key: {error.reason}", file=sys.stderr)  # noqa: T201
        return FAILED
    told = _verify(asked, Trust(dt.datetime.now(dt.UTC), keys, asked.site))
    if told is None:
        return FAILED
    print(_json(told) if asked.json else _text(asked.what, told))  # noqa: T201
    return DONE if told.verdict is Verdict.OK else FOUND


def open_copy(what: str) -> Copy:
    """The copy that a person means: an address, a ZIP, or a folder. Raises ReachError."""
    if what.startswith(("http://", "https://")):
        try:
            from tamizdat.mirrors.web import Web  # noqa: PLC0415 - a folder must not need httpx
        except ImportError as error:
            raise ReachError(f"an address needs httpx, too ({error}): python3 -m pip install httpx") from error
        return Web(what)
    path = Path(what)
    return Zip(path) if path.is_file() else Folder(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tamizdat verify",
        description="Check a copy of a release: a folder, a ZIP or an address.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", metavar="WHAT", help="a folder, a ZIP file, or an http(s) address")
    parser.add_argument("--key", action="append", default=[], metavar="RW…", help="the public key that you trust")
    parser.add_argument("--site", default="", metavar="ID", help="the id of the publication that you mean")
    parser.add_argument(
        "--compare", action="append", default=[], metavar="WHAT", help="another copy: tells which of the two is newer"
    )
    parser.add_argument("--json", action="store_true", help="print the verdict and the files as JSON")
    parser.add_argument("--no-memory", action="store_true", help="neither read nor write what was seen before")
    return parser


def _verify(asked: argparse.Namespace, trust: Trust) -> Told | None:
    """The outcome; None if there is nothing to check, which was said then."""
    try:
        known = [] if asked.no_memory else memory.load()
        trust = replace(trust, known=known)
        trust = replace(trust, others=[_other(what, trust) for what in asked.compare])
        copy = open_copy(asked.what)
    except ReachError as error:
        print(f"tamizdat: {error}", file=sys.stderr)  # noqa: T201
        return None
    except TrustError as error:
        return Told(error.verdict, error.reason, error.findings)
    judge = Judge(trust)
    told = Told(Verdict.OK, "")
    try:
        check.check(copy, judge)
    except TrustError as error:
        told = Told(error.verdict, error.reason, error.findings)
    except ReachError as error:
        told = Told(Verdict.UNKNOWN, f"the copy could not be read to its end: {error}", todo=UNREAD)
    if judge.is_signed:
        told.signed = judge.signed
        with contextlib.suppress(ReachError):
            told.unchecked = check.unchecked(copy.names())
    if judge.confirmed and not asked.no_memory and told.verdict in (Verdict.OK, Verdict.EXPIRED, Verdict.STALE):
        try:
            memory.keep(memory.known_of(judge.signed))
        except ReachError as error:
            print(f"tamizdat: {error}; an older copy will not be known as such", file=sys.stderr)  # noqa: T201
    return told


def _other(what: str, trust: Trust) -> Signed:
    judge = Judge(trust)
    try:
        check.check_lists(open_copy(what), judge)
    except TrustError as error:
        # Its faults are not those of the copy that is checked.
        raise ReachError(f"--compare {printable(what)}: {error.verdict}: {printable(error.reason, 400)}") from error
    return judge.signed


def _json(told: Told) -> str:
    said: dict[str, object] = {
        "verdict": told.verdict.value,
        "files": [each.path for each in told.findings],
        "why": {each.path: each.why for each in told.findings},
        "reason": told.reason,
        "unchecked": list(told.unchecked),
    }
    if told.signed:
        comment = told.signed.comment
        said |= {
            "site": comment.site,
            "root": comment.root,
            "seq": comment.seq,
            "created": f"{comment.created:%Y-%m-%dT%H:%M:%SZ}",
            "expires": f"{comment.expires:%Y-%m-%dT%H:%M:%SZ}",
            "root_keys": [key.text for key in told.signed.root.root_keys],
            "key": told.signed.key.text,
        }
    return json.dumps(said, ensure_ascii=True)


def _text(what: str, told: Told) -> str:
    lines = [f"{told.verdict}: {printable(what)}" + (f": {printable(told.reason, 400)}" if told.reason else "")]
    lines += [f"    {_shown(each.path)}: {printable(each.why)}" for each in told.findings[:SHOWN]]
    if len(told.findings) > SHOWN:
        lines.append(f"    and {len(told.findings) - SHOWN} more; --json names them all")
    if told.signed:
        comment = told.signed.comment
        lines.append(
            f"    release {comment.seq} of “{comment.site}”, signed {comment.created:%Y-%m-%d}, to be renewed by "
            f"{comment.expires:%Y-%m-%d}; {len(told.signed.listed)} files"
        )
        for key in told.signed.root.root_keys:
            lines += [f"    root key {key.text}", f"    fingerprint {fingerprint.digits(key.text)}"]
    if told.unchecked:
        lines.append(f"    the host's own files, which nobody signs: {', '.join(told.unchecked)}")
    return "\n".join([*lines, f"    -> {told.advice}"])


def _shown(path: str) -> str:
    """A path; one that no release may have in quotation marks, so that spaces at its ends are seen."""
    return path if paths.fault([path]) is None else printable(f"“{path}”")


if __name__ == "__main__":
    sys.exit(main())
