"""The command `tamizdat`: the only place that parses arguments, prints or exits."""

from __future__ import annotations

import sys

FOUND, FAILED = 1, 2
"""Exit codes: 0 done, 1 found something, 2 could not run."""


def main() -> None:
    """Run the command."""
    if sys.argv[1:2] == ["verify"]:
        # Before anything else is imported: whoever checks a copy needs no more than Python and py-minisign.
        from tamizdat.cli.verify import main as verify  # noqa: PLC0415

        sys.exit(verify(sys.argv[2:]))
    from tamizdat.cli.commands import run  # noqa: PLC0415

    run()
