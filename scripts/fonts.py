"""Make src/tamizdat/editions/copies/fonts/ anew from the npm packages that its lock names: the fonts that print.

`--check`: only compare.

Exit codes: 0 done, or the same bytes; 1 other bytes; 2 could not run. Of each font only the letters of our ranges are
kept, and the names of the Source fonts are changed: their licence reserves them for the whole ones. To renew: write the
new versions into package.json there, run `npm install --package-lock-only --omit-lockfile-registry-resolved=true`
there, then this.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

FOLDER = Path(__file__).resolve().parent.parent / "src" / "tamizdat" / "editions" / "copies" / "fonts"
FAILED = 2

FONTTOOLS = "fonttools==4.68.0"
"""Another version may write other bytes."""

INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")

TEXT = "20-7E,A0-2FF,300-36F,370-3FF,400-52F,1E00-1EFF,2000-206F,2070-20BF,2100-21FF,2200-22FF,25A0-25FF"
ARABIC = "20-2F,3A-40,5B-5F,7B-7E,A0-BF,600-6FF,750-77F,8A0-8FF,2000-206F,FB50-FDFF,FE70-FEFF"
SYMBOLS = "2190-21FF,2300-23FF,2460-24FF,2500-27BF,2B00-2BFF"
FONTS = (
    ("source-serif-4", "400Regular/SourceSerif4_400Regular", "Tamizdat Serif", "Regular", TEXT),
    ("source-serif-4", "400Regular_Italic/SourceSerif4_400Regular_Italic", "Tamizdat Serif", "Italic", TEXT),
    ("source-serif-4", "700Bold/SourceSerif4_700Bold", "Tamizdat Serif", "Bold", TEXT),
    ("source-sans-3", "400Regular/SourceSans3_400Regular", "Tamizdat Sans", "Regular", TEXT),
    ("source-sans-3", "400Regular_Italic/SourceSans3_400Regular_Italic", "Tamizdat Sans", "Italic", TEXT),
    ("source-sans-3", "700Bold/SourceSans3_700Bold", "Tamizdat Sans", "Bold", TEXT),
    ("source-code-pro", "400Regular/SourceCodePro_400Regular", "Tamizdat Mono", "Regular", TEXT),
    ("noto-naskh-arabic", "400Regular/NotoNaskhArabic_400Regular", "Noto Naskh Arabic", "Regular", ARABIC),
    ("noto-naskh-arabic", "700Bold/NotoNaskhArabic_700Bold", "Noto Naskh Arabic", "Bold", ARABIC),
    ("noto-sans-symbols-2", "400Regular/NotoSansSymbols2_400Regular", "Noto Sans Symbols 2", "Regular", SYMBOLS),
)
"""Package, file in it, family and style here, and the ranges of Unicode that are kept. Beside Arabic letters, European
letters and digits come from Tamizdat Serif."""

SUBSET = """
import json, sys
from fontTools import subset
from fontTools.ttLib import TTFont
covers = set()
for source, target, family, style, ranges in json.load(sys.stdin):
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options(hinting=False, notdef_outline=True, name_IDs=["*"], name_languages=["*"])
    options.layout_features = "calt ccmp curs fina init isol kern liga lnum locl mark medi mkmk rclt rlig".split()
    subsetter = subset.Subsetter(options)
    spans = [[int(end, 16) for end in each.split("-")] for each in ranges.split(",")]
    subsetter.populate(unicodes=[code for first, last in spans for code in range(first, last + 1)])
    subsetter.subset(font)
    names = font["name"]
    names.names = [each for each in names.names if each.nameID not in (3, 16, 17, 21, 22, 25)]
    full = family if style == "Regular" else f"{family} {style}"
    for number, words in ((1, family), (2, style), (4, full), (6, f"{family.replace(' ', '')}-{style}")):
        names.setName(words, number, 3, 1, 0x409)
    names.names = [each for each in names.names if each.platformID == 3]
    font.save(target)
    covers |= set(font.getBestCmap())
spans = []
for code in sorted(covers):
    if spans and spans[-1][1] == code - 1:
        spans[-1][1] = code
    else:
        spans.append([code, code])
json.dump(spans, sys.stdout)
"""


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; exit code 1 if the bytes differ")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        made = _make(Path(folder))
    wrong = [name for name, data in made.items() if not _holds(FOLDER / name, data)]
    for name in wrong:
        print(f"{name}: {'other bytes than its packages give' if check else 'made anew'}", file=sys.stderr)
        if not check:
            (FOLDER / name).write_bytes(made[name])
    return 1 if check and wrong else 0


def _make(folder: Path) -> dict[str, bytes]:
    """The fonts, their licences and what is told of them, by name."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(FOLDER / name, folder / name)
    npm = shutil.which("npm") or _fail("this needs npm")
    _run(folder, npm, *INSTALL)
    tools = folder / "tools"
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(tools), FONTTOOLS)
    _run(folder, sys.executable, *pip)
    modules = folder / "node_modules" / "@expo-google-fonts"
    work = []
    for package, file, family, style, ranges in FONTS:
        name = f"{family.replace(' ', '')}-{style}.ttf"
        work.append((str(modules / package / f"{file}.ttf"), str(folder / name), family, style, ranges))
    given = f"import sys; sys.path.insert(0, {str(tools)!r})\n{SUBSET}"
    covers = json.loads(_run(folder, sys.executable, "-c", given, given=json.dumps(work)))
    made = {Path(each[1]).name: Path(each[1]).read_bytes() for each in work}
    lock = json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"]
    packages = sorted({f"@expo-google-fonts/{each[0]}" for each in FONTS})
    locked = [lock[f"node_modules/{each}"] for each in packages]
    told = {
        "fonttools": FONTTOOLS.partition("==")[2],
        "packages": [
            {"package": name, "version": each["version"], "integrity": each["integrity"]}
            for name, each in zip(packages, locked, strict=True)
        ],
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in made.items()},
    }
    made["fonts.json"] = (json.dumps(told, indent=2) + "\n").encode()
    made["covers.json"] = (json.dumps(covers, separators=(",", ":")) + "\n").encode()
    made["LICENCE.txt"] = _licences(modules).encode()
    return made


def _licences(modules: Path) -> str:
    """Whose the fonts are, and the terms once: all have the same (SIL Open Font License 1.1)."""
    heads, terms = [], ""
    for package in sorted({each[0] for each in FONTS}):
        copyright_line, _, rest = (modules / package / "LICENSE_FONT").read_text("utf-8").partition("\n")
        families = sorted({each[2] for each in FONTS if each[0] == package})
        heads.append(f"{', '.join(families)} (made from {package}): {copyright_line.strip()}")
        terms = "-----------" + rest.partition("-----------")[2]
        if "SIL OPEN FONT LICENSE Version 1.1" not in terms:
            _fail(f"{package} has another licence now: change _licences in scripts/fonts.py")
    return "\n".join(heads) + "\n\n" + terms.strip() + "\n"


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


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
