"""The search page's own JavaScript, run by node without a page: what it does with the files of the index."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from programs import require

SCRIPT = Path(__file__).resolve().parent.parent / "src/tamizdat/browser/search.js"
NODE = """
const vm = require("vm"), fs = require("fs");
vm.runInThisContext(fs.readFileSync(process.argv[1], "utf8"));
const { among, describe, fold, part, pieces } = tamizdat;
const find = (words) => pieces.get("index").map(([name]) => name).flatMap((name) =>
  describe(pieces.get(`${name}-pages`), among(words.map((word) => pieces.get(`${name}-${part(word)}`)), words), words));
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { text, scripts, queries } = JSON.parse(line);
  if (scripts) {
    pieces.clear();
    for (const each of scripts) vm.runInThisContext(each);
  }
  const told = queries
    ? queries.map((query) => find([...new Set(fold(query))]))
    : { words: fold(text), parts: fold(text).map(part) };
  console.log(JSON.stringify([told, Object.keys(globalThis).includes("hacked")]));
});
"""


class Engine:
    """Answers one question after another."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.hacked = False

    def _ask(self, **question: object) -> object:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        told, self.hacked = json.loads(self.process.stdout.readline())
        return told

    def fold(self, text: str) -> tuple[list[str], list[int]]:
        """The words of a text, and the part of each."""
        told = self._ask(text=text)
        assert isinstance(told, dict)
        return told["words"], told["parts"]

    def find(self, files: Sequence[tuple[str, bytes]], *queries: str) -> list[list[dict[str, object]]]:
        """For each query the pages found in all volumes, in the index's order."""
        told = self._ask(scripts=[data.decode() for _, data in files], queries=queries)
        assert isinstance(told, list)
        return told


@contextmanager
def engine() -> Iterator[Engine]:
    """A node that has read the search page's script."""
    process = subprocess.Popen(
        [require("node"), "-e", NODE, str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Engine(process)
    finally:
        process.kill()
        process.wait()
