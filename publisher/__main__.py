"""``kentongan`` and ``python -m publisher``. A build that would change nothing ends here, before anything is loaded."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from publisher.build import unchanged
from publisher.messages import language, msg


def main() -> NoReturn:
    """Runs the command line and exits with its code."""
    if sys.argv[1:] == ["build"] and _is_unchanged():
        print(msg("Built: nothing has changed.").say(language(())))  # noqa: T201 - the command line prints
        sys.exit(0)
    from publisher.cli import main as command

    command()


def _is_unchanged() -> bool:
    """Whether a build would change nothing and had nothing to say; what cannot be told here is told by the command."""
    root = Path.cwd().resolve()
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    if fixed and not fixed.isdecimal():
        return False
    now = datetime.fromtimestamp(int(fixed), UTC) if fixed else datetime.now(UTC)
    place = unchanged.Place(root, root / "content", root / "output", root / ".kentongan")
    note = unchanged.find(place, now, call=unchanged.call(place, "", os.environ))
    return note is not None and not note.findings and not note.strangers


if __name__ == "__main__":
    main()
