"""`python -m tamizdat.cli` is the command `tamizdat`."""

from tamizdat.cli import main

main()
