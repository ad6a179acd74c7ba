"""Sending as a whole: stop it, let it go on, keep it running, see what happened."""

from __future__ import annotations

import signal
import threading
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli._command import Json, Yes, command
from publisher.cli._console import WELL, Console
from publisher.cli._person import Who, Why, open_ledger, person_of, said
from publisher.cli._terminal import print_table
from publisher.cli.posts import publish_due
from publisher.errors import KentonganError, UsageFault
from publisher.messages import msg

if TYPE_CHECKING:
    from publisher.settings import Settings

Everywhere = Annotated[
    bool, typer.Option("--everywhere", help="Every office that shares this ledger, not only this one.")
]


@command('Example: kentongan stop --why "Akun diretas"')
def stop(console: Console, everywhere: Everywhere = False, who: Who = "", why: Why = "") -> int:
    """Stops all sending at once, on every machine. Until `kentongan resume`."""
    person = person_of(console, who, why)
    reason = person.reason or msg("Stopped by {who}.", who=person.who)
    with open_ledger(console) as ledger:
        done = ledger.stop(reason, person.now, who=person.who, everywhere=everywhere)
    return said(console, done, msg("Nothing is sent any more."), msg("Sending was stopped already."))


@command("Example: kentongan resume")
def resume(console: Console, everywhere: Everywhere = False, who: Who = "", why: Why = "") -> int:
    """Lets sending go on after a stop."""
    person = person_of(console, who, why)
    with open_ledger(console) as ledger:
        done = ledger.resume(person.now, who=person.who, everywhere=everywhere, why=person.reason)
    return said(console, done, msg("What is due goes out with the next run."), msg("Sending was not stopped."))


@command("Example: kentongan events k3v7x2m9q4ab1")
def events(
    console: Console,
    id: Annotated[str, typer.Argument(metavar="[ID]", help="Only this delivery.")] = "",
    as_json: Json = False,
) -> int:
    """Shows what happened, who did it, when and why. Oldest first."""
    with open_ledger(console) as ledger:
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
    print_table(console, (msg("time"), msg("delivery"), msg("what"), msg("who"), msg("why")), table)
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
