"""Posts: how they will look, what is planned, sending them, what became of them."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from publisher.cli import _show
from publisher.cli._command import Json, Remove, Yes, command
from publisher.cli._console import PARTLY, WELL, Console
from publisher.cli._terminal import Progress, shown
from publisher.messages import msg

LATE = 5  # minutes from which on a run that catches up says so


@command("Example: kentongan preview content/berita/2026/surat-nikah.md --open")
def preview(
    console: Console,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The article, a draft too.")],
    open_: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> int:
    """Shows an article as each channel would post it. All side by side on a page, with counters; nothing is sent."""
    from publisher import publish

    page = publish.preview_posts(console.settings, file)
    console.print(msg("Written: {file}", file=shown(page)))
    if open_:
        webbrowser.open(page.as_uri())
    return WELL


@command("Example: kentongan plan")
def plan(console: Console) -> int:
    """Plans what should go out. Writes it into the ledger and sends nothing."""
    from publisher import publish

    rows = publish.plan(console.settings, console.clock)
    if not rows:
        console.print(msg("Nothing new to send."))
    _show.deliveries(console, rows)
    return WELL


@command("Example: kentongan deliver")
def deliver(console: Console, yes: Yes = False) -> int:
    """Sends what is due. Waits until each page is live and prints the receipts."""
    from publisher import publish

    with Progress(console) as say:
        delivered = publish.deliver(console.settings, console.clock, say, yes=yes)
    _show.delivered(console, delivered)
    return PARTLY if delivered.needs_person else WELL


@command("Example: kentongan publish --dry-run")
def publish_(
    console: Console,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would go out, word for word; change nothing.")
    ] = False,
    yes: Yes = False,
    remove: Remove = [],  # noqa: B006 - Typer copies it
    due: Annotated[
        bool, typer.Option("--due", help="Only what has fallen due; nothing when nothing has. For a timer.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Does it all and prints the receipts. Checks, builds, deploys, plans, waits until the pages are live, delivers."""
    from publisher import publish

    if dry_run:
        return _dry_run(console, as_json)
    if due:
        return publish_due(console, yes=yes)
    with Progress(console, quiet=as_json) as say:
        report = publish.publish(console.settings, console.clock, say, now=console.now, yes=yes, confirmed=remove)
    wrong = _show.errors(report.built.findings)
    if as_json:
        console.json(
            {
                "built": {"changed": len(report.built.changed), "removed": len(report.built.removed)},
                "findings": [_show.finding_data(f, console.lang) for f in report.built.findings],
                "deployed": {"uploaded": len(report.deployed.uploaded), "deleted": len(report.deployed.deleted)},
                "planned": [d.id for d in report.planned],
                "deliveries": [_show.delivery_data(d, console.lang) for d in report.delivered.deliveries],
                "withheld": report.delivered.withheld,
                "announced": [_show.told_data(t, console.lang) for t in report.delivered.told],
            }
        )
    else:
        _show.built(console, report.built)
        _show.deployed(console, report.deployed)
        _show.delivered(console, report.delivered)
    return PARTLY if wrong or report.delivered.needs_person else WELL


def publish_due(console: Console, *, yes: bool = False) -> int:
    """Does what has fallen due and says how late it is."""
    from publisher import publish

    now = console.clock()
    at = publish.falls_due(console.settings, now)
    if at is None or at > now:
        for message in publish.watch_tokens(console.settings, console.clock):
            console.print(message)
        console.print(msg("Nothing is due."))
        return WELL
    late = int((now - at).total_seconds() // 60)
    if late >= LATE:
        console.print(msg("This was due {minutes} minutes ago and is caught up with now.", minutes=late))
    with Progress(console) as say:
        done = publish.publish_due(console.settings, console.clock, say, yes=yes)
    if isinstance(done, publish.Report):
        _show.built(console, done.built)
        _show.deployed(console, done.deployed)
        done = done.delivered
    if done is None:
        return WELL
    _show.delivered(console, done)
    return PARTLY if done.needs_person else WELL


def _dry_run(console: Console, as_json: bool) -> int:
    from publisher import publish

    draft = publish.dry_run(console.settings, console.now)
    wrong = _show.errors(draft.findings)
    if as_json:
        posts = [
            {"channel": n.channel, "article": n.article, "title": n.title, "text": n.post.text} for n in draft.posts
        ]
        console.json({"findings": [_show.finding_data(f, console.lang) for f in draft.findings], "posts": posts})
        return PARTLY if wrong else WELL
    _show.findings(console, draft.findings, most=_show.CLEANED)
    for new in draft.posts:
        console.print(f"── {new.channel} · {new.title}")
        console.print(new.post.text)
        for media in new.post.media:
            console.print(msg("[picture: {alt}]", alt=media.alt))
        console.print()
    console.print(msg("Would go out: {count}. Nothing was changed.", count=len(draft.posts)))
    return PARTLY if wrong else WELL


@command("Example: kentongan status --json")
def status(console: Console, as_json: Json = False) -> int:
    """Shows what waits and what needs a person. Every delivery is shown with its reason."""
    from publisher import publish

    found = publish.status(console.settings, console.now)
    if as_json:
        console.json([_show.delivery_data(d, console.lang) for d in found.deliveries])
        return PARTLY if found.needs_person else WELL
    for hold in found.holds:
        console.print(msg("Channel {channel} is held: {reason}", channel=hold.channel, reason=hold.reason))
    if found.deliveries:
        _show.deliveries(console, found.deliveries, ids=True)
    else:
        console.print(msg("Nothing waits and nothing is open."))
    console.print(msg("Sent so far: {count}. See `kentongan receipts`.", count=found.sent))
    for service, count in found.untold.items():
        console.print(msg("{service} is still to be told of {count} addresses.", service=service, count=count))
    return PARTLY if found.needs_person else WELL


@command("Example: kentongan receipts --channel mastodon --json")
def receipts(
    console: Console,
    channel: Annotated[str, typer.Option("--channel", metavar="NAME", help="Only this channel.")] = "",
    article: Annotated[str, typer.Option("--article", metavar="ID", help="Only this article.")] = "",
    told: Annotated[
        bool, typer.Option("--told", help="Instead of posts: what the hub and search engines were told.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Shows what went out. Says when, on which channel and at which address."""
    from publisher import publish

    if told:
        return _show.announced(console, publish.announced(console.settings), as_json)
    rows = publish.receipts(console.settings, channel=channel, article=article)
    if as_json:
        console.json([_show.delivery_data(d, console.lang) for d in rows])
    elif rows:
        _show.deliveries(console, rows)
    else:
        console.print(msg("No receipts yet."))
    return WELL
