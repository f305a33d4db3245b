"""Run ruff, mypy and all tests. Arguments are those of pytest: `-m "not slow"`. Installs what the tests need."""

import sys

from _environment import run_tests

if __name__ == "__main__":
    sys.exit(run_tests(*sys.argv[1:]))
