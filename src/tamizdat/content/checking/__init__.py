"""What all checks share: how a version is read for them, what they find, how a find is silenced or mended."""
