"""What runs in the lab: mirrors and block pages (nginx), two resolvers (dnsmasq), the control's proxy."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .authority import Authority
from .censor import PAGE_451, Censor, Row
from .net import BLOCK, CONTROL, GATE, RESOLVER, Net

if TYPE_CHECKING:
    from collections.abc import Iterator

PORT = 1080
HOSTS = {number: f"m{number}.test" for number in range(1, 9)}
"""Names that no public resolver has (RFC 6761)."""
PAGE = "<!doctype html><title>Access denied</title><p>This page is blocked by order.</p>"
_NGINX = """
daemon off; master_process off; user root; pid {folder}/pid; error_log stderr crit;
events {{ worker_connections 256; }}
http {{
  access_log off; default_type application/octet-stream; types {{ text/html html; text/plain txt; }}
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  {servers}
}}
"""
_MIRROR = """
  server {{ listen {ip}:80; listen {ip}:443 ssl; server_name {host};
    ssl_certificate {pem}; ssl_certificate_key {pem}; location / {{ root {root}; index index.html; }} }}
"""
_CENSOR = """
  server {{ listen {ip}:80; listen {ip}:443 ssl; ssl_certificate {pem}; ssl_certificate_key {pem};
    location / {{ default_type text/html; return 200 "{page}"; }} }}
  server {{ listen {ip}:{port}; location / {{ default_type text/html; return 451 "{page}"; }} }}
"""


@dataclass
class Lab:
    """A running lab. `folder` holds its files; `roots` are the folders of the mirrors, by number."""

    net: Net
    folder: Path
    roots: Mapping[int, Path]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    names: subprocess.Popen[bytes] | None = None

    @property
    def certificates(self) -> Path:
        """The authority that the mirrors' certificates are of: for SSL_CERT_FILE."""
        return self.folder / "authority.pem"

    @property
    def control(self) -> str:
        """The proxy that no censor stands before."""
        return f"socks5h://{CONTROL}:{PORT}"

    def start(self) -> None:
        """Start all that runs, and wait until it answers."""
        honest, other = Authority("lab"), Authority("the censor")
        self.certificates.write_bytes(honest.pem)
        pem = other.issue(self.folder / "censor.pem", [*HOSTS.values()])
        mirrors = "".join(
            _MIRROR.format(
                ip=self.net.mirror(number),
                host=HOSTS[number],
                root=root,
                pem=honest.issue(self.folder / f"m{number}.pem", [HOSTS[number]]),
            )
            for number, root in self.roots.items()
        )
        self._nginx(self.net.servers, mirrors)
        self._nginx(self.net.provider, _CENSOR.format(ip=BLOCK, pem=pem, page=PAGE, port=PAGE_451))
        true = [f"--address=/{host}/{self.net.mirror(number)}" for number, host in HOSTS.items()]
        self.running.append(self._dnsmasq(self.net.servers, RESOLVER, true))
        proxy = [sys.executable, str(Path(__file__).with_name("socks.py")), CONTROL, str(PORT)]
        self.running.append(self._run(self.net.servers, *proxy))
        self.censor({})
        for space, host, port in (
            (self.net.servers, self.net.mirror(1), 443),
            (self.net.servers, RESOLVER, 53),
            (self.net.servers, CONTROL, PORT),
            (self.net.provider, BLOCK, 443),
        ):
            self._wait(space, host, port)

    def censor(self, rows: Mapping[int, Row]) -> None:
        """Do this to the mirrors from now on, and nothing to the others."""
        censor = Censor(self.net, HOSTS, dict(rows))
        censor.apply()
        if self.names:
            _end(self.names)
        self.names = self._dnsmasq(self.net.provider, GATE, censor.names())
        self._wait(self.net.provider, GATE, 53)

    def stop(self) -> None:
        """End all that was started here."""
        for each in (*self.running, *([self.names] if self.names else [])):
            _end(each)
        self.running.clear()

    def _nginx(self, space: str, servers: str) -> None:
        folder = self.folder / space
        folder.mkdir()
        path = folder / "nginx.conf"
        path.write_text(_NGINX.format(folder=folder, servers=servers))
        self.running.append(self._run(space, "nginx", "-p", str(folder), "-c", str(path), "-e", "stderr"))

    def _dnsmasq(self, space: str, address: str, names: Sequence[str]) -> subprocess.Popen[bytes]:
        plain = ["--no-daemon", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--user=root", "--cache-size=0"]
        bound = [f"--listen-address={address}", "--bind-interfaces", "--pid-file="]
        return self._run(space, "dnsmasq", *plain, *bound, *names, quiet=True)

    def _run(self, space: str, *words: str, quiet: bool = False) -> subprocess.Popen[bytes]:
        # `ip netns exec` becomes the program: the signal that ends it reaches the right one.
        return subprocess.Popen(self.net.command(space, *words), stderr=subprocess.DEVNULL if quiet else None)

    def _wait(self, space: str, host: str, port: int) -> None:
        code = "import socket,sys;socket.create_connection((sys.argv[1],int(sys.argv[2])),1)"
        until = time.monotonic() + 20
        while True:
            words = self.net.command(space, sys.executable, "-S", "-c", code, host, str(port))
            if not subprocess.run(words, capture_output=True, check=False).returncode:
                return
            dead = [str(each.args) for each in self.running if each.poll() is not None]
            if dead or time.monotonic() > until:
                raise RuntimeError(f"nothing answers at {host}:{port} in {space}; ended: {dead}")
            time.sleep(0.05)


@contextmanager
def lab(name: str, folder: Path, roots: Mapping[int, Path]) -> Iterator[Lab]:
    """A lab with these mirrors; nothing of it stays."""
    net = Net(name)
    net.up()
    made = Lab(net, folder, roots)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        net.down()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
