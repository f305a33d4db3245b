"""The text edition: the article text mirrored for the worst network. Complete when only `text/` is copied."""
