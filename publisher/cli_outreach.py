"""The commands with which a person steers deliveries; each is safe to run twice and says what it did."""

from __future__ import annotations

import getpass
import signal
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli import (
    EXIT_CODES,
    PARTLY,
    WELL,
    Console,
    Group,
    Json,
    Yes,
    _print_deliveries,
    _print_table,
    app,
    command,
    publish_due,
)
from publisher.errors import KentonganError, UsageFault
from publisher.messages import Message, msg

if TYPE_CHECKING:
    from publisher.channels import Channel
    from publisher.ledger.store import Ledger
    from publisher.manifest import Manifest
    from publisher.outreach.decide import Person
    from publisher.settings import Settings

Who = Annotated[str, typer.Option("--who", metavar="NAME", help="Who decides; the user of this computer if not given.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why, for the record.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The delivery's id; `kentongan status` shows it.")]
Ids = Annotated[list[str], typer.Argument(metavar="[ID]…", help="The deliveries' ids.")]
ChannelOrId = Annotated[str, typer.Argument(metavar="CHANNEL|ID", help="A channel, or a delivery's id.")]
Article = Annotated[str, typer.Argument(metavar="ARTICLE", help="The article's id.")]
ChannelName = Annotated[str, typer.Option("--channel", metavar="NAME", help="The channel.")]
Everywhere = Annotated[
    bool, typer.Option("--everywhere", help="Every office that shares this ledger, not only this one.")
]


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
    with _ledger(console) as ledger:
        done = decide.approve(ledger, ids, _person(console, who, why))
    console.print(msg("Approved: {count}.", count=len(done)))
    _print_deliveries(console, done)
    return WELL


@command('Example: kentongan hold mastodon --why "Menunggu izin pimpinan"')
def hold(console: Console, name: ChannelOrId, who: Who = "", why: Why = "") -> int:
    """Holds a channel or one delivery. Nothing of it goes out until it is released."""
    from publisher.outreach import decide

    with _ledger(console) as ledger:
        done = decide.hold(ledger, name, _names(console), _person(console, who, why))
    return _said(console, done, msg("{name} is held.", name=name), msg("{name} was held already.", name=name))


@command("Example: kentongan release mastodon")
def release(console: Console, name: ChannelOrId, who: Who = "", why: Why = "") -> int:
    """Ends a hold. What is due goes out with the next run."""
    from publisher.outreach import decide

    with _ledger(console) as ledger:
        done = decide.release(ledger, name, _names(console), _person(console, who, why))
    return _said(console, done, msg("{name} is released.", name=name), msg("{name} was not held.", name=name))


@command("Example: kentongan retry k3v7x2m9q4ab1")
def retry(console: Console, id: Id, who: Who = "", why: Why = "") -> int:
    """Tries a failed or cancelled delivery again. It is worded by what the article says now."""
    from publisher.outreach import decide

    with _ledger(console) as ledger:
        done = decide.retry(ledger, id, _manifest(console), _channels(console), _person(console, who, why))
    return _said(console, done, msg("{id} is tried again.", id=id), msg("{id} is neither failed nor cancelled.", id=id))


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
    with _ledger(console) as ledger:
        person = _person(console, who, why)
        done = decide.resolve_sent(ledger, id, sent, person) if sent else decide.resolve_again(ledger, id, person)
    return _said(console, done, msg("{id} is resolved.", id=id), msg("{id} is not open to decide.", id=id))


@command("Example: kentongan cancel k3v7x2m9q4ab1")
def cancel(console: Console, id: Id, who: Who = "", why: Why = "") -> int:
    """Cancels a delivery that is not out yet."""
    from publisher.outreach import decide

    with _ledger(console) as ledger:
        done = decide.cancel(ledger, id, _person(console, who, why))
    return _said(console, done, msg("{id} is cancelled.", id=id), msg("{id} was cancelled already.", id=id))


@command('Example: kentongan withdraw 20261124-x7k2m --why "Data keliru"')
def withdraw(console: Console, article: Article, who: Who = "", why: Why = "") -> int:
    """Takes an article back from the channels. What a channel cannot take back is listed for a person."""
    from publisher.outreach import decide

    with _ledger(console) as ledger:
        planned, unable = decide.withdraw(ledger, article, _channels(console), _person(console, who, why))
    console.print(msg("Will be taken back with the next run: {count}.", count=len(planned)))
    _print_deliveries(console, planned)
    if unable:
        console.print(msg("These a person has to take back by hand:"))
        _print_deliveries(console, unable)
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
    with _ledger(console) as ledger:
        made = decide.reshare(
            ledger, record, _channel(console, channel), text, _person(console, who, why), article=article
        )
    _print_deliveries(console, [made] if made else [])
    return _said(console, made is not None, msg("It goes out with the next run."), msg("It waits already."))


@command("Example: kentongan reconcile")
def reconcile(console: Console, who: Who = "", why: Why = "") -> int:
    """Writes the receipts that a lost or restored ledger lacks. Asks the channels' own timelines; nothing is sent."""
    from publisher import publish
    from publisher.outreach import decide

    manifest, channels = _manifest(console), _channels(console)
    with publish.open_ledger(console.settings) as ledger:
        found = decide.reconcile(ledger, manifest, channels, _person(console, who, why))
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
    with _ledger(console) as ledger:
        done = decide.write_receipt(
            ledger,
            record,
            _channel(console, channel),
            _person(console, who, why),
            article=article,
            at=_moment(console, at),
            url=url,
            photo=photo,
            state=console.settings.state,
        )
    return _said(console, done, msg("The receipt is written."), msg("This receipt was there already."))


@command('Example: kentongan stop --why "Akun diretas"')
def stop(console: Console, everywhere: Everywhere = False, who: Who = "", why: Why = "") -> int:
    """Stops all sending at once, on every machine. Until `kentongan resume`."""
    person = _person(console, who, why)
    reason = person.reason or msg("Stopped by {who}.", who=person.who)
    with _ledger(console) as ledger:
        done = ledger.stop(reason, person.now, who=person.who, everywhere=everywhere)
    return _said(console, done, msg("Nothing is sent any more."), msg("Sending was stopped already."))


@command("Example: kentongan resume")
def resume(console: Console, everywhere: Everywhere = False, who: Who = "", why: Why = "") -> int:
    """Lets sending go on after a stop."""
    person = _person(console, who, why)
    with _ledger(console) as ledger:
        done = ledger.resume(person.now, who=person.who, everywhere=everywhere, why=person.reason)
    return _said(console, done, msg("What is due goes out with the next run."), msg("Sending was not stopped."))


@command("Example: kentongan events k3v7x2m9q4ab1")
def events(
    console: Console,
    id: Annotated[str, typer.Argument(metavar="[ID]", help="Only this delivery.")] = "",
    as_json: Json = False,
) -> int:
    """Shows what happened, who did it, when and why. Oldest first."""
    with _ledger(console) as ledger:
        found = ledger.events(id)
    rows = [{**asdict(e), "at": e.at.isoformat(), "why": e.why.say(console.lang) if e.why else ""} for e in found]
    if as_json:
        console.json(rows)
        return WELL
    zone = console.settings.zone
    table = [
        (
            e.at.astimezone(zone).strftime("%d/%m/%Y %H.%M.%S"),
            e.delivery or e.channel,
            e.what,
            e.who,
            e.why.say(console.lang) if e.why else "",
        )
        for e in found
    ]
    _print_table(console, (msg("time"), msg("delivery"), msg("what"), msg("who"), msg("why")), table)
    return WELL


@command("Example: kentongan worker")
def worker(
    console: Console,
    engine: Annotated[
        str,
        typer.Option("--engine", metavar="local|procrastinate", help="Who carries: this process, or many machines."),
    ] = "local",
    every: Annotated[
        int, typer.Option("--every", metavar="SECONDS", min=1, help="How often it looks at the latest.")
    ] = 60,
    offices: Annotated[
        Path | None, typer.Option("--offices", metavar="DIR", help="Every folder in DIR with an office.toml.")
    ] = None,
    yes: Yes = False,
) -> int:
    """Keeps running and does what falls due. Builds, deploys, waits until the pages are live, delivers."""
    over = threading.Event()
    if engine == "procrastinate":
        from publisher import publish

        publish.carry(_offices(console, offices), console.clock, concurrency=8)
        return WELL
    if engine != "local":
        raise UsageFault(msg("There is no engine “{name}”; use local or procrastinate.", name=engine))
    before = signal.signal(signal.SIGTERM, lambda *_: over.set())
    try:
        while not over.is_set():
            over.wait(_once(console, every, yes=yes))
    finally:
        signal.signal(signal.SIGTERM, before)
    return WELL


def _once(console: Console, every: int, *, yes: bool) -> float:
    """One look; the seconds until the next. What goes wrong is said, and tried again then."""
    from publisher import publish

    try:
        now = console.clock()
        at = publish.falls_due(console.settings, now)
        if at and at <= now:
            publish_due(console, yes=yes)
            return float(every)
    except KentonganError as fault:
        console.warn(fault.say(console.lang))
        return float(every)
    return min(float(every), (at - now).total_seconds()) if at else float(every)


def _offices(console: Console, folder: Path | None) -> list[Settings]:
    """This office, or those in the folders below ``folder``, which must tell themselves apart."""
    if folder is None:
        return [console.settings]
    from publisher.settings import OFFICE_FILE, load

    found = [load(p.parent, lang=console.lang) for p in sorted(folder.glob(f"*/{OFFICE_FILE}"))]
    if not found:
        raise UsageFault(msg("There is no office.toml in the folders below {folder}.", folder=str(folder)))
    names = [s.office.id for s in found]
    if "" in names or len(set(names)) < len(names):
        raise UsageFault(msg("Each office that shares a ledger needs an id of its own in office.toml."))
    return found


@contextmanager
def _ledger(console: Console) -> Iterator[Ledger]:
    from publisher import publish

    with publish.open_ledger(console.settings, create=False) as ledger:
        yield ledger


def _person(console: Console, who: str, why: str) -> Person:
    from publisher.outreach.decide import Person

    return Person(who or getpass.getuser(), console.clock(), why)


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


def _said(console: Console, done: bool, yes: Message, no: Message) -> int:
    console.print(yes if done else no)
    return WELL
