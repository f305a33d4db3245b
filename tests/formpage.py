"""The form in a browser, as an editor fills it in."""

from __future__ import annotations

import json
from typing import Any

from browsing import shoot

PATIENCE = 60.0
SETTLED = 1000
FOLDER = """
window.showDirectoryPicker = async () => {
  const root = await navigator.storage.getDirectory();
  for (const [path, text] of Object.entries(FILES)) {
    const parts = path.split("/");
    const name = parts.pop();
    let folder = root;
    for (const part of parts) folder = await folder.getDirectoryHandle(part, { create: true });
    const file = await (await folder.getFileHandle(name, { create: true })).createWritable();
    await file.write(text);
    await file.close();
  }
  return root;
};
"""
"""The browser's own question for a folder cannot be answered headless: this answers it with a folder in the browser."""

READ = """
async () => {
  const found = {};
  const walk = async (folder, path) => {
    for await (const [name, handle] of folder.entries()) {
      if (handle.kind === "directory") await walk(handle, `${path}${name}/`);
      else found[path + name] = await (await handle.getFile()).text();
    }
  };
  await walk(await navigator.storage.getDirectory(), "");
  return found;
}
"""


class Page:
    """The form in a browser, opened on a folder with `files`. `foreign`: what was asked of other hosts."""

    def __init__(self, browser: Any, address: str, files: dict[str, str]) -> None:
        self.foreign: list[str] = []
        context = browser.new_context(viewport={"width": 1500, "height": 1000}, locale="en-US")
        context.add_init_script(FOLDER.replace("FILES", json.dumps(files)))
        self.tab = context.new_page()
        self.tab.set_default_timeout(PATIENCE * 1000 / 3)
        own = (f"{address}/", f"blob:{address}/", "data:")
        self.tab.on("request", lambda each: None if each.url.startswith(own) else self.foreign.append(each.url))
        self.tab.goto(f"{address}/_desk/")
        start = self.tab.get_by_role("button", name="Work with Local Repository")
        start.wait_for()
        assert "errors in the CMS configuration" not in self.tab.locator("body").inner_text()
        assert not self.tab.get_by_role("button", name="Sign In").is_visible()
        start.click()

    def section(self, key: str, pane: int = 0) -> Any:
        return self.tab.locator(f'section[data-key-path="{key}"]').nth(pane)

    def fill(self, key: str, text: str, *, pane: int = 0, last: bool = False) -> None:
        inputs = self.section(key, pane).locator("input, textarea:visible")
        (inputs.last if last else inputs.first).fill(text)

    def write(self, key: str, text: str, *, pane: int = 0) -> None:
        self.section(key, pane).locator("textarea:visible").first.click()
        self.tab.keyboard.insert_text(text)

    def press(self, key: str, label: str) -> None:
        self.section(key).locator(f'button[data-label^="{label}"]').click()

    def press_label(self, label: str) -> None:
        self.tab.locator(f'button[data-label^="{label}"]:visible').first.click()

    def open_translation(self, pane: int) -> None:
        """Its fields are made one after another, as they come into sight; until then they forget what is chosen."""
        self.section("translation", pane).get_by_role("checkbox").first.click()
        for key in ("of", "method", "by", "reviewed_by"):
            self.section(f"translation.{key}").scroll_into_view_if_needed()
        self.tab.wait_for_timeout(SETTLED)

    def pick(self, key: str, label: str) -> None:
        self.section(key).get_by_text(label, exact=True).click()

    def choose(self, name: str) -> None:
        self.tab.get_by_role("option", name=name).or_(self.tab.get_by_text(name, exact=True)).first.click()

    def open(self, title: str) -> None:
        self.tab.get_by_text(title, exact=True).first.dblclick()
        self.tab.locator("section[data-key-path]").first.wait_for()
        self.tab.wait_for_timeout(SETTLED)

    def new(self) -> None:
        self.press_label("New")
        self.tab.locator("section[data-key-path]").first.wait_for()

    def slug(self, text: str) -> None:
        self.tab.locator("input[type=text]:visible, input:not([type]):visible").last.fill(text)

    def cite(self, slug: str, **source: str) -> None:
        """Write the list of sources of an article, with one source in it."""
        self.choose("Sources")
        self.new()
        self.press("sources", "Add")
        for key, value in source.items():
            self.fill(f"sources.0.{key}", value)
        self.slug(slug)
        self.shoot("form-sources")
        self.save()

    def save(self) -> None:
        before = self.tab.evaluate(READ)
        self.press_label("Save")
        for look in range(80):
            if self.tab.evaluate(READ) != before:
                break
            if look % 20 == 19:
                # A busy machine has not taken in yet what was typed when the button was pressed.
                self.press_label("Save")
            self.tab.wait_for_timeout(SETTLED / 2)
        else:
            raise AssertionError("nothing was written")
        self.tab.get_by_text("Entry saved").first.wait_for(state="hidden")
        self.tab.wait_for_timeout(SETTLED)

    def shoot(self, name: str) -> None:
        shoot(self.tab, name)
