"""Build the whole publication into site/. Arguments are those of `tamizdat build`. Makes .venv/ on first use."""

import sys

from _environment import run_tamizdat

if __name__ == "__main__":
    sys.exit(run_tamizdat("build", *sys.argv[1:]))
