"""The channels: what each is, lacks and says of itself."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from publisher.cli._command import Json, command
from publisher.cli._console import PARTLY, WELL, Console
from publisher.cli._terminal import print_table
from publisher.errors import UsageFault
from publisher.messages import msg, translator


@command("Example: kentongan channels")
def channels(
    console: Console,
    action: Annotated[
        str, typer.Argument(metavar="[check]", help="check: ask each account about its token and quota.")
    ] = "",
    as_json: Json = False,
) -> int:
    """Lists the channels and what each lacks. Networks that no channel uses yet stand below."""
    from publisher import publish

    if action == "check":
        return _check_channels(console, as_json)
    if action:
        raise UsageFault(msg("“{words}” is not known here; it takes “check” or nothing.", words=action))
    rows = publish.channels(console.settings)
    if as_json:
        console.json([{**asdict(r), "problem": r.problem.say(console.lang) if r.problem else ""} for r in rows])
        return WELL
    on, off = msg("on"), msg("off")
    table = [
        (
            r.name,
            r.network,
            (on if r.on else off).say(console.lang),
            r.problem.say(console.lang) if r.problem else "",
            translator(console.lang)(r.about),
        )
        for r in rows
    ]
    print_table(console, (msg("channel"), msg("network"), msg("switch"), msg("missing"), msg("about")), table)
    return WELL


def _check_channels(console: Console, as_json: bool) -> int:
    from publisher import publish

    found = publish.check_channels(console.settings)
    zone = console.settings.zone
    rows = [
        {
            "channel": name,
            "level": s.level,
            "message": s.message.say(console.lang),
            "ends": s.ends.astimezone(zone).isoformat() if s.ends else "",
        }
        for name, s in found
    ]
    if as_json:
        console.json(rows)
    else:
        marks = {"ok": msg("well"), "advice": msg("advice"), "fault": msg("fault")}
        table = [(r["channel"], marks[r["level"]].say(console.lang), r["message"], r["ends"][:10]) for r in rows]
        print_table(console, (msg("channel"), msg("state"), msg("message"), msg("ends")), table)
    return PARTLY if any(s.level == "fault" for _, s in found) else WELL
