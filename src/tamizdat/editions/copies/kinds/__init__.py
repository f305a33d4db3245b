"""One kind of copy a file; the `KIND` of each is found by its name. To add a kind, add a file, its name to
`settings.COPIES`, and its words (`copy_<name>`) to `overrides/strings/`."""
