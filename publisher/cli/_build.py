"""`kentongan build`, without Typer and what it brings: an edit is waited for."""

from __future__ import annotations

import os
from pathlib import Path

from publisher.build import unchanged
from publisher.cli._console import PARTLY, WELL, Console, moment, open_console
from publisher.messages import msg


def alone(lang: str) -> int:
    """The command with nothing else on its line. A build that would change nothing ends here, in ``lang``, before the
    settings are read."""
    if _is_unchanged():
        print(msg("Built: nothing has changed.").say(lang))  # noqa: T201 - the command line prints
        return WELL
    return build(open_console())


def build(console: Console, why: str | None = None) -> int:
    """Builds the site and says what came of it; ``why`` is the page of which it is asked why it is made anew."""
    from plugins import run  # not by way of publisher.publish, which knows the ledger
    from publisher.cli import _show
    from publisher.cli._terminal import Progress

    with Progress(console) as say:
        built = run.build(console.settings, console.now, say=say, call=console.call, why=why)
    _show.built(console, built)
    return PARTLY if _show.errors(built.findings) else WELL


def _is_unchanged() -> bool:
    """Whether a build would change nothing and had nothing to say; what cannot be told here is told by the command."""
    root = Path.cwd().resolve()
    place = unchanged.Place(root, root / "content", root / "output", root / ".kentongan")
    note = unchanged.find(place, moment(), call=unchanged.call(place, "", os.environ))
    return note is not None and not note.findings and not note.strangers
