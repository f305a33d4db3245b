"""Make src/tamizdat/browser/vendor/noble.js and desk/files.json anew from the npm packages that their locks name.

`--check`: only compare.

Exit codes: 0 done, or the same bytes; 1 other bytes; 2 could not run. To renew: write the new versions into
package.json there, run `npm install --package-lock-only --omit-lockfile-registry-resolved=true` there, then this.
"""

import argparse
import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NoReturn

BROWSER = Path(__file__).resolve().parent.parent / "src" / "tamizdat" / "browser"
FOLDER = BROWSER / "vendor"
DESK = BROWSER / "desk"
PACKAGES = ("@noble/ed25519", "@noble/hashes")
FAILED = 2

FORM = "@sveltia/cms"
SERVED = re.compile(
    r"LICENSE\.txt|locales/.+\.json|npm/index\.js|npm/chunks/(react|react-dom|shiki-engine)-.+\.js"
    r"|npm/assets/.+\.(woff2|LICENSE\.txt)"
)
"""What the form is made of. Not: maps, and the decoders of pictures, which need WebAssembly."""

ENTRY = """
import { hashes, verify } from "@noble/ed25519";
import { blake2b } from "@noble/hashes/blake2.js";
import { sha256 as digest, sha512 } from "@noble/hashes/sha2.js";
hashes.sha512 = sha512;
export const verifyEd25519 = (signature, message, publicKey) => {
  try {
    return verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
};
export const blake2b512 = (bytes) => blake2b(bytes, { dkLen: 64 });
export const sha256 = () => digest.create();
"""
"""What verify.html needs of them. `zip215: false`: one form of each point and number, as minisign wants it."""

INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
TARGET = "chrome85,firefox79,safari14.1"
BUNDLE = ("--bundle", "--format=iife", "--global-name=noble", "--minify", f"--target={TARGET}", "--legal-comments=none")


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; exit code 1 if the bytes differ")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        made = {FOLDER / name: data for name, data in _make(Path(folder)).items()}
    with tempfile.TemporaryDirectory() as folder:
        made[DESK / "files.json"] = _form(Path(folder))
    wrong = [path for path, data in made.items() if not _holds(path, data)]
    for path in wrong:
        print(f"{path.name}: {'other bytes than its packages give' if check else 'made anew'}", file=sys.stderr)
        if not check:
            path.write_bytes(made[path])
    return 1 if check and wrong else 0


def _make(folder: Path) -> dict[str, bytes]:
    """The files made from the packages, by name."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(FOLDER / name, folder / name)
    _run(folder, _program("npm"), *INSTALL)
    modules = folder / "node_modules"
    bundle = _run(folder, _program("node"), str(modules / "esbuild" / "bin" / "esbuild"), *BUNDLE, given=ENTRY)
    before, name, after = bundle.partition("var noble=")
    if not name or before not in ("", '"use strict";'):
        _fail("esbuild writes its bundles in another way now: change _make in scripts/vendor.py")
    lock = json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"]
    notes, packages = [], []
    for each in PACKAGES:
        licence = (modules / each / "LICENSE").read_text("utf-8").strip()
        notes.append(f"{each} {lock['node_modules/' + each]['version']}\n\n{licence}")
        found = lock[f"node_modules/{each}"]
        packages.append({"package": each, "version": found["version"], "integrity": found["integrity"]})
    # One notice for both, where their terms are the same: each byte is a reader's.
    script = f"/*!\n{_notice(notes)}\n*/\nconst noble={after}".encode()
    told = {"sha256": hashlib.sha256(script).hexdigest(), "packages": packages}
    return {"noble.js": script, "noble.json": (json.dumps(told, indent=2) + "\n").encode()}


def _form(folder: Path) -> bytes:
    """The digests of the form's files, out of the archive that the lock names. The files themselves stay at npm."""
    lock = json.loads((DESK / "package-lock.json").read_text("utf-8"))["packages"][f"node_modules/{FORM}"]
    pack = ("pack", f"{FORM}@{lock['version']}", "--ignore-scripts", "--silent")
    archive = folder / _run(folder, _program("npm"), *pack).strip()
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if lock["integrity"] != f"sha512-{digest}":
        _fail(f"npm brought another {FORM} than the lock names")
    files = {}
    with tarfile.open(archive) as packed:
        for member in packed:
            name, stream = member.name.partition("/")[2], packed.extractfile(member)
            if stream and SERVED.fullmatch(name):
                files[name] = hashlib.sha256(stream.read()).hexdigest()
    return (json.dumps({"files": dict(sorted(files.items()))}, indent=2) + "\n").encode()


def _notice(notes: list[str]) -> str:
    """The packages with their copyright lines, and the terms once."""
    heads, terms = [], set()
    for note in notes:
        lines = note.split("\n\n")
        mine = [part for part in lines if part.startswith("Copyright")]
        heads.append(f"{lines[0]}: {' '.join(mine)}")
        terms.add("\n\n".join(part for part in lines[1:] if not part.startswith("Copyright")))
    if len(terms) != 1:
        _fail("the packages have unlike licences now: change _notice in scripts/vendor.py")
    return "\n".join(heads) + "\n\n" + terms.pop()


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        _fail(f"this needs {name}")
    return found


def _run(folder: Path, *command: str, given: str = "") -> str:
    done = subprocess.run(command, cwd=folder, input=given, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        _fail(f"{Path(command[0]).name} failed; see above")
    return done.stdout


def _fail(text: str) -> NoReturn:
    print(text, file=sys.stderr)
    sys.exit(FAILED)


if __name__ == "__main__":
    sys.exit(main())
