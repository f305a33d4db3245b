"""`tamizdat watch`: which addresses can be reached from where, and which hold a true copy."""

from __future__ import annotations

import datetime as dt
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tamizdat.cli import FOUND, screen
from tamizdat.cli.options import config_option
from tamizdat.errors import BuildError, ReachError, TrustError, Verdict

if TYPE_CHECKING:
    from tamizdat.mirrors.watch.ooni import Told
    from tamizdat.mirrors.watch.round import Order, Result
    from tamizdat.release.judge import Trust

HISTORY = Path(".cache/watch.sqlite3")
SHOWN = 50
_FILE = click.Path(path_type=Path, dir_okay=False)


@dataclass(frozen=True)
class Asked:
    """What the person asked for; design/0020-watching.md tells what it means."""

    config_file: Path
    urls: tuple[str, ...]
    proxy: tuple[str, ...]
    direct: bool
    control: str | None
    resolver: str
    key: tuple[str, ...]
    site: str
    files: int
    whole: bool
    every: str | None
    timeout: float
    db: Path | None
    as_json: bool
    html: Path | None
    text: Path | None
    feed: Path | None
    alarm: str | None
    ooni: str | None
    no_memory: bool


@click.command()
@config_option
@click.argument("urls", nargs=-1, metavar="[URL]...")
@click.option(
    "--proxy", multiple=True, metavar="URL", help="A vantage at the far end of a proxy: socks5h:// or http://."
)
@click.option("--direct/--no-direct", default=True, help="Measure from this machine, too.")
@click.option("--control", metavar="URL|FILE", help="What to compare with: a proxy elsewhere, or a watch's JSON.")
@click.option("--resolver", default="", metavar="IP", help="The resolver that the control asks, by way of its proxy.")
@click.option("--key", multiple=True, metavar="RW…", help="A public key to trust; that of releases/keys without it.")
@click.option("--site", default="", metavar="ID", help="The id of the publication that is meant.")
@click.option("--files", type=click.IntRange(0), default=20, show_default=True, help="Files of each copy to check.")
@click.option("--all", "whole", is_flag=True, help="Check every file of each copy.")
@click.option("--every", metavar="TIME", help="Again and again: 90s, 10m, 2h. Once without it.")
@click.option("--timeout", type=click.FloatRange(0.1, 300), default=10.0, show_default=True, help="Seconds a step.")
@click.option("--db", type=_FILE, help="The history; .cache/watch.sqlite3 beside mkdocs.yml without it.")
@click.option("--json", "as_json", is_flag=True, help="Print each round as JSON, for programs and as a control.")
@click.option("--html", type=_FILE, help="Write the state as a page.")
@click.option("--text", type=_FILE, help="Write the state as text.")
@click.option("--feed", type=_FILE, help="Write the changes as an Atom feed.")
@click.option("--alarm", metavar="COMMAND", help="Run it when something gets worse; JSON on its standard input.")
@click.option("--ooni", metavar="FILE|URL", help="Measurements of OONI (JSON lines) that have these addresses.")
@click.option("--no-memory", is_flag=True, help="Neither read nor write what verify has seen before.")
def watch(**asked: Any) -> None:
    """Tell which addresses can be reached, from where, and whether their copies are true.

    The addresses are those of mkdocs.yml, or the URLs. Two answers for each: the way to it, in OONI's words (dns,
    tcp_ip, http-diff, http-failure, accessible), and its copy, in those of verify. Without a control nothing is called
    blocked.

    Exit codes: 0 nothing is wrong, 1 an address is blocked, or a copy old or false, 2 could not run.
    """
    given = Asked(**asked)
    pause = _pause(given.every)
    # What is asked for wrongly is said at once; what goes wrong in a round later ends no watch.
    _order(given)
    bad = False
    while True:
        begun = time.monotonic()
        try:
            bad = _round(given)
        except ReachError as error:
            if not pause:
                raise
            # A proxy, a disk or a file that is away for a round must not end the watch of weeks.
            screen.failed(str(error))
        if not pause:
            sys.exit(FOUND if bad else 0)
        time.sleep(max(0.0, pause - (time.monotonic() - begun)))


def _round(asked: Asked) -> bool:
    """One round, shown and kept. Gives whether anything is wrong."""
    from tamizdat.mirrors.watch import alarm, ooni, report, round  # noqa: PLC0415
    from tamizdat.mirrors.watch.feed import title  # noqa: PLC0415
    from tamizdat.mirrors.watch.history import History  # noqa: PLC0415

    order = _order(asked)
    history = History(asked.db or asked.config_file.parent / HISTORY)
    told = ooni.read(asked.ooni, order.addresses) if asked.ooni else []
    results = round.run(order)
    changes = alarm.changes(history.last(), results)
    history.add(results, changes)
    if not asked.no_memory:
        _remember(results)
    if asked.as_json:
        click.echo(report.text(results), nl=False)
    else:
        _show(results, told)
    alarms = [each for each in changes if each.alarm]
    for each in alarms:
        screen.failed(f"new: {title(each)}: {each.why}")
    _write(asked, history, order, told)
    if alarms and asked.alarm:
        alarm.send(asked.alarm, alarms)
    return any(alarm.alarming(each) for each in results)


def _order(asked: Asked) -> Order:
    from tamizdat.mirrors.watch import report, round, vantage  # noqa: PLC0415

    addresses, trust = _meant(asked)
    vantages = ([vantage.DIRECT] if asked.direct else []) + [vantage.through(each) for each in asked.proxy]
    control = round.Control()
    if asked.control and Path(asked.control).is_file():
        control = round.Control(held=report.control(Path(asked.control), trust.now))
    elif asked.control:
        if "://" not in asked.control:
            raise ReachError(f"--control {asked.control}: there is no such file, and it is no proxy")
        control = round.Control(vantage.through(asked.control, asked.resolver))
    if control.vantage and any(each.proxy == control.vantage.proxy for each in vantages):
        raise BuildError("--control and --proxy are the same\n    -> a vantage cannot be its own control")
    if asked.resolver and not control.vantage:
        raise BuildError("--resolver is asked by the control\n    -> name its proxy with --control")
    if not vantages:
        raise BuildError("--no-direct leaves nowhere to measure from\n    -> name a --proxy")
    addresses = round.checked(addresses)
    onions = [each for each in addresses if round.hidden(each)]
    if onions and not any(each.proxy for each in vantages):
        raise BuildError(f"{onions[0]} is in Tor only\n    -> name its proxy: --proxy socks5h://127.0.0.1:9050")
    sample = None if asked.whole else asked.files
    return round.Order(addresses, tuple(vantages), control, trust, asked.timeout, sample)


def _meant(asked: Asked) -> tuple[tuple[str, ...], Trust]:
    """The addresses, and what is trusted: the publication's own keys, if it is here."""
    from tamizdat.content.settings import load  # noqa: PLC0415
    from tamizdat.release import memory  # noqa: PLC0415
    from tamizdat.release.judge import Trust  # noqa: PLC0415
    from tamizdat.release.signature import public_key  # noqa: PLC0415

    try:
        keys = [public_key(text) for text in asked.key]
    except TrustError as error:
        raise BuildError(f"--key: {error.reason}") from error
    addresses, site = asked.urls, asked.site
    if not addresses or (not keys and asked.config_file.is_file()):
        settings = load(asked.config_file)
        addresses = addresses or tuple(each.url for each in settings.addresses)
        site = site or settings.id
        keys = keys or [public_key(text) for text in (settings.keys.root if settings.keys else ())]
    if not addresses:
        raise BuildError("mkdocs.yml announces no addresses\n    -> name some: tamizdat watch https://…")
    known = [] if asked.no_memory else memory.load()
    return addresses, Trust(dt.datetime.now(dt.UTC), frozenset(keys), site, known)


def _remember(results: Sequence[Result]) -> None:
    """Keep the newest release that was seen, as verify does: an older one is known as such from then on."""
    from tamizdat.release import memory  # noqa: PLC0415

    for each in results:
        held = each.integrity
        if held.signed and held.confirmed and held.verdict in (Verdict.OK, Verdict.EXPIRED, Verdict.STALE):
            memory.keep(memory.known_of(held.signed))


def _show(results: Sequence[Result], told: Sequence[Told]) -> None:
    for each in results:
        answer, integrity = each.answer, each.integrity
        screen.say(f"{each.address} from {each.vantage}: {answer.reach}, {integrity.verdict}")
        screen.say(f"    reach: {answer.failure + ': ' if answer.failure else ''}{answer.why}")
        read = f"{integrity.files} of {integrity.listed} files read" if integrity.listed else ""
        details = "; ".join(part for part in (integrity.reason, *integrity.paths[:3], read) if part)
        if details:
            screen.say(f"    integrity: {details}")
    for one in told[:SHOWN]:
        said = f"{one.word} in {one.country} {one.asn}: {one.count} times, {one.first} to {one.last}"
        screen.say(f"OONI: {one.address} {said}")


def _write(asked: Asked, history: Any, order: Order, told: Sequence[Told]) -> None:
    from tamizdat.mirrors.watch import feed, page  # noqa: PLC0415

    if not (asked.html or asked.text or asked.feed):
        return
    changes = history.changes(feed.MOST)
    places = {place: rows for place, rows in history.rows(page.MOST).items() if place[0] in order.addresses}
    site = order.trust.site or "tamizdat"
    if asked.html:
        page.write(asked.html, page.html(site, places, changes[:SHOWN], told).encode())
    if asked.text:
        page.write(asked.text, page.text(site, places, changes[:SHOWN], told).encode())
    if asked.feed:
        page.write(asked.feed, feed.atom(site, changes))


def _pause(every: str | None) -> float:
    """Seconds between two rounds; 0 for one round only."""
    if every is None:
        return 0.0
    found = re.fullmatch(r"([1-9]\d{0,5})([smh]?)", every)
    if not found:
        raise BuildError(f"--every {every}: write a time as 90s, 10m or 2h")
    return float(found[1]) * {"s": 1, "m": 60, "h": 3600, "": 60}[found[2]]
