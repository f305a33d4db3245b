"""What a verdict means to whoever asked."""

from __future__ import annotations

from tamizdat.errors import Verdict

MEANING = {
    Verdict.OK: "every file is as it was signed, and none is missing",
    Verdict.STALE: "a true copy, but an old one: look at another address for the newest",
    Verdict.EXPIRED: "a true copy, but nobody has renewed it: look for a newer one",
    Verdict.ROLLBACK: "older than what you have seen: somebody may be holding back news; ask another address",
    Verdict.UPDATING: "between two releases: do not rely on it yet; wait, and check it again",
    Verdict.TAMPERED: "do not rely on this copy: take another one, from another place",
    Verdict.INCOMPLETE: "what is there may be true, but not all is there: take another copy",
    Verdict.EXTRA: "the release is whole, but there is more: do not rely on the files named above",
    Verdict.BAD_SIGNATURE: "do not rely on this copy: it was not signed by those who make this publication",
    Verdict.WRONG_SITE: "a copy of something else",
    Verdict.UNSIGNED: "nothing shows who made this copy",
    Verdict.CLOCK_SKEW: "set this machine's clock and check again; if the clock is right, take another copy",
    Verdict.EQUIVOCATION: "the publication's key made two releases with one number: tell its makers, trust neither",
    Verdict.UNKNOWN: "compare the fingerprint with one that came another way; if they agree, run this with --key",
}
