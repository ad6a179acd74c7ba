"""The site: build it, look at it, draw its cards, send it, look through it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from publisher.cli import _build, _show
from publisher.cli._command import EXIT_CODES, Group, Json, Remove, app, command
from publisher.cli._console import PARTLY, WELL, Console
from publisher.cli._terminal import Progress, open_page, shown
from publisher.errors import UsageFault
from publisher.messages import msg


@command("Example: kentongan build")
def build(
    console: Console,
    why: Annotated[
        str | None, typer.Option("--why", metavar="PAGE", help="Say why this page of the site is made anew, or not.")
    ] = None,
) -> int:
    """Builds the site. Nothing is deployed or posted."""
    return _build.build(console, why)


@command("Example: kentongan serve --port 8001")
def serve(
    console: Console,
    port: Annotated[
        int,
        typer.Option(
            "--port", metavar="1-65535", min=1, max=65535, help="Port of the preview; the next free one if taken."
        ),
    ] = 8001,
) -> int:
    """Previews the site on this computer. Drafts and embargoed articles are shown too; a change reloads the page."""
    from publisher import publish

    report = partial(_show.findings, console)
    publish.preview(console.settings, port, console.print, report, console.clock, console.again)
    return WELL


@command("Example: kentongan card content/berita/2026/satu-meja.md --open")
def card(
    console: Console,
    file: Annotated[Path | None, typer.Argument(help="The article; without it all of a month.", metavar="FILE")] = None,
    month: Annotated[str, typer.Option("--month", metavar="YYYY-MM", help="That month, not the last 31 days.")] = "",
    open_: Annotated[bool, typer.Option("--open", help="Show them in the browser.")] = False,
    as_json: Json = False,
) -> int:
    """Draws the cards of an article, a draft too. Without FILE it makes a page of all cards of the last month."""
    from publisher import contact_sheet

    if file and month:
        raise UsageFault(msg("Give a file or --month, not both."))
    with Progress(console, quiet=as_json) as say:
        if file:
            made = contact_sheet.of_article(console.settings, file, console.now, say)
        else:
            made = contact_sheet.of_month(console.settings, month, console.now, say)
    if as_json:
        console.json(
            {
                "page": str(made.page),
                "files": [str(f) for f in made.files],
                "findings": [_show.finding_data(f, console.lang) for f in made.findings],
            }
        )
    else:
        _show.findings(console, made.findings)
        for path in made.files if file else ():
            console.print(shown(path))
        console.print(msg("All cards on one page: {file}", file=shown(made.page)))
    if open_:
        open_page(console, made.page)
    return PARTLY if made.findings else WELL


@command("Example: kentongan deploy --remove 20261124-x7k2m")
def deploy(console: Console, remove: Remove = []) -> int:  # noqa: B006 - Typer copies it
    """Sends the built site to its target. Only what changed travels, deletions last."""
    from publisher import publish

    with Progress(console) as say:
        done = publish.deploy(console.settings, console.clock, say, confirmed=remove)
    _show.deployed(console, done)
    return WELL


feeds = typer.Typer(
    name="feeds",
    cls=Group,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Looks after the feeds and sitemaps.",
    epilog=f"Example: kentongan feeds check\n\n{EXIT_CODES}",
)


@command("Example: kentongan feeds check", under=feeds, name="check")
def feeds_check(
    console: Console,
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of the built site; without it the output folder.", metavar="[DIR]")
    ] = None,
    as_json: Json = False,
) -> int:
    """Looks through the feeds, sitemaps and pages of a built site. Names the file and what is wrong in it."""
    from publisher import publish

    findings = publish.audit(console.settings, console.now, folder)
    if as_json:
        console.json([_show.finding_data(f, console.lang) for f in findings])
    elif findings:
        _show.findings(console, findings)
    else:
        console.print(msg("Feeds, sitemaps and pages are in order."))
    return PARTLY if _show.errors(findings) else WELL


app.add_typer(feeds)
