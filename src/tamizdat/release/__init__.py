"""What anyone can check: which files a release has, and their digests. Nothing here does IO or knows the time."""
