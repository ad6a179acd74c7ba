"""The command line: read the arguments, call one function, print, choose the exit code.

Each file holds the commands of one piece of work; what they share stands in the files with an underscore. ``build``
alone, the command that is waited for after every edit, is answered before Typer is loaded.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

from publisher.cli._console import WELL
from publisher.cli._faults import explained
from publisher.errors import KentonganError
from publisher.messages import language

__all__ = ["main"]


def main() -> NoReturn:
    """Runs the command line and exits with its code; every error is one message in the person's language."""
    lang = language(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = _run(sys.argv[1:], lang)
        sys.stdout.flush()
    except SystemExit as end:  # completion ends like this, and Typer when nobody reads what is printed
        code = end.code if isinstance(end.code, int) else WELL
        if isinstance(end.__context__, BrokenPipeError):
            code = _read_by_nobody()
    except BrokenPipeError:
        code = _read_by_nobody()
    except (KentonganError, KeyboardInterrupt, OSError) as fault:
        text, code = explained(fault, lang)
        print(text, file=sys.stderr)  # noqa: T201 - the command line prints
    gc.freeze()  # what is left goes with the process; Python need not look through it
    sys.exit(code)


def _run(arguments: list[str], lang: str) -> int:
    """Carries out the command that ``arguments`` name; its exit code."""
    if arguments == ["build"]:
        from publisher.cli import _build

        return _build.alone(lang)
    from publisher.cli import _commands

    return _commands.run(arguments, lang)


def _read_by_nobody() -> int:
    """Whoever reads what we print has gone, which is well; Python must not notice at the exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return WELL
