"""Help, usage and complaints of Typer in our words and in the person's language."""

from __future__ import annotations

import gettext
import os
import sys
from collections.abc import Callable
from typing import Any

from typer.exceptions import TyperException

from publisher.messages import CATALOGUES, DOMAIN, Message, msg, translator


def translated(command: Any, lang: str) -> Any:
    """The command and all below it, with help texts in ``lang`` and Typer's own words too."""
    os.environ["LANGUAGE"] = lang
    gettext.bindtextdomain(DOMAIN, CATALOGUES)
    gettext.textdomain(DOMAIN)
    say = translator(lang)
    command.help = say(" ".join((command.help or "").split())) if command.help else command.help
    command.epilog = "\n\n".join(_said(part, say) for part in (command.epilog or "").split("\n\n"))
    words = {
        "completion": msg("Set up completion for the shell in use."),
        "show": msg("Print the completion for the shell in use."),
        "help": msg("Show this help."),
    }
    for param in command.params:
        if param.name == "install_completion":
            param.help = words["completion"].say(lang)
        elif param.name == "show_completion":
            param.help = words["show"].say(lang)
        elif getattr(param, "help", None):
            param.help = say(param.help)
    own = command.get_help_option
    command.get_help_option = lambda ctx: _helped(own(ctx), words["help"].say(lang))
    for child in getattr(command, "commands", {}).values():
        translated(child, lang)
    return command


def _said(part: str, say: Callable[[str], str]) -> str:
    """A paragraph below the help: an example keeps its command and gets its first word translated."""
    if part.startswith("Example: "):
        return say(msg("Example:").text) + " " + part.removeprefix("Example: ")
    return say(part) if part else part


def _helped(option: Any, text: str) -> Any:
    if option is not None:
        option.help = text
    return option


def complaint(fault: TyperException) -> Message:
    """Typer's complaint in our words; its classes have no public names yet."""
    kind = type(fault).__name__
    option, param = getattr(fault, "option_name", ""), getattr(fault, "param", None)
    if kind == "NoSuchOption":
        near = getattr(fault, "possibilities", None)
        if near:
            return msg("There is no option “{option}”; did you mean “{near}”?", option=option, near=near[0])
        return msg("There is no option “{option}”; see --help.", option=option)
    if kind == "BadOptionUsage":
        if any(a.startswith(f"{option}=") for a in sys.argv):
            return msg("{option} takes no value; see --help.", option=option)
        return msg("{option} needs a value behind it; see --help.", option=option)
    if kind == "MissingParameter":
        return msg("{name} is missing; see --help.", name=_name_of(param))
    if kind == "BadParameter":
        return msg("{name} cannot be that; it takes {what}.", name=_name_of(param), what=_what(param))
    return msg("The call is not right ({detail}); see --help.", detail=fault.message)


def _what(param: Any) -> str:
    return str(getattr(param, "metavar", "") or "…")


def _name_of(param: Any) -> str:
    """An option by its name on the command line, an argument in capitals as the help shows it."""
    if param.opts and param.opts[0].startswith("-"):
        return str(param.opts[0])
    return str(param.metavar or param.name).upper()
