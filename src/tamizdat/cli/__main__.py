"""`python -m tamizdat.cli` is the command `tamizdat`."""

from tamizdat.cli import main

if __name__ == "__main__":
    main()
