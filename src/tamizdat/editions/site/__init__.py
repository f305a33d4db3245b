"""The site edition: MkDocs, Material and static-i18n. The only room that imports mkdocs, and the one to replace."""
