"""What a run of `tamizdat pull` came to, in words, in a line, and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tamizdat.cli.meaning import MEANING
from tamizdat.content import fingerprint
from tamizdat.errors import Verdict, printable

if TYPE_CHECKING:
    from tamizdat.mirrors.pull.ask import Mirror
    from tamizdat.mirrors.pull.order import Outcome

SHOWN = 5
UNREACHABLE = "unreachable"
ALARM = f"ALARM: {MEANING[Verdict.EQUIVOCATION]}"
NOTHING = "nothing is there yet: try again, or name other addresses with --from"
UNSURE = "what is there is true; whether there is a newer one could not be seen: try again, or name more addresses"


def text(told: Outcome, folder: Path) -> str:
    """For people: the verdict on the folder, what each address did, and what to do."""
    lines = [f"{told.verdict or 'nothing'}: {folder}" + (f": {printable(told.why, 400)}" if told.why else "")]
    if told.signed is not None:
        comment = told.signed.comment
        lines.append(
            f"    release {comment.seq} of “{comment.site}”, signed {comment.created:%Y-%m-%d}, to be renewed by "
            f"{comment.expires:%Y-%m-%d}; {len(told.signed.listed)} files"
        )
        if told.verdict is not Verdict.OK:
            for key in told.signed.root.root_keys:
                lines += [f"    root key {key.text}", f"    fingerprint {fingerprint.digits(key.text)}"]
    lines.append(f"    {_done(told)}")
    if told.dropped:
        named = ", ".join(printable(each) for each in told.dropped[:SHOWN])
        lines.append(f"    taken away, since no part of the release: {len(told.dropped)}, {named}")
    lines += [f"    {_mirror(each)}" for each in told.mirrors]
    return "\n".join([*lines, f"    -> {_advice(told)}"])


def line(told: Outcome) -> str:
    """For a log: one line. It names every address that was not fine."""
    parts = [f"{told.verdict or 'nothing'}"]
    if told.signed is not None:
        parts[0] += f": release {told.signed.comment.seq} of “{told.signed.comment.site}”"
    if told.why:
        parts.append(printable(told.why, 400))
    if told.alarm:
        parts.append(ALARM)
    if told.verdict is Verdict.UNKNOWN and told.signed is not None:
        parts.append(f"fingerprint {fingerprint.digits(told.signed.root.root_keys[0].text)}")
    parts.append(_done(told))
    return "; ".join([*parts, *(_mirror(each) for each in told.mirrors if each.verdict is not Verdict.OK)])


def as_json(told: Outcome) -> str:
    """For programs: one line."""
    said: dict[str, object] = {
        "verdict": told.verdict.value if told.verdict else None,
        "reason": told.why,
        "newest": told.newest,
        "alarm": told.alarm,
        "changed": told.changed,
        "files": told.files,
        "bytes": told.size,
        "requests": told.requests,
        "dropped": list(told.dropped),
        "mirrors": [{"address": each.address, "verdict": _verdict(each), "reason": each.why} for each in told.mirrors],
    }
    if told.signed is not None:
        comment = told.signed.comment
        keys = told.signed.root.root_keys
        said |= {
            "site": comment.site,
            "root": comment.root,
            "seq": comment.seq,
            "created": f"{comment.created:%Y-%m-%dT%H:%M:%SZ}",
            "expires": f"{comment.expires:%Y-%m-%dT%H:%M:%SZ}",
            "root_keys": [key.text for key in keys],
            "fingerprints": [fingerprint.digits(key.text) for key in keys],
        }
    return json.dumps(said, ensure_ascii=True)


def failed_json(error: Exception) -> str:
    """For programs: a run that could not be."""
    return json.dumps({"verdict": None, "error": str(error)}, ensure_ascii=True)


def _advice(told: Outcome) -> str:
    if told.alarm:
        return ALARM
    if told.verdict is None:
        return NOTHING
    if told.verdict is Verdict.OK and not told.newest:
        return UNSURE
    return MEANING[told.verdict]


def _done(told: Outcome) -> str:
    what = f"{_count(told.files, 'file')} fetched" if told.changed else "nothing changed"
    return f"{what}; {told.size} bytes in {_count(told.requests, 'request')}"


def _count(number: int, of: str) -> str:
    return f"{number} {of}{'' if number == 1 else 's'}"


def _mirror(mirror: Mirror) -> str:
    return f"{printable(mirror.address)} {_verdict(mirror)}" + (f": {printable(mirror.why, 300)}" if mirror.why else "")


def _verdict(mirror: Mirror) -> str:
    return mirror.verdict.value if mirror.verdict else UNREACHABLE
