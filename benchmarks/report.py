"""The figures as tables, targets and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

OURS = {
    "ours_cold": "ours, from nothing",
    "ours_edit": "ours, one edited sentence",
    "ours_new": "ours, one new article",
    "ours_title": "ours, one changed title",
    "ours_nothing": "ours, nothing changed",
}
PEERS = {
    "stock": "stock MkDocs, its navigation",
    "stock_short_nav": "stock MkDocs, short navigation",
    "hugo": "Hugo",
    "zensical": "Zensical",
}
LANGUAGES = 3
MEGA = 1_000_000
WANTED = (100, 1000)
"""The sizes that the targets are meant for."""


@dataclass(frozen=True)
class Build:
    """The best of some builds of one kind. `files` and `size` (bytes) are of the whole site when it was built from
    nothing, else of what came, went or changed, `places` says where. No seconds: `reason` tells why."""

    seconds: float | None
    peak: int = 0
    files: int = 0
    size: int = 0
    places: str = ""
    reason: str = ""

    def best(self, other: Build) -> Build:
        """The shorter time, and the most that any of the two took or wrote."""
        if self.seconds is None or other.seconds is None:
            return self if self.seconds is None else other
        return Build(
            min(self.seconds, other.seconds),
            max(self.peak, other.peak),
            max(self.files, other.files),
            max(self.size, other.size),
            self.places if self.files >= other.files else other.places,
        )


Size = dict[str, Build]
"""The builds of a corpus, by their names in OURS and PEERS."""


def figures(size: Size) -> dict[str, float | int | None]:
    """What the JSON file tells of a size: null for what could not be measured."""
    told: dict[str, float | int | None] = {}
    for name in [*OURS, *PEERS]:
        seconds = _seconds(size, name)
        told[name] = None if seconds is None else round(seconds, 4)
    edit, cold = size.get("ours_edit"), size.get("ours_cold")
    told["files_changed_by_edit"] = edit.files if edit else None
    told["peak_mb"] = round(cold.peak / MEGA, 1) if cold and cold.peak else None
    return told


def table(articles: int, size: Size) -> str:
    """The builds of a size, each beside ours from nothing."""
    ours = size["ours_cold"].seconds
    head = f"{f'{articles:,} × {LANGUAGES}':<32}{'seconds':>9}{'× ours':>8}{'peak MB':>9}{'files':>9}{'MB':>10}"
    lines = [head]
    for name, words in (OURS | PEERS).items():
        build = size.get(name)
        if build is None:
            continue
        if build.seconds is None:
            lines.append(f"{words:<32}{'–':>9}  {build.reason}")
            continue
        ratio = f"{build.seconds / ours:.2f}" if ours else ""
        peak = f"{build.peak / MEGA:,.0f}" if build.peak else ""
        lines.append(f"{words:<32}{build.seconds:>9.3f}{ratio:>8}{peak:>9}{build.files:>9,}{build.size / MEGA:>10,.2f}")
    lines += [f"Files changed, {OURS[name]}: {build.places}" for name, build in size.items() if build.places]
    return "\n".join(lines)


def growth(found: dict[int, Size]) -> str:
    """Milliseconds and bytes of a page at each size, and how they grow from the smallest."""
    sizes = sorted(found)
    lines = ["Growth: a page (a version of an article) beside one at the smallest size"]
    for name, words in (OURS | PEERS).items():
        first = found[sizes[0]].get(name)
        if name not in ("ours_cold", *PEERS) or first is None or first.seconds is None:
            continue
        cells = []
        for articles in sizes:
            build = found[articles].get(name)
            if build is None or build.seconds is None:
                cells.append(f"{'–':>36}")
                continue
            pages = articles * LANGUAGES
            slower, larger = (_grown(found, name, articles, what) for what in ("seconds", "size"))
            cells.append(
                f"{build.seconds / pages * 1000:>9.2f} ms {slower:>5.2f}{build.size / pages:>11,.0f} B {larger:>5.2f}"
            )
        lines.append(f"{words:<32}" + "".join(cells))
    return "\n".join([lines[0], f"{'':<32}" + "".join(f"{f'{n:,} × {LANGUAGES}':>36}" for n in sizes), *lines[1:]])


def _grown(found: dict[int, Size], name: str, articles: int, what: str) -> float:
    small = min(found)
    before, after = getattr(found[small][name], what), getattr(found[articles][name], what)
    return float((after / articles) / (before / small))


def targets(found: dict[int, Size]) -> list[str]:
    """A line for each target: met, or missed by how much, or why nobody can tell."""
    small, large = min(found), max(found)
    at = "" if (small, large) == WANTED else f" (meant for {WANTED[0]:,} and {WANTED[1]:,} × {LANGUAGES})"
    title = f"Targets at {large:,} × {LANGUAGES}, growth from {small:,} × {LANGUAGES}{at}"
    return [title, *_ratios(found[large]), *_growths(found, small, large)]


def _seconds(size: Size, name: str) -> float | None:
    return size[name].seconds if name in size else None


def _ratios(size: Size) -> Iterator[str]:
    for ours, peer, limit in (
        ("ours_cold", "stock", 1 / 12),
        ("ours_cold", "stock_short_nav", 1 / 4),
        ("ours_cold", "hugo", 1.5),
        ("ours_edit", "hugo", 1 / 6),
    ):
        one, two = _seconds(size, ours), _seconds(size, peer)
        words = f"{OURS[ours]}, to {PEERS[peer]}"
        yield judge(words, one / two if one is not None and two else None, limit)
    yield judge(OURS["ours_nothing"], _seconds(size, "ours_nothing"), 0.3, unit=" s")


def _growths(found: dict[int, Size], small: int, large: int) -> Iterator[str]:
    whole = small != large
    yield judge("ours, seconds a page, growth", _grown(found, "ours_cold", large, "seconds") if whole else None, 1.1)
    yield judge("ours, bytes a page, growth", _grown(found, "ours_cold", large, "size") if whole else None, 1.1)
    first, last = (found[articles]["ours_edit"].files for articles in (small, large))
    # An original takes its translations with it: each stands beside it, in two editions, in shards of their own.
    yield judge("files changed by an edited sentence", last, 24, digits=0)
    yield judge("the same, between the two sizes", abs(last - first) if whole else None, 0, digits=0)


def judge(words: str, value: float | None, limit: float, *, unit: str = "", digits: int = 3) -> str:
    """One target, which a value at or below `limit` meets."""
    asked = f"  {words:<58}≤ {limit:.{digits}f}{unit}"
    if value is None:
        return f"{asked:<74}not measured"
    verdict = "met" if value <= limit else f"missed by {value - limit:.{digits}f}{unit}"
    if value > limit > 0:
        verdict += f" ({value / limit:.1f} times what it may be)"
    return f"{asked:<74}{value:.{digits}f}{unit}  {verdict}"
