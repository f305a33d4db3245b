"""Where a release is published to: one short interface (`host.py`), one file a kind."""
