"""The judging of verify.html, run by node without a page."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from programs import require
from signed_tree import NOW, SITE

from tamizdat.editions.verifypage import LIBRARY, SCRIPTS

BROWSER = Path(__file__).resolve().parent.parent / "src/tamizdat/browser"
PARTS = [BROWSER / name for name in (LIBRARY, *SCRIPTS[:-1])]
NODE = """
const vm = require("vm"), fs = require("fs");
const text = process.argv.slice(1).map((path) => fs.readFileSync(path, "utf8")).join("\\n");
vm.runInThisContext(`"use strict";\\n${text}\\nglobalThis.parts = { noble, formats, judging, zips, copies };`);
const { noble, formats, judging, zips, copies } = parts;
const bytes = (base64) => new Uint8Array(Buffer.from(base64, "base64"));
const source = (data) => ({ size: data.length, stream: () => new Blob([data]).stream() });
let overrun = false;
// More bytes than anybody should take: 100 MB.
const endless = (size) => ({ size, stream: () => {
  let given = 0;
  return new ReadableStream({ pull: (to) => {
    overrun = ++given > 100;
    return overrun ? to.close() : to.enqueue(new Uint8Array(1 << 20));
  } });
} });
const file = (name, data) => Object.assign(new Blob([data]), { name });
const kits = { native: judging.tools(crypto.subtle), noble: judging.tools(null) };
const tasks = {
  native: async ({ kit }) => (await kits[kit]).native,
  verify: async ({ kit, about }) => (await kits[kit]).verify(...about.map(bytes)),
  parse: ({ kind, data, rest }) => {
    const told = formats[kind](["badPath", "key"].includes(kind) ? data : bytes(data), ...rest);
    return told instanceof Map ? [...told] : told === undefined ? null : told;
  },
  fingerprint: ({ key }) => judging.fingerprint(formats.key(key)),
  judge: async ({ kit, files, scope, pages, zip, keys, site, now }) => {
    const tools = await kits[kit];
    const make = async () => {
      if (zip !== null) return copies.zip(file("copy.zip", bytes(zip)), tools);
      const ofFile = (data) => (typeof data === "number" ? endless(data) : source(bytes(data)));
      const sources = files.map(([path, data]) => [path, ofFile(data)]);
      return copies.copy(sources, scope, tools, pages.map(([name, data]) => file(name, bytes(data))));
    };
    const result = await judging.judge(make, { keys, site }, tools, now);
    return { ...result, keys: result.keys.map((key) => key.text), overrun };
  },
};
require("readline").createInterface({ input: process.stdin }).on("line", async (line) => {
  const question = JSON.parse(line);
  let told;
  try {
    told = { told: await tasks[question.task](question) };
  } catch (error) {
    told = error instanceof formats.Fault ? { fault: error.verdict } : { crash: String(error?.stack || error) };
  }
  console.log(JSON.stringify(told));
});
"""


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def milliseconds(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp() * 1000)


class Judge:
    """Answers one question after another."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, task: str, **question: object) -> dict[str, Any]:
        """What a task gives (`told`), or its `fault`."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps({"task": task, **question}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert isinstance(answer, dict)
        assert "crash" not in answer, answer
        return answer

    def judge(
        self,
        files: Mapping[str, bytes | int],
        keys: Sequence[str],
        *,
        site: str | None = SITE,
        now: str = NOW,
        scope: str = "all",
        pages: Mapping[str, bytes] | None = None,
        archive: bytes | None = None,
        kit: str = "native",
    ) -> dict[str, Any]:
        """The verdict about a copy, and all that belongs to it. A number is a file of this size that never ends."""
        answer = self.ask(
            "judge",
            kit=kit,
            files=[(path, data if isinstance(data, int) else encoded(data)) for path, data in files.items()],
            scope=scope,
            pages=[(name, encoded(data)) for name, data in (pages or {}).items()],
            zip=encoded(archive) if archive is not None else None,
            keys=list(keys),
            site=site,
            now=milliseconds(now),
        )
        told = answer["told"]
        assert isinstance(told, dict)
        return told


@contextmanager
def judge() -> Iterator[Judge]:
    """A node that has read the scripts of verify.html."""
    command = [require("node"), "--no-warnings", "-e", NODE, *map(str, PARTS)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Judge(process)
    finally:
        process.kill()
        process.wait()
