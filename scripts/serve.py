"""Show the publication while you write. Arguments are those of `tamizdat serve`. Makes .venv/ on first use."""

import sys

from _environment import run_tamizdat

if __name__ == "__main__":
    sys.exit(run_tamizdat("serve", *sys.argv[1:]))
