"""Writing: begin an article, hear what is wrong."""

from __future__ import annotations

from typing import Annotated

import typer

from publisher.cli import _show
from publisher.cli._command import Json, command
from publisher.cli._console import PARTLY, WELL, Console
from publisher.cli._terminal import shown
from publisher.messages import msg


@command('Example: kentongan new "Surat Nikah Selesai Sehari"')
def new(
    console: Console,
    title: Annotated[str, typer.Argument(help="The headline.", metavar="TITLE")],
    author: Annotated[str, typer.Option("--author", metavar="NAME", help="The byline.")] = "",
) -> int:
    """Begins a new article. The file has an id, today's date and every field explained."""
    from publisher.content import new_article

    path = new_article(console.settings.content, title, console.now, author=author)
    console.print(msg("Written: {file}. It is a draft; set “status: published” when it is ready.", file=shown(path)))
    return WELL


@command("Example: kentongan check --fix")
def check(
    console: Console,
    fix: Annotated[bool, typer.Option("--fix", help="Write the missing ids; change nothing else.")] = False,
    as_json: Json = False,
) -> int:
    """Says what is wrong in the content. Names file, line and what to do."""
    from publisher import publish

    if fix:
        for path in publish.fix(console.settings):
            console.warn(msg("Id written: {file}", file=path))
    findings = publish.check(console.settings)
    if as_json:
        console.json([_show.finding_data(f, console.lang) for f in findings])
    else:
        _show.findings(console, findings)
    return PARTLY if _show.errors(findings) else WELL
