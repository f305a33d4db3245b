"""The censor in the provider's namespace: each row of what networks do to an address, switched on for one mirror.

The recipes are those of design/0020-watching.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .net import BLOCK, Net, run

TABLE = "censor"
PAGE_451 = 8451
"""The port where the block page is sent with status 451 (RFC 7725)."""


class Row(StrEnum):
    """What is done to an address."""

    FREE = "free"
    DNS_POISONED = "dns poisoned"
    NXDOMAIN = "no such name"
    DROP = "packets dropped"
    RESET_SYN = "reset on SYN"
    RESET_DATA = "reset after data"
    SNI = "SNI filter"
    PAGE_200 = "block page 200"
    PAGE_451 = "block page 451"
    MITM = "TLS man in the middle"
    THROTTLED = "throttled"


@dataclass
class Censor:
    """Does to each mirror, by its number, what it was told. `hosts` are the mirrors' names."""

    net: Net
    hosts: Mapping[int, str]
    rows: dict[int, Row] = field(default_factory=dict)

    def apply(self) -> None:
        """Make the network as `rows` has it. The queues of traffic are emptied: a row before must not slow this one."""
        self._clear()
        self._nft(f"add table ip {TABLE}")
        self._nft(f"add chain ip {TABLE} forward {{ type filter hook forward priority 0; }}")
        self._nft(f"add chain ip {TABLE} nat {{ type nat hook prerouting priority -100; }}")
        for number, row in self.rows.items():
            recipe = _RECIPES.get(row)
            if recipe:
                recipe(self, self.net.mirror(number), self.hosts[number])

    def names(self) -> list[str]:
        """The words for dnsmasq of the provider: true addresses, but where names are censored."""
        words = []
        for number, host in self.hosts.items():
            row = self.rows.get(number, Row.FREE)
            lie = {Row.DNS_POISONED: BLOCK, Row.NXDOMAIN: ""}
            words.append(f"--address=/{host}/{lie.get(row, self.net.mirror(number))}")
        return words

    def _clear(self) -> None:
        space = self.net.provider
        self.net.inside(space, "nft", "delete", "table", "ip", TABLE, check=False)
        self.net.inside(space, "iptables", "-F", "FORWARD", check=False)
        run("tc", "-n", space, "qdisc", "delete", "dev", "near", "root", check=False)

    def _nft(self, rule: str) -> None:
        self.net.inside(self.net.provider, "nft", rule)

    def drop(self, ip: str, _: str) -> None:
        self._nft(f"add rule ip {TABLE} forward ip daddr {ip} drop")

    def reset_syn(self, ip: str, _: str) -> None:
        rule = "tcp flags & (syn | ack) == syn reject with tcp reset"
        self._nft(f"add rule ip {TABLE} forward ip daddr {ip} {rule}")

    def reset_data(self, ip: str, _: str) -> None:
        self._nft(f"add rule ip {TABLE} forward ip daddr {ip} tcp flags & psh == psh reject with tcp reset")

    def sni(self, _: str, host: str) -> None:
        """By iptables: nft cannot look for a word."""
        look = ("-m", "string", "--algo", "bm", "--string", host)
        rule = ("-A", "FORWARD", "-p", "tcp", "--dport", "443", *look, "-j", "REJECT", "--reject-with", "tcp-reset")
        self.net.inside(self.net.provider, "iptables", *rule)

    def page_200(self, ip: str, _: str) -> None:
        self._nft(f"add rule ip {TABLE} nat ip daddr {ip} tcp dport 80 dnat to {BLOCK}:80")

    def page_451(self, ip: str, _: str) -> None:
        self._nft(f"add rule ip {TABLE} nat ip daddr {ip} tcp dport 80 dnat to {BLOCK}:{PAGE_451}")

    def mitm(self, ip: str, _: str) -> None:
        self._nft(f"add rule ip {TABLE} nat ip daddr {ip} tcp dport 443 dnat to {BLOCK}:443")

    def throttle(self, ip: str, _: str) -> None:
        """16 kbit/s towards the client; not netem, which many kernels lack."""
        device = ("dev", "near")
        space = self.net.provider
        run("tc", "-n", space, "qdisc", "add", *device, "root", "handle", "1:", "htb")
        run("tc", "-n", space, "class", "add", *device, "parent", "1:", "classid", "1:1", "htb", "rate", "16kbit")
        # A queue that holds seconds of old packets would keep new connections out, too.
        run("tc", "-n", space, "qdisc", "add", *device, "parent", "1:1", "handle", "10:", "pfifo", "limit", "5")
        match = ("u32", "match", "ip", "src", f"{ip}/32", "flowid", "1:1")
        run("tc", "-n", space, "filter", "add", *device, "parent", "1:", "protocol", "ip", "prio", "1", *match)


_RECIPES: Mapping[Row, Callable[[Censor, str, str], None]] = {
    Row.DROP: Censor.drop,
    Row.RESET_SYN: Censor.reset_syn,
    Row.RESET_DATA: Censor.reset_data,
    Row.SNI: Censor.sni,
    Row.PAGE_200: Censor.page_200,
    Row.PAGE_451: Censor.page_451,
    Row.MITM: Censor.mitm,
    Row.THROTTLED: Censor.throttle,
}
