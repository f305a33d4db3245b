"""`python3 -m tests.lab up`: a shell behind the censor, until it is left. `down` takes away what a killed lab left."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .censor import Row

TESTS = Path(__file__).resolve().parent.parent
VENV = TESTS.parent / ".venv/bin/python"
NAME = "dev"


def main() -> int:
    """Run it; gives the exit code."""
    if importlib.util.find_spec("minisign") is None:
        if not VENV.exists() or sys.executable == str(VENV):
            print("lab: run `python3 scripts/test.py` once: it installs what the lab needs", file=sys.stderr)
            return 2
        os.execv(VENV, [str(VENV), "-m", "tests.lab", *sys.argv[1:]])
    # The modules that tests share import one another by their names alone.
    sys.path.insert(0, str(TESTS))
    from .censor import Row
    from .net import PROGRAMS, Net, why_not

    rows = [row.value for row in Row]
    parser = argparse.ArgumentParser(prog="python3 -m tests.lab", description=__doc__)
    parser.add_argument("what", choices=["up", "down"])
    parser.add_argument(
        "rows", nargs="*", metavar="ROW", help=f"what is done to mirror 1, 2, …: {', '.join(rows)}; one of each without"
    )
    asked = parser.parse_args()
    if wrong := [row for row in asked.rows if row not in rows] or asked.rows[8:]:
        parser.error(f"no such row, or more than 8: {', '.join(wrong)}")
    missing = {package for name, package in PROGRAMS.items() if not shutil.which(name)}
    why = why_not() or (missing and f"missing; on Debian: apt-get install {' '.join(sorted(missing))}")
    if why:
        print(f"lab: {why}", file=sys.stderr)
        return 2
    if asked.what == "down":
        Net(NAME).end()
        Net(NAME).down()
        return 0
    chosen = [Row(row) for row in asked.rows] or [row for row in Row if row not in (Row.FREE, Row.NXDOMAIN)][:8]
    return _up(dict(enumerate(chosen, 1)))


def _up(rows: dict[int, Row]) -> int:
    from .censor import Row
    from .mirrors import Mirrors
    from .net import RESOLVER
    from .servers import HOSTS, lab

    with tempfile.TemporaryDirectory(prefix="lab-") as folder:
        made = Mirrors(Path(folder))
        roots = {number: made.fine(f"m{number}") for number in HOSTS}
        with lab(NAME, Path(folder), roots) as here:
            here.censor(rows)
            urls = []
            for number, host in HOSTS.items():
                row = rows.get(number, Row.FREE)
                # A block page needs an address without TLS.
                urls.append(f"{'http' if row in (Row.PAGE_200, Row.PAGE_451) else 'https'}://{host}/")
                print(f"{urls[-1]:18} {here.net.mirror(number):13} {row}")
            print("\nThis shell is behind the censor; leave it to end the lab. To see what is wrong with all of them:")
            print(f"tamizdat watch {' '.join(urls)} \\\n    --control {here.control} --resolver {RESOLVER} \\")
            print(f"    --key {made.key} --no-memory --timeout 3 --db {folder}/watch.sqlite3\n")
            path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
            environment = {**os.environ, "SSL_CERT_FILE": str(here.certificates), "PATH": path, "PS1": "lab$ "}
            shell = [shutil.which("bash") or "sh", *(["--norc"] if shutil.which("bash") else [])]
            return subprocess.call(here.net.command(here.net.client, *shell), env=environment)


if __name__ == "__main__":
    sys.exit(main())
