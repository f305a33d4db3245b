"""The command `tamizdat`: the only place that parses arguments, prints or exits."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tamizdat import __version__
from tamizdat.cli import screen
from tamizdat.editions.site.stamp import CACHE, Stamp
from tamizdat.errors import BuildError, EditorError

FOUND, FAILED = 1, 2
"""Exit codes: 0 done, 1 found something in the texts, 2 could not run."""

config_option = click.option(
    "-f",
    "--config-file",
    type=click.Path(path_type=Path),
    default=Path("mkdocs.yml"),
    show_default=True,
    help="The publication's settings.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def commands() -> None:
    """Make one multilingual publication out of paired Markdown: readable everywhere, the same bytes on every host."""


@commands.command()
@config_option
@click.option("--host-url", help="The address of the host; makes its 404.html, sitemap.xml, robots.txt, .nojekyll.")
@click.option("--workers", type=click.IntRange(1), help="Processes to use; all cores without it.")
@click.option("--dask", metavar="ADDRESS", help="Build on a Dask cluster: tcp://host:8786 (extra: tamizdat[dask]).")
def build(config_file: Path, host_url: str | None, workers: int | None, dask: str | None) -> None:
    """Check the texts and build the whole publication into site/.

    Only what changed since the last build is made again. Everything is put together beside the last good site and then
    in its place: a build that fails changes nothing.
    """
    stamp = Stamp(config_file.parent / CACHE, config_file, {"host_url": host_url})
    if told := stamp.unchanged():
        screen.unchanged(Path(told["site"]), int(told["files"]))
        return
    from tamizdat.cli.release import lists  # noqa: PLC0415 - an answer without work must not wait for MkDocs
    from tamizdat.editions.site.build import Options  # noqa: PLC0415
    from tamizdat.editions.site.build import build as build_site  # noqa: PLC0415

    with screen.progress() as progress:
        built = build_site(config_file, Options(host_url, dask, workers, progress), lists, stamp)
    screen.built(built.site, built.files, built.size, built.written, built.saved)


@commands.command()
@config_option
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port on 127.0.0.1.")
@click.option("--open/--no-open", "open_browser", default=False, help="Open the site in a browser.")
def serve(config_file: Path, port: int, open_browser: bool) -> None:
    """Show the publication while you write: rebuilds on save and reloads the browser."""
    from tamizdat.cli.release import lists  # noqa: PLC0415
    from tamizdat.editions.site.serve import serve as serve_site  # noqa: PLC0415

    serve_site(config_file, port, lists, screen.say, screen.problems, open_browser=open_browser)


def main() -> None:
    """Run the command and turn what people can mend into one message and an exit code."""
    try:
        commands(standalone_mode=False)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(FAILED)
    except EditorError as error:
        screen.problems(error)
        sys.exit(FOUND)
    except BuildError as error:
        screen.failed(str(error))
        sys.exit(FAILED)
