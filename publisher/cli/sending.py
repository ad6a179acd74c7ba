"""Sending as a whole: stop it, let it go on, keep it running, see what happened."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from publisher.cli._command import Json, Yes, command
from publisher.cli._console import WELL, Console
from publisher.cli._person import Who, Why, open_ledger, person_of, said
from publisher.cli._terminal import print_table
from publisher.cli.posts import publish_due
from publisher.errors import KentonganError, UsageFault
from publisher.messages import msg
from publisher.settings import OFFICE_FILE, Settings, load

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

        publish.carry(_Offices(console, offices), console.clock, console.warn, concurrency=8)
        return WELL
    if engine != "local":
        raise UsageFault(msg("There is no engine “{name}”; use local or procrastinate.", name=engine))
    before = signal.signal(signal.SIGTERM, lambda *_: over.set())
    current = _Current(Path.cwd(), console.again, console.settings)
    try:
        while not over.is_set():
            over.wait(_once(console, current, every, yes=yes))
    finally:
        signal.signal(signal.SIGTERM, before)
    return WELL


def _once(console: Console, current: _Current, every: int, *, yes: bool) -> float:
    """One look; the seconds until the next. What goes wrong is said, and tried again then."""
    from publisher import publish

    try:
        console = replace(console, settings=current())
        for message in publish.watch_tokens(console.settings, console.clock):
            console.warn(message)
        now = console.clock()
        at = publish.falls_due(console.settings, now)
        if at and at <= now:
            publish_due(console, yes=yes)
            return float(every)
    except KentonganError as fault:
        console.warn(fault.say(console.lang))
        return float(every)
    return min(float(every), (at - now).total_seconds()) if at else float(every)


class _Current:
    """An office's settings, read anew when office.toml or .env has changed: a new token needs no new worker."""

    def __init__(self, root: Path, read: Callable[[], Settings], settings: Settings | None = None) -> None:
        self._root = root
        self._read = read
        self._stamp = self._look() if settings else None
        self.last = settings

    def __call__(self) -> Settings:
        stamp = self._look()
        if self.last is None or stamp != self._stamp:
            self.last, self._stamp = self._read(), stamp
        return self.last

    def _look(self) -> tuple[tuple[int, int] | None, ...]:
        files = (self._root / OFFICE_FILE, self._root / ".env")
        return tuple((f.stat().st_mtime_ns, f.stat().st_size) if f.exists() else None for f in files)


class _Offices:
    """This office, or those in the folders below ``folder``, which must tell themselves apart."""

    def __init__(self, console: Console, folder: Path | None) -> None:
        self._console = console
        self._folder = folder
        self._faults: dict[Path, str] = {}
        self._known = {} if folder else {Path.cwd(): _Current(Path.cwd(), console.again, console.settings)}

    def __call__(self) -> list[Settings]:
        if self._folder is None:
            return [s for root, one in self._known.items() if (s := self._of(root, one))]
        for file in sorted(self._folder.glob(f"*/{OFFICE_FILE}")):
            read = partial(load, file.parent, lang=self._console.lang)
            self._known.setdefault(file.parent, _Current(file.parent, read))
        found = [s for root, one in self._known.items() if (root / OFFICE_FILE).exists() and (s := self._of(root, one))]
        if not found:
            raise UsageFault(msg("There is no office.toml in the folders below {folder}.", folder=str(self._folder)))
        names = [s.office.id for s in found]
        if "" in names or len(set(names)) < len(names):
            raise UsageFault(msg("Each office that shares a ledger needs an id of its own in office.toml."))
        return found

    def _of(self, root: Path, one: _Current) -> Settings | None:
        """The office's settings; while they are wrong the last that were right, None when there are none."""
        try:
            settings = one()
            self._faults.pop(root, None)
        except KentonganError as fault:
            said = f"{root.name}: {fault.say(self._console.lang)}"
            if self._faults.get(root) != said:
                self._console.warn(said)
            self._faults[root] = said
            return one.last
        return settings
