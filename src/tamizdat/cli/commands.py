"""All commands. What they need is imported when they are run: an answer without work must not wait for MkDocs."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path

import click

from tamizdat import __version__
from tamizdat.cli import FAILED, FOUND, desk, po, screen
from tamizdat.cli.check import check
from tamizdat.cli.key import key
from tamizdat.cli.mirrors import mirrors
from tamizdat.cli.new import new
from tamizdat.cli.options import config_option
from tamizdat.cli.pack import pack
from tamizdat.cli.publish import publish
from tamizdat.cli.pull import pull
from tamizdat.cli.secret import release_key
from tamizdat.cli.watch import watch
from tamizdat.editions.site.stamp import CACHE, Stamp
from tamizdat.errors import BuildError, EditorError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def commands() -> None:
    """Make one multilingual publication out of paired Markdown: readable everywhere, the same bytes on every host."""


commands.add_command(check)
commands.add_command(key)
commands.add_command(new)
commands.add_command(pack)
commands.add_command(publish)
commands.add_command(pull)
commands.add_command(desk.status)
commands.add_command(desk.diff)
commands.add_command(desk.accept)
commands.add_command(po.export)
commands.add_command(mirrors)
commands.add_command(po.import_)
commands.add_command(watch)


@commands.command()
@config_option
@click.option("--host-url", help="The address of the host; makes its 404.html, sitemap.xml, robots.txt, .nojekyll.")
@click.option("--attach", is_flag=True, help="Put the signatures of releases/ into the site; fail if they do not fit.")
@click.option("--workers", type=click.IntRange(1), help="Processes to use; all cores without it.")
@click.option("--dask", metavar="ADDRESS", help="Build on a Dask cluster: tcp://host:8786 (extra: tamizdat[dask]).")
def build(config_file: Path, host_url: str | None, attach: bool, workers: int | None, dask: str | None) -> None:
    """Check the texts and build the whole publication into site/.

    Only what changed since the last build is made again. Everything is put together beside the last good site and then
    in its place: a build that fails changes nothing. The lists of the release are made, and signed by `tamizdat sign`.
    """
    stamp = Stamp(config_file.parent / CACHE, config_file, {"host_url": host_url, "attach": str(attach)})
    if told := stamp.unchanged():
        screen.unchanged(Path(told["site"]), int(told["files"]))
        return
    from tamizdat.cli.release import Release  # noqa: PLC0415
    from tamizdat.editions.site.build import build as build_site  # noqa: PLC0415
    from tamizdat.editions.site.order import Options  # noqa: PLC0415

    release = Release(attach=attach)
    with screen.progress() as progress:
        built = build_site(config_file, Options(host_url, dask, workers, progress), release, stamp)
    screen.built(built.site, built.files, built.size, built.written, built.saved)
    screen.say(f"the release is {'signed' if release.signed else 'not signed'}")


@commands.command()
@config_option
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port on 127.0.0.1.")
@click.option("--open/--no-open", "open_browser", default=False, help="Open the site in a browser.")
@click.option("--form", is_flag=True, help="Write in a form, too, at /_desk/; npm brings it the first time.")
def serve(config_file: Path, port: int, open_browser: bool, form: bool) -> None:
    """Show the publication while you write: rebuilds on save and reloads the browser."""
    from tamizdat.cli.release import Release  # noqa: PLC0415
    from tamizdat.editions.site.serve import Showing, Terminal  # noqa: PLC0415
    from tamizdat.editions.site.serve import serve as serve_site  # noqa: PLC0415

    showing = Showing(config_file, port, open_browser, with_form=form)
    serve_site(showing, Release(), Terminal(screen.say, screen.problems))


@commands.command()
@config_option
@click.option("--detached", is_flag=True, help="Keep the signatures in releases/ for a build elsewhere.")
@click.option("--refresh", is_flag=True, help="Renew the signatures of the release that was signed last, and no other.")
@click.option(
    "--expires", metavar="DAYS|DATE", default="45", show_default=True, help="How long it is new: days, or YYYY-MM-DD."
)
@click.option("--after", multiple=True, metavar="WHAT", help="A folder, ZIP or URL whose number is taken already.")
def sign(config_file: Path, detached: bool, refresh: bool, expires: str, after: tuple[str, ...]) -> None:
    """Sign the release in site/ with the release key.

    The key stands in the folder of keys (TAMIZDAT_KEYS, else ~/.tamizdat/keys), or its text in TAMIZDAT_KEY; its
    passphrase is asked for, or taken from TAMIZDAT_PASSPHRASE. The number is one more than the highest that was seen.
    """
    from tamizdat.cli.verify import open_copy  # noqa: PLC0415
    from tamizdat.content.settings import load  # noqa: PLC0415
    from tamizdat.release import check, signing  # noqa: PLC0415
    from tamizdat.release.ceremony import chain_of  # noqa: PLC0415
    from tamizdat.release.judge import Judge, Trust  # noqa: PLC0415

    settings = load(config_file)
    root = chain_of(settings)[-1]
    secret = release_key(settings, root)
    seen = []
    for what in after:
        judge = Judge(Trust(_now(), frozenset(root.root_keys), settings.id))
        check.check_lists(open_copy(what), judge)
        seen.append(judge.signed.comment)
    created = _now()
    order = signing.Order(created, _expiry(created, expires), detached, refresh, tuple(seen))
    signed = signing.sign(settings, secret, order)
    where = settings.root / signing.LATEST if detached else settings.site
    until = f"{signed.comment.expires:%Y-%m-%d}"
    screen.say(f"signed release {signed.comment.seq} in {where}; to be renewed by {until}")


@commands.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def verify(arguments: tuple[str, ...]) -> None:
    """Check a copy of a release: a folder, a ZIP or an address."""
    from tamizdat.cli.verify import main  # noqa: PLC0415

    sys.exit(main(list(arguments)))


def run() -> None:
    """Run a command and turn what people can mend into one message and an exit code."""
    from tamizdat.errors import ReachError, TrustError  # noqa: PLC0415

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
    except (BuildError, ReachError, TrustError) as error:
        screen.failed(str(error))
        sys.exit(FAILED)


def _now() -> dt.datetime:
    """The second of now, or of SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = dt.datetime.fromtimestamp(int(epoch), dt.UTC) if epoch and epoch.isdigit() else dt.datetime.now(dt.UTC)
    return now.replace(microsecond=0)


def _expiry(created: dt.datetime, text: str) -> dt.datetime:
    try:
        if text.isdigit():
            expires = created + dt.timedelta(days=int(text))
        else:
            expires = dt.datetime.combine(dt.date.fromisoformat(text), dt.time.max, dt.UTC).replace(microsecond=0)
    except (ValueError, OverflowError) as error:
        raise BuildError(f"--expires {text}: write a number of days, or a day as 2027-01-31") from error
    if expires <= created:
        raise BuildError(f"--expires {text}: that day is over")
    return expires
