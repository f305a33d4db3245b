"""`tamizdat pull`: keep a mirror."""

from __future__ import annotations

import datetime as dt
import re
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tamizdat.cli import FOUND, pulled
from tamizdat.content.webaddress import url_trouble
from tamizdat.errors import BuildError, ReachError, TrustError, printable

if TYPE_CHECKING:
    from tamizdat.mirrors.pull.order import Order

UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}
TIMES = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Asked:
    """The options as they were typed."""

    addresses: tuple[str, ...]
    keys: tuple[str, ...]
    limit_rate: str | None
    max_size: str | None
    every: str | None
    proxy: str | None
    as_json: bool
    samples: bool


@click.command(epilog="Exit codes: 0 the newest true release is in place, 1 not, or not surely, 2 could not run.")
@click.option(
    "--from", "addresses", multiple=True, metavar="URL", help="An address to get it from; as many as you know."
)
@click.option("--key", "keys", multiple=True, metavar="RW…", help="The publication's public key that you trust.")
@click.option("--limit-rate", metavar="N", help="Bytes a second, of all connections together: 500k, 2M.")
@click.option("--max-size", metavar="N", help="Refuse a release of more bytes before it is fetched: 800M, 2G.")
@click.option("--every", metavar="TIME", help="Stay, and do it again and again: 30m, 6h, 1d.")
@click.option("--proxy", metavar="URL", help="Ask through it: socks5h://127.0.0.1:9050 is Tor.")
@click.option("--json", "as_json", is_flag=True, help="Tell what came of it as one line of JSON, for programs.")
@click.option(
    "--samples", is_flag=True, help="Only write samples for nginx, Caddy, systemd and containers into FOLDER."
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER")
def pull(folder: Path, **given: Any) -> None:
    """Keep a mirror: get the newest true release into FOLDER.

    Asks all addresses that it knows, those given, those that the signed release announces, those remembered, and trusts
    none of them: every byte is checked before it is seen in FOLDER, which is replaced in one step, and stays as it was
    when anything is wrong. Only what changed is fetched. FOLDER is pull's own: nothing else may be in it. What a run
    leaves for the next one is in .FOLDER-pull beside it.
    """
    asked = Asked(**given)
    if asked.samples:
        from tamizdat.mirrors.pull.samples import write  # noqa: PLC0415

        for name in write(folder):
            click.echo(folder / name)
        return
    order = _order(folder, asked)
    if asked.every is None:
        from tamizdat.mirrors.pull.run import pull as run  # noqa: PLC0415

        outcome = run(order)
        click.echo(pulled.as_json(outcome) if asked.as_json else pulled.text(outcome, folder))
        if not outcome.good:
            sys.exit(FOUND)
    else:
        _stay(order, _seconds(asked.every), as_json=asked.as_json)


def _stay(order: Order, every: float, *, as_json: bool) -> None:
    from tamizdat.mirrors.pull import daemon  # noqa: PLC0415
    from tamizdat.mirrors.pull.run import pull as run  # noqa: PLC0415

    def once() -> None:
        now = dt.datetime.now(dt.UTC)
        try:
            outcome = run(order)
            line = pulled.as_json(outcome) if as_json else pulled.line(outcome)
        except (BuildError, ReachError) as error:
            # A disk that is full today need not be tomorrow.
            line = pulled.failed_json(error) if as_json else f"failed: {' '.join(str(error).split())}"
        click.echo(line if as_json else f"{now:%Y-%m-%dT%H:%M:%SZ} {line}")
        sys.stdout.flush()

    with daemon.told_to_stop(order.stop):
        daemon.loop(once, every, order.stop)


def _order(folder: Path, asked: Asked) -> Order:
    """What the options mean. Raises click.UsageError."""
    from tamizdat.mirrors.line import PROXIES, Line, Throttle  # noqa: PLC0415
    from tamizdat.mirrors.pull.order import PATIENCE, Order  # noqa: PLC0415
    from tamizdat.release.signature import public_key  # noqa: PLC0415

    rate, size, proxy = asked.limit_rate, asked.max_size, asked.proxy
    for address in asked.addresses:
        if trouble := url_trouble(address):
            raise click.UsageError(f"--from {printable(address)}: {trouble}")
    if proxy and not re.fullmatch(rf"(?:{'|'.join(PROXIES)})://[^\s/]+/?", proxy):
        raise click.UsageError(f"--proxy {printable(proxy)}: write it as socks5h://127.0.0.1:9050")
    try:
        trusted = frozenset(public_key(text) for text in asked.keys)
    except TrustError as error:
        raise click.UsageError(f"--key: {error.reason}") from None
    throttle = Throttle(_bytes("--limit-rate", rate)) if rate else None
    most = _bytes("--max-size", size) if size else 0
    return Order(folder, asked.addresses, trusted, most, Line(proxy or "", throttle), PATIENCE, threading.Event())


def _bytes(name: str, text: str) -> int:
    found = re.fullmatch(r"([1-9][0-9]{0,11})([kMG]?)", text)
    if not found:
        raise click.UsageError(f"{name} {printable(text)}: write bytes as 500000, 500k, 20M or 2G")
    return int(found[1]) * UNITS[found[2]]


def _seconds(text: str) -> int:
    found = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", text)
    if not found:
        raise click.UsageError(f"--every {printable(text)}: write it as 30m, 6h or 1d")
    return int(found[1]) * TIMES[found[2]]
