"""What is missing on this machine or about to end, in words, with what to do.

Of the network only the channels' accounts are asked, by requests that read, and only when somebody wants that.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import ssl
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from publisher import expiry
from publisher.errors import KentonganError, SettingsFault
from publisher.messages import Message, msg
from publisher.settings import OFFICE_FILE, PREFERRED, Settings, announce_faults, is_loopback, is_private

if TYPE_CHECKING:
    from publisher.channels import Channel, Standing

Level = Literal["ok", "advice", "fault"]

PYTHON = (3, 11)
BUILT = datetime(2026, 11, 1, tzinfo=UTC)  # no clock that is right shows an earlier time
DRIFT = timedelta(days=1)
LITTLE, TIGHT = 1_000_000_000, 100_000_000  # bytes; a site of 10,000 articles with pictures takes about 1 GB
STALE = timedelta(days=7)
NEW_TOKEN = msg("Fetch a new one from the network, write it into .env and its last day as expires under [channels].")
# what citizens ask for first; while it is open the site says "belum tersedia, tanyakan ke kantor"
OPEN_FIELDS = ("address", "hours", "phone", "whatsapp", "email", "accounts")


@dataclass(frozen=True, slots=True)
class Symptom:
    """What was looked at in ``area`` and found; ``remedy`` says what to do where the message does not."""

    area: str
    level: Level
    message: Message
    remedy: Message | None = None


Look = Callable[[Settings, datetime], Iterator[Symptom]]
Ask = Callable[["Channel"], tuple["Standing", ...]]


def examine(settings: Settings, now: datetime, ask: Ask | None = None) -> tuple[Symptom, ...]:
    """Everything that is looked at, in the order in which it is mended best; ``ask`` says how an account stands."""
    found = tuple(s for look in LOOKS for s in look(settings, now))
    return (*found, *(look_at_accounts(settings, now, ask) if ask else ()))


def look_at_python(settings: Settings, now: datetime) -> Iterator[Symptom]:
    """The language's version."""
    version = ".".join(str(n) for n in sys.version_info[:3])
    if sys.version_info[:2] < PYTHON:
        yield Symptom(
            "python",
            "fault",
            msg("Python {version} is too old.", version=version),
            msg("Install Python {wanted} or newer.", wanted=".".join(str(n) for n in PYTHON)),
        )
    else:
        yield Symptom("python", "ok", msg("Python {version}.", version=version))


def look_at_clock(settings: Settings, now: datetime) -> Iterator[Symptom]:
    """The time, which decides what is published, and its zone."""
    remedy = msg("Set the computer's clock, best by letting it ask the network.")
    newest = max((_written(settings.state / name) for name in ("manifest.json", "deployed.json")), default=BUILT)
    if now < BUILT:
        yield Symptom("clock", "fault", msg("The clock says {time}, which is past.", time=_day(now)), remedy)
    elif newest > now + DRIFT:
        yield Symptom(
            "clock",
            "fault",
            msg("The clock says {time}, but the last build is of {newer}.", time=_day(now), newer=_day(newest)),
            remedy,
        )
    else:
        said = now.astimezone(ZoneInfo(settings.office.timezone))
        yield Symptom(
            "clock",
            "ok",
            msg("It is {time} in {zone}.", time=f"{said:%Y-%m-%d %H:%M %Z}", zone=settings.office.timezone),
        )


def look_at_cards(settings: Settings, now: datetime) -> Iterator[Symptom]:
    """What cards are drawn with: Pillow with RAQM, and the fonts."""
    remedy = msg("Install the program anew with its dependencies.")
    try:
        from PIL import features

        from publisher.cards import draw

        lacking = draw.missing(f"{settings.office.title} {settings.office.short} {settings.office.name}")
    except (ImportError, OSError) as fault:
        yield Symptom("cards", "fault", msg("A part of the cards is missing: {detail}.", detail=str(fault)), remedy)
        return
    if not features.check("raqm"):
        yield Symptom("cards", "fault", msg("Pillow is without RAQM, so Arabic would be drawn wrong."), remedy)
    elif lacking:
        yield Symptom(
            "cards",
            "fault",
            msg("The office's name or title has characters that no font of the cards has: {letters}", letters=lacking),
            msg("Write them in another way in {file}.", file=OFFICE_FILE),
        )
    else:
        yield Symptom("cards", "ok", msg("Fonts and RAQM for the cards are there."))


def look_at_folders(settings: Settings, now: datetime) -> Iterator[Symptom]:
    """Whether content is there, and output and state can be written and have room."""
    if not settings.content.is_dir():
        yield Symptom(
            "folders",
            "fault",
            msg("There is no content folder {folder}.", folder=str(settings.content)),
            msg("Run the command in the project's folder, or say where the content is with --content."),
        )
    for folder in dict.fromkeys((settings.output, settings.state)):
        yield from _look_at_folder(folder)


def _look_at_folder(folder: Path) -> Iterator[Symptom]:
    near = _nearest(folder)
    try:
        with tempfile.TemporaryFile(dir=near) as probe:
            probe.write(b"x" * 4096)
        free = shutil.disk_usage(near).free
    except OSError as fault:
        yield Symptom(
            "folders",
            "fault",
            msg("The folder {folder} cannot be written to ({detail}).", folder=str(near), detail=_reason(fault)),
            msg("Give yourself the right to write there, or make room on the disk."),
        )
        return
    free_said = f"{free / 1e9:.1f} GB"
    if free < LITTLE:
        yield Symptom(
            "folders",
            "fault" if free < TIGHT else "advice",
            msg("Only {free} are free on the disk of {folder}.", free=free_said, folder=str(folder)),
            msg("Make room on the disk."),
        )
    else:
        yield Symptom(
            "folders", "ok", msg("{folder} can be written to; {free} are free.", folder=str(folder), free=free_said)
        )


def look_at_office(settings: Settings, now: datetime) -> Iterator[Symptom]:
    """The fields of office.toml that citizens ask for."""
    office = settings.office
    empty = [name for name in OPEN_FIELDS if not getattr(office, name)]
    if empty:
        yield Symptom(
            "office",
            "advice",
            msg("Not known yet in {file}: {fields}.", file=OFFICE_FILE, fields=", ".join(empty)),
            msg("Fill them in once the office has confirmed them; until then citizens are told to ask."),
        )
    else:
        yield Symptom("office", "ok", msg("{file} is filled in.", file=OFFICE_FILE))
    if office.google_news == PREFERRED and not office.news_link:
        yield Symptom(
            "office",
            "advice",
            msg("Google takes no site under a path or without a public name as a preferred source."),
            msg("Empty google_news in {file}, or give the site a domain of its own.", file=OFFICE_FILE),
        )
    yield from _look_at_logo(settings)


def _look_at_logo(settings: Settings) -> Iterator[Symptom]:
    """Whether cards and search results can show the office's logo."""
    from publisher.cards import logo

    try:
        if settings.office.logo:
            logo.read(settings.root / settings.office.logo)
    except SettingsFault as fault:
        yield Symptom(
            "office",
            "fault",
            fault.message,
            msg("Put a file there that can be used, or empty logo in {file}.", file=OFFICE_FILE),
        )


def look_at_address(settings: Settings, now: datetime) -> Iterator[Symptom]:
    """Whether anybody outside can open the site."""
    url = settings.office.url
    if is_loopback(url):
        yield Symptom(
            "address",
            "advice",
            msg("The site's address {url} is this computer: nobody else can open it.", url=url),
            msg("Channels other than the noticeboard send nothing until url in {file} is public.", file=OFFICE_FILE),
        )
    elif is_private(url):
        yield Symptom(
            "address",
            "advice",
            msg("The site's address {url} is private or not https.", url=url),
            msg("Channels other than the noticeboard send nothing until url in {file} is public.", file=OFFICE_FILE),
        )
    else:
        yield Symptom("address", "ok", msg("The site's address is {url}.", url=url))


def look_at_target(settings: Settings, now: datetime) -> Iterator[Symptom]:
    """Whether all is there to deploy: address, secrets, packages, certificate, the rights of the key."""
    from publisher import target

    try:
        found = target.read_target(settings)
        if not target.has_packages(found):
            raise target.missing_packages(found)
    except KentonganError as fault:
        yield _of_fault("deploy", fault)
        return
    yield Symptom("deploy", "ok", msg("The site goes to {target}.", target=found.name))
    if found.kind == "local" and not is_loopback(settings.office.url):
        yield Symptom(
            "deploy",
            "advice",
            msg("The site's address is {url}, but the site goes to a folder.", url=settings.office.url),
            msg("Have a web server serve that folder, or set target under [deploy]."),
        )
    if found.certificate:
        yield from _look_at_certificate(found.certificate, now)
    if found.key and os.name != "nt" and Path(found.key).stat().st_mode & 0o077:
        yield Symptom(
            "deploy",
            "advice",
            msg("Others on this computer can read the private key {file}.", file=found.key),
            msg("Run: chmod 600 {file}", file=found.key),
        )


def _look_at_certificate(path: str, now: datetime) -> Iterator[Symptom]:
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(path)
        ends = [_moment(str(c["notAfter"])) for c in context.get_ca_certs()]
    except (ssl.SSLError, OSError) as fault:
        yield Symptom(
            "deploy",
            "fault",
            msg("The certificate {file} cannot be read ({detail}).", file=path, detail=_reason(fault)),
            msg("Ask whoever runs the server for the file of its authority, in PEM form."),
        )
        return
    yield from _ending(
        "deploy",
        min(ends, default=None),
        now,
        msg("the certificate {file}", file=path),
        msg("Ask whoever runs the server for a new one."),
    )


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
        yield _of_fault("ledger", fault)
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
    age = _written(ledger) - _written(kept[-1])
    if age > STALE:
        yield Symptom(
            "backup",
            "advice",
            msg("The newest copy of the ledger is of {day}, the ledger is newer.", day=_day(_written(kept[-1]))),
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
        yield Symptom("backup", "ok", msg("The newest copy of the ledger is of {day}.", day=_day(_written(kept[-1]))))


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
            yield _of_fault("channels", fault)
        else:
            yield Symptom("channels", "ok", msg("{channel} is set up.", channel=name))
        ends = settings.office.channels[name].expires
        yield from _ending(
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
                yield from _ending("channels", standing.ends, now, channels.token_of(channel.name), NEW_TOKEN)


def look_at_announcements(settings: Settings, now: datetime) -> Iterator[Symptom]:
    """Whether hub and search engines can be told what changed; nothing to say when nobody is to be told."""
    faults, office = announce_faults(settings.office), settings.office
    for message in faults.values():
        yield Symptom("announce", "fault", message, msg("Mend it in {file}, or empty it.", file=OFFICE_FILE))
    if not faults and (office.hub or office.announce.indexnow):
        yield Symptom("announce", "ok", msg("Hub and search engines can be told what changed."))


LOOKS: tuple[Look, ...] = (
    look_at_python,
    look_at_clock,
    look_at_folders,
    look_at_cards,
    look_at_office,
    look_at_address,
    look_at_target,
    look_at_ledger,
    look_at_channels,
    look_at_announcements,
)


def _of_fault(area: str, fault: KentonganError) -> Symptom:
    """A fault's message says what to do as well."""
    if not fault.where:
        return Symptom(area, "fault", fault.message)
    return Symptom(area, "fault", msg("{place}: {message}", place=fault.where, message=fault.message))


def _ending(area: str, ends: datetime | None, now: datetime, what: Message, remedy: Message) -> Iterator[Symptom]:
    """What ends on a day: over or tomorrow, soon, or nothing to say yet."""
    days = expiry.step(ends, now)
    if ends is not None and days is not None:
        yield Symptom(area, "fault" if days <= 1 else "advice", expiry.said(ends, days, what), remedy)


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)


def _written(path: Path) -> datetime:
    """When the file was changed last; the beginning of time when there is none."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.fromtimestamp(0, UTC)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _nearest(folder: Path) -> Path:
    """``folder``, or the nearest folder above it that exists."""
    return next(p for p in (folder, *folder.parents) if p.is_dir())


def _reason(fault: OSError) -> str:
    return fault.strerror or str(fault)
