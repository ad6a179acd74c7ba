"""The posts: the ledger and its copies, the channels and their accounts."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.doctor._symptom import Symptom, day, ending, of_fault, written
from publisher.errors import KentonganError, SettingsFault
from publisher.messages import msg
from publisher.settings import OFFICE_FILE, Settings

if TYPE_CHECKING:
    from publisher.channels import Channel, Standing

Ask = Callable[["Channel"], tuple["Standing", ...]]
STALE = timedelta(days=7)
NEW_TOKEN = msg("Fetch a new one from the network, write it into .env and its last day as expires under [channels].")


def look_at_ledger(settings: Settings, now: datetime) -> Iterator[Symptom]:
    """Whether what was posted can still be known."""
    from publisher.ledger import files
    from publisher.ledger.schema import VERSION

    path = settings.state / files.FILENAME
    if settings.ledger_url:
        yield Symptom("ledger", "ok", msg("The ledger is on a database server; it was not asked."))
        return
    if not path.exists():
        yield Symptom("ledger", "ok", msg("There is no ledger yet; the first `kentongan publish` makes one."))
        return
    try:
        version = files.check(path)
    except KentonganError as fault:
        yield of_fault("ledger", fault)
        return
    if version > VERSION:
        yield Symptom(
            "ledger",
            "fault",
            msg("The ledger was written by a newer version of the program."),
            msg("Update the program."),
        )
    else:
        yield Symptom("ledger", "ok", msg("The ledger is sound."))
    yield from _look_at_backup(settings, path, now)


def _look_at_backup(settings: Settings, ledger: Path, now: datetime) -> Iterator[Symptom]:
    """Copies of the ledger: are there any, are they fresh, do they survive the disk?"""
    from publisher.ledger import files

    folder = settings.backup
    kept = files.copies(folder)
    if not kept:
        yield Symptom(
            "backup",
            "advice",
            msg("There is no copy of the ledger in {folder}.", folder=str(folder)),
            msg("`kentongan publish` makes one after each run; see that the folder can be written to."),
        )
        return
    age = written(ledger) - written(kept[-1])
    if age > STALE:
        yield Symptom(
            "backup",
            "advice",
            msg("The newest copy of the ledger is of {day}, the ledger is newer.", day=day(written(kept[-1]))),
            msg("Look whether {folder} can be written to and has room.", folder=str(folder)),
        )
    elif folder.stat().st_dev == settings.state.stat().st_dev:
        yield Symptom(
            "backup",
            "advice",
            msg("The copies of the ledger lie on the same disk as the ledger: {folder}", folder=str(folder)),
            msg("Set folder under [backup] in {file} to another disk or a shared folder.", file=OFFICE_FILE),
        )
    else:
        yield Symptom("backup", "ok", msg("The newest copy of the ledger is of {day}.", day=day(written(kept[-1]))))


def look_at_channels(settings: Settings, now: datetime) -> Iterator[Symptom]:
    """Each channel that is on: its settings, its secrets, the end of its token."""
    from publisher import channels
    from publisher.channels import token_of

    on = [name for name, given in settings.office.channels.items() if given.on]
    if not on:
        yield Symptom(
            "channels",
            "advice",
            msg("No channel is on, so nothing will be posted."),
            msg("Set on = true for a channel in {file}.", file=OFFICE_FILE),
        )
    for name in on:
        try:
            channels.open_one(name, settings)
        except SettingsFault as fault:
            yield of_fault("channels", fault)
        else:
            yield Symptom("channels", "ok", msg("{channel} is set up.", channel=name))
        ends = settings.office.channels[name].expires
        yield from ending(
            "channels",
            None if ends is None else datetime(ends.year, ends.month, ends.day, tzinfo=settings.zone),
            now,
            token_of(name),
            NEW_TOKEN,
        )


def look_at_accounts(settings: Settings, now: datetime, ask: Ask) -> Iterator[Symptom]:
    """What the account of each channel that can be opened says: whose token it is, of which kind, when it ends."""
    from publisher import channels

    on: list[Channel] = []
    for name, given in settings.office.channels.items():
        with contextlib.suppress(SettingsFault):  # said by look_at_channels
            channel = channels.open_one(name, settings) if given.on else None
            on += [channel] if channel and isinstance(channel, channels.Checks) else []
    section = msg("See the section of the channel in docs/channels.md.")
    with ThreadPoolExecutor(max(len(on), 1)) as pool:
        for channel, said in zip(on, pool.map(ask, on), strict=True):
            for standing in said:
                if standing.ends is None:
                    remedy = None if standing.level == "ok" else section
                    yield Symptom("channels", standing.level, standing.message, remedy)
                yield from ending("channels", standing.ends, now, channels.token_of(channel.name), NEW_TOKEN)
