"""A library file for Kiwix and its like (https://wiki.openzim.org/wiki/ZIM_file_format)."""
