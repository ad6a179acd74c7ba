"""This machine and its ledger: take over, bring back, examine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from publisher.cli._command import command
from publisher.cli._console import USAGE, WELL, Console
from publisher.cli._terminal import shown
from publisher.messages import msg


@command("Example: kentongan adopt")
def adopt(console: Console) -> int:
    """Lets this ledger take over the live site. For after a restore; what is due is looked up before it is sent."""
    from publisher import publish

    publish.adopt(console.settings, console.clock)
    console.print(
        msg("The site belongs to this ledger now. What is due is looked up on its channel before it is sent.")
    )
    return WELL


@command("Example: kentongan restore .kentongan/backup/ledger-20261124T020000Z.sqlite")
def restore(
    console: Console,
    file: Annotated[Path | None, typer.Argument(help="The copy; without it the newest one.", metavar="[FILE]")] = None,
) -> int:
    """Brings the ledger back from a copy. The file it replaces is kept beside it."""
    from publisher import publish

    source, aside = publish.restore(console.settings, console.clock, file)
    console.print(msg("Restored from {file}.", file=shown(source)))
    if aside:
        console.print(msg("The ledger that was there is now {file}.", file=shown(aside)))
    return WELL


@command("Example: kentongan doctor")
def doctor(console: Console) -> int:
    """Says what is missing on this machine. Says what is about to expire too, and what to do."""
    from publisher.channels import ask
    from publisher.doctor import examine

    symptoms = examine(console.settings, console.now, ask)
    marks = {"ok": msg("well"), "advice": msg("advice"), "fault": msg("fault")}
    areas = {
        "address": msg("address"),
        "announce": msg("announcements"),
        "backup": msg("backup"),
        "cards": msg("cards"),
        "channels": msg("channels"),
        "clock": msg("clock"),
        "deploy": msg("deploy"),
        "folders": msg("folders"),
        "ledger": msg("ledger"),
        "office": msg("office"),
    }
    for s in symptoms:
        area = areas[s.area].say(console.lang) if s.area in areas else s.area
        console.print(f"[{marks[s.level].say(console.lang)}] {area}: {s.message.say(console.lang)}")
        if s.remedy:
            console.print("    → " + s.remedy.say(console.lang))
    return USAGE if any(s.level == "fault" for s in symptoms) else WELL
