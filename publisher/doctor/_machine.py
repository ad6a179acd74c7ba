"""This machine: Python, clock, folders, what cards are drawn with."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from publisher.doctor._symptom import Symptom, day, reason, written
from publisher.messages import msg
from publisher.settings import OFFICE_FILE, Settings

PYTHON = (3, 11)
BUILT = datetime(2026, 11, 1, tzinfo=UTC)  # no clock that is right shows an earlier time
DRIFT = timedelta(days=1)
LITTLE, TIGHT = 1_000_000_000, 100_000_000  # bytes; a site of 10,000 articles with pictures takes about 1 GB


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
    newest = max((written(settings.state / name) for name in ("manifest.json", "deployed.json")), default=BUILT)
    if now < BUILT:
        yield Symptom("clock", "fault", msg("The clock says {time}, which is past.", time=day(now)), remedy)
    elif newest > now + DRIFT:
        yield Symptom(
            "clock",
            "fault",
            msg("The clock says {time}, but the last build is of {newer}.", time=day(now), newer=day(newest)),
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
            msg("The folder {folder} cannot be written to ({detail}).", folder=str(near), detail=reason(fault)),
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


def _nearest(folder: Path) -> Path:
    """``folder``, or the nearest folder above it that exists."""
    return next(p for p in (folder, *folder.parents) if p.is_dir())
