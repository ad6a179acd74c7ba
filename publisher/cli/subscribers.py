"""Who gets the newsletter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli._command import command
from publisher.cli._console import PARTLY, WELL, Console
from publisher.errors import UsageFault
from publisher.messages import msg

if TYPE_CHECKING:
    from publisher.subscribers import Subscribers

ACTIONS = ("add", "import", "export", "delete")


@command("Example: kentongan subscribers add warga@contoh.id --consented 2026-11-24 --source 'formulir PTSP'")
def subscribers(
    console: Console,
    action: Annotated[str, typer.Argument(metavar="[add|import|export|delete]", help="Without it: how many.")] = "",
    what: Annotated[str, typer.Argument(metavar="[ADDRESS|FILE]", help="The address, or the CSV file.")] = "",
    consented: Annotated[str, typer.Option("--consented", metavar="DATE", help="The day of the consent.")] = "",
    source: Annotated[str, typer.Option("--source", metavar="TEXT", help="Where the consent is written down.")] = "",
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Whose address it is; may be left out.")] = "",
) -> int:
    """Keeps who gets the newsletter. Only who agreed, with day and source; who is deleted leaves no trace."""
    from publisher.subscribers import Subscribers

    if action and action not in ACTIONS:
        raise UsageFault(msg("“{words}” is not known here; it takes {known}.", words=action, known=", ".join(ACTIONS)))
    if action and not what:
        raise UsageFault(msg("Say which address or file, behind “{action}”.", action=action))
    with Subscribers.open(console.settings.state, console.now) as book:
        if action == "add":
            return _add(console, book, what, name, consented, source)
        if action == "delete":
            gone = book.delete(what)
            console.print(msg("Deleted; nothing of it is left.") if gone else msg("That address is not in the list."))
            return WELL
        if action == "import":
            return _import(console, book, Path(what))
        if action == "export":
            return _export(console, book, Path(what))
        console.print(msg("Subscribers: {count}.", count=len(book.all())))
        return WELL


def _add(console: Console, book: Subscribers, address: str, name: str, consented: str, source: str) -> int:
    from publisher.subscribers import Subscriber, day

    if not consented:
        raise UsageFault(msg("Say on which day the person agreed, with --consented 2026-11-24."))
    new = book.add(Subscriber(address, name, day(consented), source), console.now)
    console.print(msg("Added.") if new else msg("That address is in the list already."))
    return WELL


def _import(console: Console, book: Subscribers, file: Path) -> int:
    from publisher.subscribers.spreadsheet import read_csv

    read = read_csv(book, file.read_bytes(), console.now)
    for line, why in read.wrong:
        console.warn(msg("Line {line}: {why}", line=line, why=why))
    console.print(
        msg(
            "Added: {added}. There already: {known}. Wrong: {wrong}.",
            added=read.added,
            known=read.known,
            wrong=len(read.wrong),
        )
    )
    return PARTLY if read.wrong else WELL


def _export(console: Console, book: Subscribers, file: Path) -> int:
    from publisher.subscribers.spreadsheet import to_csv

    people = book.all()
    file.touch(mode=0o600)
    file.write_text(to_csv(people), encoding="utf-8-sig", newline="")
    console.print(
        msg("Written: {file}. It holds personal data; delete it when it is no longer needed.", file=str(file))
    )
    return WELL
