"""What is kept of former conversions: the names in the store under which it stands, each the digest of all inputs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tamizdat.content import images
from tamizdat.content.article import Manuscript
from tamizdat.content.identity import identity
from tamizdat.content.images import Picture, Size
from tamizdat.content.inputs import Inputs, images_named
from tamizdat.content.load import Survey
from tamizdat.content.pairs import folder_of
from tamizdat.content.store import Store, key_of

_picture = msgspec.msgpack.Decoder(Picture)


class Keeping:
    """The inputs of one run and the store."""

    def __init__(self, known: Survey, inputs: Inputs, store: Store) -> None:
        self.known, self.inputs, self.store = known, inputs, store
        self.sizes: dict[str, Size] = {}
        settings = known.settings
        about = msgspec.json.encode((settings.languages, [topic.id for topic in settings.topics]))
        self.contexts = {
            code: key_of(identity(), about.decode(), msgspec.json.encode(strings.words, order="deterministic").decode())
            for code, strings in known.strings.items()
        }

    def image_key(self, path: Path) -> str:
        """The name in the store of an image made anew."""
        return key_of(identity(), "image", self.inputs.look(path).digest, path.suffix)

    def picture(self, key: str) -> Picture | None:
        """An image that was made anew before."""
        held = self.store.get(key)
        try:
            return _picture.decode(held) if held is not None else None
        except msgspec.MsgspecError:
            return None

    def keep_picture(self, key: str, picture: Picture) -> None:
        """Keep an image for the next time."""
        self.store.put(key, msgspec.msgpack.encode(picture))

    def measure(self) -> None:
        """Learn the sizes of all images; what was not made anew before is made now. What is wrong is reported."""
        for path, file in self.known.tree.images.items():
            key = self.image_key(file)
            picture = self.picture(key)
            if picture is None and (picture := images.prepare(self.inputs.take(file), file, self.known.report)):
                self.keep_picture(key, picture)
            if picture is not None:
                self.sizes[path] = picture.size
            self.inputs.drop(file)

    def recall(self, key: str) -> None:
        """Learn the sizes of those images that an article may show and that were made anew before."""
        for path in self.files(key):
            for each in images_named(key, self.inputs.look(path).named) - self.sizes.keys():
                file = self.known.tree.images.get(each)
                if file and (picture := self.picture(self.image_key(file))):
                    self.sizes[each] = picture.size
                if file:
                    self.inputs.drop(file)

    def files(self, key: str) -> Iterator[Path]:
        """The files of an article or a plain page."""
        yield from (path for lang in self.languages() if (path := self.known.tree.versions.get((key, lang))))
        for beside in (self.known.tree.sources, self.known.tree.locks):
            if path := beside.get(folder_of(key)):
                yield path

    def version_keys(self, key: str) -> dict[str, str]:
        """The names in the store of the conversions of an article, by language: all that each is made from."""
        sources = self.known.tree.sources.get(folder_of(key))
        cited = self.inputs.look(sources).digest if sources else ""
        found = {}
        for lang in self.languages():
            if path := self.known.tree.versions.get((key, lang)):
                seen = self.inputs.look(path)
                shown = sorted(images_named(key, seen.named) & self.sizes.keys())
                sizes = (f"{each} {self.sizes[each].width} {self.sizes[each].height}" for each in shown)
                context = self.contexts.get(lang, "")
                found[lang] = key_of("version", context, key, lang, seen.digest, cited, *sizes)
        return found

    def manuscript(self, key: str, *, locked: bool = False) -> Manuscript:
        """An article as data; `locked`: with what its versions were made from."""
        named: set[str] = set()
        for path in self.files(key):
            named |= images_named(key, self.inputs.look(path).named)
        sizes = {each: self.sizes[each] for each in sorted(named & self.sizes.keys())}
        return self.known.manuscript(key, self.inputs.take, sizes, locked=locked)

    def drop(self, key: str) -> None:
        """Forget the bytes of an article that need not be made."""
        for path in self.files(key):
            self.inputs.drop(path)

    def kept(self, versions: dict[str, str]) -> dict[str, bytes]:
        """The conversions that the store has; `versions` are their names by language."""
        found = ((lang, self.store.get(key)) for lang, key in versions.items())
        return {lang: data for lang, data in found if data is not None}

    def languages(self) -> list[str]:
        """The codes of all languages."""
        return [language.code for language in self.known.settings.languages]
