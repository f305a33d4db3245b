"""Samples for whoever keeps a mirror: web servers, systemd, a container. They stand in `mirrors/samples/`."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from tamizdat.errors import BuildError
from tamizdat.mirrors.pull.state import disk


def samples() -> dict[str, str]:
    """All samples by name."""
    place = files("tamizdat.mirrors") / "samples"
    return {each.name: each.read_text("utf-8") for each in sorted(place.iterdir(), key=lambda each: each.name)}


def write(folder: Path) -> list[str]:
    """Write all samples into a folder and give their names. Raises BuildError where one of them is there already."""
    held = samples()
    there = next((name for name in held if (folder / name).exists()), None)
    if there is not None:
        raise BuildError(f"{folder / there} is there already\n    -> name a folder that does not exist yet")
    with disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in held.items():
            (folder / name).write_text(text, "utf-8")
    return list(held)
