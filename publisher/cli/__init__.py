"""The command line: read the arguments, call one function, print, choose the exit code.

Each file holds the commands of one piece of work; what they share stands in the files with an underscore. Source texts
are English; ``main`` puts them into the person's language before Typer shows them.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import typer
from typer.exceptions import TyperException

from publisher.cli._command import app
from publisher.cli._console import WELL
from publisher.cli._words import explained, translated
from publisher.errors import KentonganError
from publisher.messages import language

# isort: off
# Importing a file adds its commands to the app: this order is the order of the help.
from publisher.cli import content, site, posts, channels, subscribers, machine, decisions, sending  # noqa: F401
# isort: on

__all__ = ["app", "main", "translated"]


def main() -> NoReturn:
    """Runs the command line and exits with its code; every error is one message in the person's language."""
    lang = language(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    command = translated(typer.main.get_command(app), lang)
    try:
        code = command.main(args=sys.argv[1:], prog_name="kentongan", standalone_mode=False)
        sys.stdout.flush()
    except SystemExit as end:  # completion ends like this, and Typer when nobody reads what is printed
        code = end.code if isinstance(end.code, int) else WELL
        if isinstance(end.__context__, BrokenPipeError):
            code = _read_by_nobody()
    except BrokenPipeError:
        code = _read_by_nobody()
    except (KentonganError, TyperException, KeyboardInterrupt, typer.Abort, OSError) as fault:
        text, code = explained(fault, lang)
        print(text, file=sys.stderr)  # noqa: T201 - the command line prints
    sys.exit(code)


def _read_by_nobody() -> int:
    """Whoever reads what we print has gone, which is well; Python must not notice at the exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return WELL
