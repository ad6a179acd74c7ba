"""`kentongan build`, without Typer and what it brings: an edit is waited for."""

from __future__ import annotations

import os
from pathlib import Path

from publisher.build import unchanged
from publisher.cli._console import PARTLY, WELL, Console, moment, open_console
from publisher.messages import msg


def alone(lang: str) -> int:
    """The command with nothing else on its line. A build that would change nothing and has nothing to say ends here, in
    ``lang``, before the settings are read."""
    root = Path.cwd().resolve()
    place = unchanged.Place(root, root / "content", root / "output", root / ".kentongan")
    look = unchanged.find(place, moment(), call=unchanged.call(place, "", os.environ))
    if look.note is not None and not look.note.findings and not look.note.strangers:
        print(msg("Built: nothing has changed.").say(lang))  # noqa: T201 - the command line prints
        return WELL
    return build(open_console(), look=look)


def build(console: Console, why: str | None = None, *, look: unchanged.Look | None = None) -> int:
    """Builds the site and says what came of it. For ``why`` and ``look`` see plugins.run.build."""
    from plugins import run  # not by way of publisher.publish, which knows the ledger
    from publisher.cli import _show
    from publisher.cli._terminal import Progress

    with Progress(console) as say:
        built = run.build(console.settings, console.now, say=say, call=console.call, why=why, look=look)
    _show.built(console, built)
    return PARTLY if _show.errors(built.findings) else WELL
