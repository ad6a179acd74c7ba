"""All commands, as Typer reads and runs them. Source texts are English; they are translated before it shows them."""

from __future__ import annotations

import sys

import typer
from typer.exceptions import TyperException

from publisher.cli._command import app
from publisher.cli._console import USAGE
from publisher.cli._words import complaint, translated
from publisher.errors import UsageFault

# isort: off
# Importing a file adds its commands to the app: this order is the order of the help.
from publisher.cli import content, site, posts, channels, subscribers, machine, decisions, sending  # noqa: F401
# isort: on

__all__ = ["app", "run", "translated"]


def run(arguments: list[str], lang: str) -> int:
    """Carries out the command that ``arguments`` name; its exit code. Raises UsageFault when they name none, and
    whatever the command raises."""
    command = translated(typer.main.get_command(app), lang)
    try:
        code: int = command.main(args=arguments, prog_name="kentongan", standalone_mode=False)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except TyperException as fault:
        if type(fault).__name__ == "NoArgsIsHelpError":
            print(fault, file=sys.stderr)  # noqa: T201 - the command line prints
            return USAGE
        raise UsageFault(complaint(fault)) from fault
    return code
