"""The JavaScript that runs at the reader's: plain files, no build step."""
