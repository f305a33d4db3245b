"""Books in EPUB 3 (https://www.w3.org/TR/epub-33/): what one is made of, and how it is made."""
