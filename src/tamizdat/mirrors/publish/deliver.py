"""Publish the release in the site folder to its hosts, all at once; one that fails does not stop the others.

shipment      the release is whole and signed, and its packs are looked at
before        what the host has now, read at its address: never back to an older release
plan          what differs from what the host is known to have
apply         content, then lists and signatures, then what is to go
after         what was sent is fetched back, and judged: that alone is success
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from tamizdat.editions.site.hosting import Make, maker
from tamizdat.editions.site.stamp import CACHE
from tamizdat.errors import BuildError, ReachError, TrustError, printable
from tamizdat.mirrors.hosts.kinds import open_host
from tamizdat.mirrors.hosts.secret import Secrets
from tamizdat.mirrors.publish import readback
from tamizdat.mirrors.publish.journal import Journal, State, target_of
from tamizdat.mirrors.publish.plan import Plan, plan
from tamizdat.mirrors.publish.readback import Trusted
from tamizdat.model import Settings
from tamizdat.model.hosts import HostSettings
from tamizdat.release.ceremony import chain_of
from tamizdat.release.judge import SIGNATURES, Signed
from tamizdat.release.lists import SUMS
from tamizdat.release.shipment import Item, Shipment, shipment

Tell = Callable[[str, str, int, int], None]
"""Is told a host, what is done with it, how much of that is done, and of how much. Called by any thread."""

FOLDER = f"{CACHE}/publish"
_WHY = 600
"""Letters of a reason."""


@dataclass(frozen=True)
class Order:
    """What is asked for: hosts by name (none: all), to send nothing (`dry_run`), to fetch back every file."""

    names: tuple[str, ...] = ()
    dry_run: bool = False
    verify_all: bool = False


@dataclass(frozen=True)
class Outcome:
    """How it went with a host. `verified`: the release was read back there and is true; `files`, `size` (bytes) and
    `gone` are what was sent and what went, or would. `why` says what failed; `notes` what people are to know."""

    name: str
    verified: bool
    files: int = 0
    size: int = 0
    gone: int = 0
    why: str = ""
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Done:
    """The outcome of all hosts, in the order of the settings; `seq` is the number of the release. `required`: how many
    must show it; `note` is about the packs."""

    seq: int
    outcomes: Sequence[Outcome]
    required: int
    note: str

    @property
    def verified(self) -> int:
        """How many hosts show the release."""
        return sum(each.verified for each in self.outcomes)


def publish(settings: Settings, order: Order, tell: Tell) -> Done:
    """Publish. Raises BuildError where nothing can be published at all: no hosts, no release that is whole and signed,
    somebody who is publishing already. What fails at one host is told in its outcome."""
    hosts = _chosen(settings, order.names)
    folder = settings.root / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock")
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BuildError("this publication is just being published\n    -> wait until that is done") from error
    except OSError as error:
        raise BuildError(f"cannot write {folder}: {error.strerror}") from error
    try:
        return _publish(settings, hosts, order, tell)
    finally:
        shutil.rmtree(folder / "work", ignore_errors=True)
        lock.release()


def _publish(settings: Settings, hosts: Sequence[HostSettings], order: Order, tell: Tell) -> Done:
    ready = shipment(settings)
    run = _Run(settings, order, Trusted(chain_of(settings), ready), maker(settings), tell)
    with ThreadPoolExecutor(len(hosts)) as pool:
        outcomes = list(pool.map(run.host, hosts))
    asked = settings.publish.require if settings.publish else None
    return Done(ready.signed.comment.seq, outcomes, min(asked or len(hosts), len(hosts)), ready.note)


def _chosen(settings: Settings, names: Sequence[str]) -> list[HostSettings]:
    held = settings.publish.hosts if settings.publish else ()
    if not held:
        remedy = "name some in mkdocs.yml below extra: publication: publish: hosts: (README, Publish)"
        raise BuildError(f"this publication has no hosts\n    -> {remedy}")
    known = [host.name for host in held]
    for name in names:
        if name not in known:
            raise BuildError(f"there is no host “{printable(name)}”\n    -> use one of: {', '.join(known)}")
    return [host for host in held if not names or host.name in names]


class _Run:
    def __init__(self, settings: Settings, order: Order, trusted: Trusted, make: Make, tell: Tell) -> None:
        self.settings, self.order, self.trusted, self.make, self.tell = settings, order, trusted, make, tell
        self.work = settings.root / FOLDER / "work"
        shutil.rmtree(self.work, ignore_errors=True)
        self._lock = threading.Lock()
        self._kept: Shipment | None = None

    def host(self, host: HostSettings) -> Outcome:
        """Publish to one host. What is wrong with it is told in the outcome."""
        secrets = Secrets(host.name)
        try:
            made = self._host(host, secrets)
        except BuildError as error:
            made = Outcome(host.name, False, why=str(error))
        except ReachError as error:
            made = Outcome(host.name, False, why=f"cannot be reached: {error}")
        except TrustError as error:
            made = Outcome(host.name, False, why=f"what it shows is {error.verdict}: {error.reason}")
        except OSError as error:
            made = Outcome(host.name, False, why=f"this machine: {error}")
        clean = "\n".join(printable(line, _WHY) for line in secrets.scrub(made.why).splitlines())
        self.tell(host.name, "failed" if made.why else "done", 0, 0)
        return replace(made, why=clean.replace("\n->", "\n    ->"), notes=[secrets.scrub(each) for each in made.notes])

    def _host(self, host: HostSettings, secrets: Secrets) -> Outcome:
        self.tell(host.name, "looking", 0, 0)
        journal = Journal(self.settings.root / FOLDER, host.name, target_of(host.kind, host.url, host.options))
        place, own = open_host(self.settings, host, secrets), self._own(host)
        address = place.address(journal.state.facts)
        ready = _for(host, self.trusted.shipment)
        if journal.state.whole and self._plan(ready, own, journal.state).nothing and self._shows(address):
            if self.order.verify_all and not self.order.dry_run:
                whole = self._plan(ready, own, journal.state)
                return self._seen(host, journal, address, whole, whole.change.whole)
            return Outcome(host.name, verified=True)
        signed = readback.before(address, self.trusted)
        state, certain = _base(journal, signed)
        made = self._plan(ready if self.order.dry_run else _for(host, self._held()), own, state)
        if self.order.dry_run:
            return Outcome(host.name, False, len(made.sending), made.size, len(made.change.gone))
        paths = {item.path for item in made.sending}
        again = [item for item in made.change.whole if item.path in journal.doubtful - paths]
        journal.begin(state, made.sending, again)
        done = 0

        def sent(items: Sequence[Item]) -> None:
            nonlocal done
            journal.arrived(items)
            done += len(items)
            self.tell(host.name, "sending", done, len(made.sending))

        self.tell(host.name, "sending", 0, len(made.sending))
        applied = place.apply(made.change, sent)
        journal.applied(applied.facts, [*made.sending, *again])
        look = (*made.sending, *again) if certain and not self.order.verify_all else made.change.whole
        seen = self._seen(host, journal, place.address(applied.facts), made, look)
        return replace(seen, notes=applied.notes)

    def _seen(self, host: HostSettings, journal: Journal, address: str, made: Plan, look: Sequence[Item]) -> Outcome:
        """Fetch back what was sent, and keep in the journal what came of it."""
        self.tell(host.name, "reading back", 0, 0)
        told = Outcome(host.name, False, len(made.sending), made.size, len(made.change.gone))
        here = {item.path: item.sha256 for item in made.change.whole}
        here |= {path: digest for path, digest in journal.state.files.items() if path in made.retired}
        state = replace(journal.state, files=here, sending={}, retired=made.retired)
        try:
            wrong = readback.after(address, self.trusted, look, host.wait, everything=self.order.verify_all)
        except TrustError as error:
            wrong = [each.path for each in error.findings if each.path in here]
            if wrong:
                journal.write(_without(state, wrong))
            raise
        if wrong:
            journal.write(_without(state, wrong))
            few = ", ".join(wrong[:3]) + (" …" if len(wrong) > 3 else "")
            why = f"{len(wrong)} files are not shown as they were sent: {few}\n    -> publish again"
            return replace(told, why=why)
        journal.write(replace(state, release=self.trusted.shipment.tree.digest))
        return replace(told, verified=True)

    def _plan(self, ready: Shipment, own: dict[str, Item], state: State) -> Plan:
        keep = self.settings.publish.keep if self.settings.publish else 0
        return plan(ready, own, state, keep, dt.datetime.now(dt.UTC).date())

    def _shows(self, address: str) -> bool:
        return readback.unchanged(address, self.trusted.shipment)

    def _held(self) -> Shipment:
        """The shipment, held: a build that ends meanwhile changes nothing of what is sent."""
        with self._lock:
            if self._kept is None:
                self._kept = self.trusted.shipment.kept(self.work / "release")
            return self._kept

    def _own(self, host: HostSettings) -> dict[str, Item]:
        """The files that are made for this host."""
        found: dict[str, Item] = {}
        if host.kind == "ipfs":
            # Its CID is that of the release, which these are no part of.
            return found
        for path, data in self.make(host).items():
            target: Path = self.work / "hosts" / host.name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            found[path] = Item.of(path, target)
        return found


def _for(host: HostSettings, ready: Shipment) -> Shipment:
    """What this host is to have: one that is named by the CID of the release has no room for packs beside it."""
    if host.kind != "ipfs":
        return ready
    own = {*ready.signed.listed, SUMS, *SIGNATURES}
    return replace(ready, items={path: item for path, item in ready.items.items() if path in own})


def _base(journal: Journal, signed: Signed | None) -> tuple[State, bool]:
    """What the host is known to have, by the journal and by the release that it shows; and whether that is certain."""
    state = journal.state
    shown = "" if signed is None else hashlib.sha256(signed.sums).hexdigest()
    if journal.known and (shown == state.release or not state.whole):
        # Shown as it was left; or a run was cut short, and the host may be anywhere between two releases.
        return state, True
    if signed is None:
        return State(), True
    # Published from elsewhere, or before this folder was cloned: its list says what it had then.
    doubtful = journal.doubtful | {path for path, sha in state.files.items() if signed.listed.get(path, sha) != sha}
    listed = {path: sha for path, sha in signed.listed.items() if path not in doubtful} | {SUMS: shown}
    return State(release=shown, files=listed, facts=state.facts), False


def _without(state: State, paths: Sequence[str]) -> State:
    """The same host, where these files are not what they were taken for."""
    unsure = {path: state.files[path] for path in paths if path in state.files}
    files = {path: digest for path, digest in state.files.items() if path not in unsure}
    return replace(state, files=files, sending=unsure)
