"""The environment in which the scripts work: .venv/ in the project's root, made on first use, mended when it is broken.

Protects whoever runs a script in a fresh clone. Only the standard library is there yet; and old Pythons must be able to
read this file, so that they can say what is missing.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

if sys.version_info < (3, 11):  # noqa: UP036 - whoever meets this sentence runs an older one
    found = sys.version.split()[0]
    print(f"This needs Python 3.11 or later, and here is {found}: run it with a newer one.", file=sys.stderr)
    sys.exit(2)

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "tamizdat.json"
PIP = ("-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check")
NPM = ROOT / ".cache" / "npm"

FAILED = 2
"""Exit code: could not run. The other ones are those of the command that was run."""

PROGRAMS = {
    "aria2c": "aria2",
    "chromium": "chromium",
    "dnsmasq": "dnsmasq-base",
    "git": "git",
    "ip": "iproute2",
    "iptables": "iptables",
    "java": "default-jre-headless",
    "kiwix-serve": "kiwix-tools",
    "lynx": "lynx",
    "minisign": "minisign",
    "nft": "nftables",
    "nginx": "nginx-light",
    "npm": "npm",
    "pdffonts": "poppler-utils",
    "pdfinfo": "poppler-utils",
    "pdftoppm": "poppler-utils",
    "pdftotext": "poppler-utils",
    "qpdf": "qpdf",
    "rsync": "rsync",
    "sshd": "openssh-server",
    "systemd-analyze": "systemd",
    "unzip": "unzip",
    "w3m": "w3m",
    "zimcheck": "zim-tools",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf": "fonts-dejavu-core",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf": "fonts-noto-core",
}
"""What the tests start or read, and the Debian package that has it."""


def run_tamizdat(*arguments: str) -> int:
    """Run `.venv/bin/tamizdat` in the project's root and give its exit code."""
    stand()
    command = [_installed("tamizdat"), *arguments]
    sys.stdout.flush()
    if os.name == "posix":
        # In place of this process: Ctrl-C and signals reach the command itself, and nothing is left behind.
        os.execv(command[0], command)
    return subprocess.call(command)


def run_tests(*arguments: str) -> int:
    """Run every check, then pytest with these arguments. Gives pytest's exit code; 1 if only another check failed."""
    stand(testing=True)
    _system_packages()
    _npm_packages()
    # scripts/ apart: mypy takes scripts/build.py and benchmarks/build.py for one module.
    checks = (("ruff", "check"), ("ruff", "format", "--check"), ("mypy",), ("mypy", "scripts"))
    failed = [" ".join(check) for check in checks if _call(_installed(check[0]), *check[1:]) != 0]
    # A file in one process: what its tests share is made once. In the order of their names: else a file of few long
    # tests comes last, and one core waits for it.
    spread = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder", "--durations=15")
    code = _call(_installed("python"), "-m", "pytest", *spread, *arguments, stdin=None)
    if failed:
        _tell(f"failed besides the tests: {', '.join(failed)}")
    return code or int(bool(failed))


def stand(*, testing: bool = False) -> None:
    """Make .venv/ hold what the project's files ask for. When it does already, nothing happens.

    From here on the project's root is the working folder, wherever the script was started.
    """
    os.chdir(ROOT)
    # A virtual environment knows its own path and its Python: moved, or under another one, it does not work.
    place = [str(ROOT), f"{sys.version_info[0]}.{sys.version_info[1]}"]
    build = _digest("requirements.txt", "pyproject.toml")
    held = _held()
    whole = all(shutil.which(name, path=str(BIN)) for name in ("python", "tamizdat"))
    if held.get("place") != place or not whole:
        _make()
        held = {"place": place}
    if held.get("build") != build:
        _tell("installing into .venv/ what the build needs; this happens once and takes a minute")
        _install("--require-hashes", "-r", "requirements.txt")
        _install("--no-deps", "--no-build-isolation", "-e", ".")
        held = _hold({"place": place, "build": build})
    if not testing:
        return
    test = _digest("requirements-test.txt")
    if held.get("test") != test:
        _tell("installing into .venv/ what the tests need, too")
        _install("--require-hashes", "-r", "requirements.txt", "-r", "requirements-test.txt")
        _hold({**held, "test": test})


def _make() -> None:
    _tell("making .venv/")
    if importlib.util.find_spec("ensurepip") is None:
        # Debian and its children ship it apart from Python.
        package = f"python3.{sys.version_info[1]}-venv"
        if not _apt_install(package):
            _fail(f"this Python has no ensurepip: run `sudo apt-get install {package}`, then this command again")
    # Not sys.executable: that may be the one which is being replaced.
    python = getattr(sys, "_base_executable", None) or sys.executable
    if _call(python, "-m", "venv", "--clear", str(VENV)) != 0:
        _fail("could not make .venv/; see above")


def _install(*arguments: str) -> None:
    # Without its stamp an environment is made anew: so the next run mends what is cut short here.
    STAMP.unlink(missing_ok=True)
    if _call(_installed("python"), *PIP, *arguments) != 0:
        _fail("could not install; see above. If the network was the reason, run this command again")


def _held() -> dict[str, object]:
    try:
        held = json.loads(STAMP.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}


def _hold(held: dict[str, object]) -> dict[str, object]:
    STAMP.write_text(json.dumps(held), "utf-8")
    return held


def _digest(*names: str) -> str:
    return hashlib.sha256(b"\0".join(Path(name).read_bytes() for name in names)).hexdigest()


def _installed(name: str) -> str:
    found = shutil.which(name, path=str(BIN))
    if found is None:
        _fail(f".venv/ has no {name}: delete .venv/ and run this command again")
    return found


def _system_packages() -> None:
    if os.name == "posix":
        # Where Debian keeps nginx; not in the PATH of everybody.
        os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])
    missing = {name: package for name, package in PROGRAMS.items() if not _is_there(name)}
    if missing and not _apt_install(*sorted(set(missing.values()))):
        _tell(f"missing: {', '.join(missing)}; tests that need it are skipped, or fail in CI")
        _tell(f"on Debian: sudo apt-get install {' '.join(sorted(set(missing.values())))}")


def _is_there(name: str) -> bool:
    if name.startswith("/"):
        # Fonts of other systems stand elsewhere, and these systems have their own.
        return Path(name).is_file() or not shutil.which("apt-get")
    return shutil.which(name) is not None


def _apt_install(*packages: str) -> bool:
    apt = shutil.which("apt-get")
    if not apt or os.name != "posix" or os.geteuid() != 0:
        return False
    _tell(f"installing with apt-get: {' '.join(packages)}")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    install = (apt, "install", "--yes", "-qq", "--no-install-recommends", *packages)
    # A fresh container has no lists of packages yet.
    return _call(*install) == 0 or (_call(apt, "update", "-qq") == 0 and _call(*install) == 0)


def _npm_packages() -> None:
    npm = shutil.which("npm")
    lock = ROOT / "tests" / "npm" / "package-lock.json"
    done = NPM / "node_modules" / "installed.json"
    if npm is None or (done.is_file() and done.read_bytes() == lock.read_bytes()):
        return
    NPM.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(lock.with_name(name), NPM / name)
    if _call(npm, "ci", "--prefix", str(NPM), "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error") == 0:
        shutil.copy(lock, done)
    else:
        _tell("npm could not install; see above. Tests that need it are skipped, or fail in CI")


def _call(*command: str, stdin: int | None = subprocess.DEVNULL) -> int:
    sys.stdout.flush()
    process = subprocess.Popen(command, stdin=stdin)
    try:
        return process.wait()
    except KeyboardInterrupt:
        # The child has had Ctrl-C as well, and ends in its own way.
        process.wait()
        sys.exit(130)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _fail(text: str) -> NoReturn:
    _tell(text)
    sys.exit(FAILED)
