"""What machines read of a version: schema.org's NewsArticle as JSON-LD. Names no host."""

from __future__ import annotations

import json

from tamizdat.editions.urls import urn
from tamizdat.model import Article, Settings, Source, Version


def json_ld(settings: Settings, article: Article, version: Version, digest: str) -> str:
    """JSON-LD of a version (schema.org NewsArticle), safe inside a `<script>` element."""
    meta = version.meta
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle" if version.is_article else "WebPage",
        "@id": urn(settings, version),
        "headline" if version.is_article else "name": meta.title,
        "description": meta.summary,
        "inLanguage": version.lang,
        "dateModified": meta.updated.isoformat(),
        "license": settings.licence_url,
        "isAccessibleForFree": True,
        "identifier": f"sha256:{digest}",
        "publisher": {"@type": "Organization", "name": settings.name},
    }
    if version.is_article:
        data["datePublished"] = meta.date.isoformat()
        data["author"] = [_named(name, settings) for name in meta.authors]
        data["wordCount"] = version.rendered.words
        data["keywords"] = [settings.topic(topic).names[version.lang] for topic in meta.topics]
        data["citation"] = [_citation(note.source) for note in version.rendered.notes]
    others = [other for other in article.versions.values() if other is not version]
    if meta.translation:
        data["translationOfWork"] = _work(settings, article.original)
        if meta.translation.by:
            data["translator"] = [_named(name, settings) for name in meta.translation.by]
    elif others:
        data["workTranslation"] = [_work(settings, other) for other in others]
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _named(name: str, settings: Settings) -> dict[str, str]:
    return {"@type": "Organization" if name == settings.name else "Person", "name": name}


def _work(settings: Settings, version: Version) -> dict[str, str]:
    return {"@type": "CreativeWork", "@id": urn(settings, version), "inLanguage": version.lang}


def _citation(source: Source) -> dict[str, object]:
    found: dict[str, object] = {
        "@type": "CreativeWork",
        "name": source.title,
        "inLanguage": source.lang,
        "publisher": {"@type": "Organization", "name": source.publisher},
    }
    if source.date:
        found["datePublished"] = source.date
    if source.url:
        found["url"] = source.url
    if source.archive_url:
        found["archivedAt"] = source.archive_url
    return found
