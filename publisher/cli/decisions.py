"""What a person decides about deliveries; each command is safe to run twice and says what it did."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli import _show
from publisher.cli._command import EXIT_CODES, Group, app, command
from publisher.cli._console import PARTLY, WELL, Console
from publisher.cli._person import Who, Why, open_ledger, person_of, said
from publisher.errors import UsageFault
from publisher.messages import msg

if TYPE_CHECKING:
    from publisher.channels import Channel
    from publisher.manifest import Manifest

Id = Annotated[str, typer.Argument(metavar="ID", help="The delivery's id; `kentongan status` shows it.")]
Ids = Annotated[list[str], typer.Argument(metavar="[ID]…", help="The deliveries' ids.")]
ChannelOrId = Annotated[str, typer.Argument(metavar="CHANNEL|ID", help="A channel, or a delivery's id.")]
Article = Annotated[str, typer.Argument(metavar="ARTICLE", help="The article's id.")]
ChannelName = Annotated[str, typer.Option("--channel", metavar="NAME", help="The channel.")]


@command("Example: kentongan approve --all")
def approve(
    console: Console,
    ids: Ids = [],  # noqa: B006 - Typer copies it
    all_: Annotated[bool, typer.Option("--all", help="Everything that waits for approval.")] = False,
    who: Who = "",
    why: Why = "",
) -> int:
    """Approves posts as they are worded now. A post that changes afterwards waits for approval again."""
    from publisher.outreach import decide

    if bool(ids) == all_:
        raise UsageFault(msg("Name the deliveries, or give --all."))
    with open_ledger(console) as ledger:
        done = decide.approve(ledger, ids, person_of(console, who, why))
    console.print(msg("Approved: {count}.", count=len(done)))
    _show.deliveries(console, done)
    return WELL


@command('Example: kentongan hold mastodon --why "Menunggu izin pimpinan"')
def hold(console: Console, name: ChannelOrId, who: Who = "", why: Why = "") -> int:
    """Holds a channel or one delivery. Nothing of it goes out until it is released."""
    from publisher.outreach import decide

    with open_ledger(console) as ledger:
        done = decide.hold(ledger, name, _names(console), person_of(console, who, why))
    return said(console, done, msg("{name} is held.", name=name), msg("{name} was held already.", name=name))


@command("Example: kentongan release mastodon")
def release(console: Console, name: ChannelOrId, who: Who = "", why: Why = "") -> int:
    """Ends a hold. What is due goes out with the next run."""
    from publisher.outreach import decide

    with open_ledger(console) as ledger:
        done = decide.release(ledger, name, _names(console), person_of(console, who, why))
    return said(console, done, msg("{name} is released.", name=name), msg("{name} was not held.", name=name))


@command("Example: kentongan retry k3v7x2m9q4ab1")
def retry(console: Console, id: Id, who: Who = "", why: Why = "") -> int:
    """Tries a failed or cancelled delivery again. It is worded by what the article says now."""
    from publisher.outreach import decide

    with open_ledger(console) as ledger:
        done = decide.retry(ledger, id, _manifest(console), _channels(console), person_of(console, who, why))
    return said(console, done, msg("{id} is tried again.", id=id), msg("{id} is neither failed nor cancelled.", id=id))


@command("Example: kentongan resolve k3v7x2m9q4ab1 --sent https://t.me/kanal/12")
def resolve(
    console: Console,
    id: Id,
    sent: Annotated[str, typer.Option("--sent", metavar="URL", help="It is out, at this address.")] = "",
    again: Annotated[bool, typer.Option("--again", help="It is not out; send it again.")] = False,
    who: Who = "",
    why: Why = "",
) -> int:
    """Says what became of a delivery that is unknown. Look on the channel first."""
    from publisher.outreach import decide

    if bool(sent) == again:
        raise UsageFault(msg("Say either --sent with the address or --again."))
    with open_ledger(console) as ledger:
        person = person_of(console, who, why)
        done = decide.resolve_sent(ledger, id, sent, person) if sent else decide.resolve_again(ledger, id, person)
    return said(console, done, msg("{id} is resolved.", id=id), msg("{id} is not open to decide.", id=id))


@command("Example: kentongan cancel k3v7x2m9q4ab1")
def cancel(console: Console, id: Id, who: Who = "", why: Why = "") -> int:
    """Cancels a delivery that is not out yet."""
    from publisher.outreach import decide

    with open_ledger(console) as ledger:
        done = decide.cancel(ledger, id, person_of(console, who, why))
    return said(console, done, msg("{id} is cancelled.", id=id), msg("{id} was cancelled already.", id=id))


@command('Example: kentongan withdraw 20261124-x7k2m --why "Data keliru"')
def withdraw(console: Console, article: Article, who: Who = "", why: Why = "") -> int:
    """Takes an article back from the channels. What a channel cannot take back is listed for a person."""
    from publisher.outreach import decide

    with open_ledger(console) as ledger:
        planned, unable = decide.withdraw(ledger, article, _channels(console), person_of(console, who, why))
    console.print(msg("Will be taken back with the next run: {count}.", count=len(planned)))
    _show.deliveries(console, planned)
    if unable:
        console.print(msg("These a person has to take back by hand:"))
        _show.deliveries(console, unable)
    return PARTLY if unable else WELL


@command(
    'Example: kentongan reshare 20261124-x7k2m --channel mastodon --text "Masih berlaku: urus surat di satu meja."'
)
def reshare(
    console: Console,
    article: Article,
    channel: ChannelName,
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="The words; they must differ from before.")] = "",
    who: Who = "",
    why: Why = "",
) -> int:
    """Posts an article once more. In other words than before, and never one that was withdrawn."""
    from publisher.outreach import decide

    record = _manifest(console).record(article)
    with open_ledger(console) as ledger:
        made = decide.reshare(
            ledger, record, _channel(console, channel), text, person_of(console, who, why), article=article
        )
    _show.deliveries(console, [made] if made else [])
    return said(console, made is not None, msg("It goes out with the next run."), msg("It waits already."))


@command("Example: kentongan reconcile")
def reconcile(console: Console, who: Who = "", why: Why = "") -> int:
    """Writes the receipts that a lost or restored ledger lacks. Asks the channels' own timelines; nothing is sent."""
    from publisher import publish
    from publisher.outreach import decide

    manifest, channels = _manifest(console), _channels(console)
    with publish.open_ledger(console.settings) as ledger:
        found = decide.reconcile(ledger, manifest, channels, person_of(console, who, why))
    for name, count in found.found.items():
        console.print(msg("{channel}: {count} posts found.", channel=name, count=count))
    for name, reason in found.problems.items():
        console.print(msg("{channel} was not looked through: {reason}", channel=name, reason=reason))
    return PARTLY if found.problems else WELL


receipt = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Writes down what a person ran: portal, radio, print.",
    epilog=f"Example: kentongan receipt add 20261124-x7k2m portal --url https://…\n\n{EXIT_CODES}",
)


app.add_typer(receipt, name="receipt")


@command(
    "Example: kentongan receipt add 20261124-x7k2m portal --url https://jateng.kemenag.go.id/berita/1", under=receipt
)
def add(
    console: Console,
    article: Article,
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="The channel on which it ran.")],
    url: Annotated[str, typer.Option("--url", metavar="URL", help="Where it can be read.")] = "",
    photo: Annotated[Path | None, typer.Option("--photo", metavar="FILE", help="A photograph or scan of it.")] = None,
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="When it ran: 2026-11-24 or 2026-11-24T09:00.")] = "",
    who: Who = "",
    why: Why = "",
) -> int:
    """Writes the receipt of what a person ran. It is a receipt like any other."""
    from publisher.outreach import decide

    record = _manifest(console).record(article)
    with open_ledger(console) as ledger:
        done = decide.write_receipt(
            ledger,
            record,
            _channel(console, channel),
            person_of(console, who, why),
            article=article,
            at=_moment(console, at),
            url=url,
            photo=photo,
            state=console.settings.state,
        )
    return said(console, done, msg("The receipt is written."), msg("This receipt was there already."))


def _manifest(console: Console) -> Manifest:
    from publisher import publish

    return publish.read_manifest(console.settings)


def _channels(console: Console) -> tuple[Channel, ...]:
    from publisher.channels import open_all

    return open_all(console.settings)


def _channel(console: Console, name: str) -> Channel:
    from publisher.channels import open_one

    return open_one(name, console.settings)


def _names(console: Console) -> Collection[str]:
    return console.settings.office.channels


def _moment(console: Console, text: str) -> datetime:
    if not text:
        return console.clock()
    try:
        at = datetime.fromisoformat(text)
    except ValueError as fault:
        raise UsageFault(msg("“{text}” is no time; write 2026-11-24 or 2026-11-24T09:00.", text=text)) from fault
    return at if at.tzinfo else at.replace(tzinfo=console.settings.zone)
