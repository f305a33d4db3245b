"""Preview: MkDocs' own live-reload server, over the same build."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from mkdocs.livereload import LiveReloadServer

from tamizdat.content.settings import load as load_settings
from tamizdat.editions.site.build import Options, Release, build
from tamizdat.editions.site.form import PLACE, Form
from tamizdat.errors import BuildError, EditorError

_POLICY = re.compile(rb'<meta http-equiv="Content-Security-Policy"[^>]*>')


class Preview(LiveReloadServer):
    """Serves the built site with MkDocs' reload script, which the published pages' policy would refuse."""

    form: Form | None = None

    def serve_request(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request; a page loses its Content-Security-Policy, in the preview only."""
        if self.form and environ["PATH_INFO"].startswith(PLACE):
            return self.form.answer(environ, start_response)
        held: list[tuple[str, list[tuple[str, str]]]] = []
        body = b"".join(super().serve_request(environ, lambda status, headers: held.append((status, headers))))
        status, headers = held[0]
        if dict(headers).get("Content-Type", "").startswith("text/html"):
            body = _POLICY.sub(b"", body)
            headers = [(name, value) for name, value in headers if name != "Content-Length"]
            headers.append(("Content-Length", str(len(body))))
        start_response(status, headers)
        return [body]


def serve(
    config_file: Path,
    port: int,
    release: Release,
    say: Callable[[str], None],
    tell: Callable[[EditorError], None],
    *,
    open_browser: bool = False,
    with_form: bool = False,
) -> None:
    """Build, serve on 127.0.0.1:`port`, build again on every save. A text with problems keeps the last good site."""

    def rebuild() -> None:
        try:
            built = build(config_file, Options(), release)
        except EditorError as error:
            tell(error)
        except BuildError as error:
            say(str(error))
        else:
            say(f"built: {built.written} of {built.files} files are new")

    settings = load_settings(config_file)
    form = Form(config_file) if with_form else None
    rebuild()
    server = Preview(rebuild, "127.0.0.1", port, str(settings.site))
    server.form = form
    for path in (settings.docs, settings.overrides, config_file):
        server.watch(str(path))
    say(f"http://127.0.0.1:{port}/ shows {settings.site}; Ctrl-C ends it")
    if form:
        say(f"http://127.0.0.1:{port}{PLACE} is the form")
    try:
        with contextlib.suppress(KeyboardInterrupt):
            server.serve(open_in_browser=open_browser)  # type: ignore[no-untyped-call]
    finally:
        server.shutdown()
