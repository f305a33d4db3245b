"""Publish a release to many hosts at once (design/0018-publishing.md)."""
