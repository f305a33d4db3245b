"""A release in one file: to carry, to share, to mirror. Why each is as it is: design/0014-packs.md."""
