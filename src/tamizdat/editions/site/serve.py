"""Preview: MkDocs' own live-reload server, over the same build.

A save is seen by looking, built with what the build before left, and told to the browsers. What is wrong stands on top
of every page until it is mended.
"""

from __future__ import annotations

import contextlib
import html
import re
import signal
import threading
import time
import traceback
import webbrowser
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mkdocs.livereload import LiveReloadServer

from tamizdat.content.settings import load as load_settings
from tamizdat.editions.site.build import build
from tamizdat.editions.site.form import PLACE, Form
from tamizdat.editions.site.order import Options, Release
from tamizdat.editions.site.warm import Warm, warm
from tamizdat.editions.site.watch import Watch
from tamizdat.errors import BuildError, EditorError
from tamizdat.model import Settings

_POLICY = re.compile(rb'<meta http-equiv="Content-Security-Policy"[^>]*>')
_BODY = re.compile(rb"<body[^>]*>|$")

_LOOKS = (
    "position:sticky;top:0;z-index:2147483647;max-height:60vh;overflow:auto;margin:0;padding:1rem;background:#fff;"
    "color:#000;border-bottom:6px solid #b00020;font:14px/1.5 monospace;text-align:left;white-space:pre-wrap;"
    "overflow-wrap:anywhere"
)
_PROBLEMS = f'<pre id="tamizdat-problems" role="alert" lang="en" dir="ltr" style="{_LOOKS}">%s</pre>'
_NOTHING = b"<!doctype html><title>404</title><body><p>There is no such page, or not yet.</p></body>"


@dataclass(frozen=True)
class Showing:
    """What is shown where: on 127.0.0.1:`port`, in a browser that is opened, if wanted; beside it the form."""

    config_file: Path
    port: int
    open_browser: bool = False
    with_form: bool = False


@dataclass(frozen=True)
class Terminal:
    """How the editor is told of what goes on, and of what is wrong."""

    say: Callable[[str], None]
    tell: Callable[[EditorError], None]


class Preview(LiveReloadServer):
    """Serves the built site with MkDocs' reload script, which the published pages' policy would refuse."""

    problems = ""
    """What is wrong with the texts as they stand now."""

    form: Form | None = None

    def __init__(self, port: int, site: Path) -> None:
        super().__init__(_no_builder, "127.0.0.1", port, str(site))
        # Pages get the script only where something is watched; we watch ourselves.
        self._watched_paths = {str(site): 1}
        self.error_handler = self._missing

    def serve_request(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request. A page loses its Content-Security-Policy, in the preview only, and shows what is
        wrong."""
        if self.form and environ["PATH_INFO"].startswith(PLACE):
            return self.form.answer(environ, start_response)
        held: list[tuple[str, list[tuple[str, str]]]] = []
        body = b"".join(super().serve_request(environ, lambda status, headers: held.append((status, headers))))
        status, headers = held[0]
        if dict(headers).get("Content-Type", "").startswith("text/html"):
            body = _POLICY.sub(b"", body)
            if self.problems:
                shown = (_PROBLEMS % html.escape(self.problems)).encode()
                body = _BODY.sub(lambda tag: tag[0] + shown, body, count=1)
            headers = [(name, value) for name, value in headers if name not in ("Content-Length", "Cache-Control")]
            headers += [("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        start_response(status, headers)
        return [body]

    def _missing(self, _code: int) -> bytes:
        """The page that is not there; it reloads, too: it may come."""
        page: bytes = self._inject_js_into_html(_NOTHING, self._visible_epoch)  # type: ignore[no-untyped-call]
        return page

    @contextlib.contextmanager
    def renewing(self) -> Iterator[None]:
        """While the site is renewed, requests wait; at the end, browsers reload."""
        self._wanted_epoch = max(self._visible_epoch + 1, round(time.monotonic() * 1000))
        try:
            yield
        finally:
            with self._epoch_cond:
                self._visible_epoch = self._wanted_epoch
                self._epoch_cond.notify_all()

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Take the port; whoever asks before the first build is done waits."""
        try:
            self.server_bind()
        except OSError as error:
            self.server_close()
            raise BuildError(f"--port: {error}\n    -> name another one, or 0 for any") from error
        self.server_activate()
        try:
            yield
        finally:
            self.shutdown()


def _no_builder() -> None:
    """We build ourselves."""


class _Kitchen:
    """Builds again and again, and says how it went."""

    def __init__(self, config_file: Path, release: Release, terminal: Terminal) -> None:
        self.config_file, self.release, self.terminal = config_file, release, terminal

    def build(self, kept: Warm) -> str:
        """Build; gives what is wrong, "" for nothing. Whatever happens, the server lives on."""
        say = self.terminal.say
        try:
            built = build(self.config_file, Options(warm=kept), self.release)
        except EditorError as error:
            self.terminal.tell(error)
            count = len(error.problems)
            return f"{error}\n\n{count} {'problem' if count == 1 else 'problems'}; this is the last good site"
        except BuildError as error:
            say(str(error))
            return str(error)
        except Exception as error:
            say(traceback.format_exc())
            return f"this is a fault of the program, not of the texts: {error!r}"
        say(f"built: {built.written} of {built.files} files are new")
        return ""


def _sources(settings: Settings, config_file: Path) -> list[Path]:
    return [settings.docs, settings.overrides, settings.root / "releases", config_file.absolute()]


def serve(showing: Showing, release: Release, terminal: Terminal) -> None:
    """Build, serve on 127.0.0.1, build again on every save. A text with problems keeps the last good site."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    config = showing.config_file
    settings = load_settings(config)
    form = Form(config) if showing.with_form else None
    kitchen, server = _Kitchen(config, release, terminal), Preview(showing.port, settings.site)
    server.form = form
    with contextlib.suppress(KeyboardInterrupt), server.open(), warm(settings.site) as kept:
        watch = Watch(_sources(settings, config))
        server.problems = kitchen.build(kept)
        server.serve_thread.start()
        address = f"http://127.0.0.1:{server.server_port}/"
        terminal.say(f"{address} shows {settings.site}; Ctrl-C ends it")
        if form:
            terminal.say(f"{address.removesuffix('/')}{PLACE} is the form")
        if showing.open_browser:
            webbrowser.open(address)
        while True:
            kept.settle()
            while not watch.changed():
                time.sleep(watch.pause)
            with contextlib.suppress(EditorError):
                settings = load_settings(config)
            # Before the build: what is mended there must be seen, too.
            watch.sources = _sources(settings, config)
            with server.renewing():
                server.problems = kitchen.build(kept)
                if not server.problems:
                    server.root = str(settings.site)
