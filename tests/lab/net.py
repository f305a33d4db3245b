"""The three namespaces and their wires. Linux and root only; nothing of the machine's own network is touched."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CLIENT, GATE = "10.77.0.2", "10.77.0.1"
PROVIDER, RESOLVER, CONTROL = "198.51.100.254", "198.51.100.53", "198.51.100.100"
"""In the servers' network: the provider's foot, an honest resolver, and the proxy that is the control."""
BLOCK = "203.0.113.66"
"""Where the censor's own pages stand."""
PROGRAMS = {"ip": "iproute2", "tc": "iproute2", "nft": "nftables", "iptables": "iptables", "dnsmasq": "dnsmasq-base"}


def why_not() -> str:
    """Why this machine can have no lab; "" if it can. Programs that are missing are another question."""
    if not sys.platform.startswith("linux"):
        return "the lab needs Linux's network namespaces"
    if os.geteuid() != 0:
        return "the lab needs root: it makes network namespaces"
    ip = shutil.which("ip")
    if ip:
        name = f"tz{os.getpid()}try"
        done = subprocess.run([ip, "netns", "add", name], capture_output=True, text=True, check=False)
        if done.returncode:
            return f"this kernel gives no network namespaces: {done.stderr.strip()}"
        subprocess.run([ip, "netns", "delete", name], check=True)
    return ""


@dataclass(frozen=True)
class Net:
    """The namespaces of one lab. `name` is part of theirs, so that two labs do not meet."""

    name: str

    @property
    def client(self) -> str:
        return f"tz{self.name}-client"

    @property
    def provider(self) -> str:
        return f"tz{self.name}-provider"

    @property
    def servers(self) -> str:
        return f"tz{self.name}-servers"

    def mirror(self, number: int) -> str:
        """The IP address of a mirror, 1 to 8."""
        return f"198.51.100.{number}"

    def up(self) -> None:
        """Make them. On a fault nothing is left."""
        try:
            self._up()
        except BaseException:
            self.down()
            raise

    def _up(self) -> None:
        for space in (self.client, self.provider, self.servers):
            run("ip", "netns", "add", space)
            run("ip", "-n", space, "link", "set", "lo", "up")
        wire = ("link", "add", "near", "type", "veth", "peer", "name")
        run("ip", "-n", self.provider, *wire, "eth0", "netns", self.client)
        wire = ("link", "add", "far", "type", "veth", "peer", "name")
        run("ip", "-n", self.provider, *wire, "eth0", "netns", self.servers)
        self._address(self.client, "eth0", f"{CLIENT}/24")
        self._address(self.provider, "near", f"{GATE}/24")
        self._address(self.provider, "far", f"{PROVIDER}/24")
        self._address(self.provider, "lo", f"{BLOCK}/32")
        for host in (*(self.mirror(number) for number in range(1, 9)), RESOLVER, CONTROL):
            self._address(self.servers, "eth0", f"{host}/24")
        run("ip", "-n", self.client, "route", "add", "default", "via", GATE)
        run("ip", "-n", self.servers, "route", "add", "default", "via", PROVIDER)
        self.inside(self.provider, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        for space, resolver in ((self.client, GATE), (self.servers, RESOLVER)):
            folder = Path("/etc/netns") / space
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "resolv.conf").write_text(f"nameserver {resolver}\noptions timeout:1 attempts:1\n")

    def _address(self, space: str, device: str, address: str) -> None:
        run("ip", "-n", space, "address", "add", address, "dev", device)
        run("ip", "-n", space, "link", "set", device, "up")

    def end(self) -> None:
        """End what a killed lab left running in its namespaces: nothing else can be in there."""
        for space in (self.client, self.provider, self.servers):
            for number in run("ip", "netns", "pids", space, check=False).split():
                os.kill(int(number), signal.SIGTERM)

    def down(self) -> None:
        """Take them away, with all that is in them. What runs there is to be ended before."""
        for space in (self.client, self.provider, self.servers):
            subprocess.run(["ip", "netns", "delete", space], capture_output=True, check=False)
            shutil.rmtree(Path("/etc/netns") / space, ignore_errors=True)

    def command(self, space: str, *words: str) -> list[str]:
        """The words of a command that runs in a namespace."""
        return ["ip", "netns", "exec", space, *words]

    def inside(self, space: str, *words: str, check: bool = True, text: str | None = None) -> str:
        """Run a command in a namespace and give what it says."""
        return run(*self.command(space, *words), check=check, text=text)


def run(*words: str, check: bool = True, text: str | None = None) -> str:
    """Run a command and give what it says."""
    done = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip() or done.returncode}")
    return done.stdout
