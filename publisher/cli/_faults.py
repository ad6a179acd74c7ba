"""Every error that ends a command, in the person's language."""

from __future__ import annotations

from publisher.cli._console import STOPPED, USAGE
from publisher.errors import KentonganError, refusal
from publisher.messages import Message, msg


def explained(fault: BaseException, lang: str) -> tuple[str, int]:
    """What is printed about ``fault``, in the person's language, and the exit code."""
    code = STOPPED
    if isinstance(fault, KentonganError):
        text, code = fault.say(lang), fault.exit_code
    elif isinstance(fault, OSError):
        text, code = _machine_message(fault).say(lang), USAGE
    else:
        text = msg("Stopped by you. What was begun is safe; run the command again.").say(lang)
    return f"{msg('Error').say(lang)}: {text}", code


def _machine_message(fault: OSError) -> Message:
    if fault.filename:
        return msg("The computer refuses {file}: {detail}.", file=str(fault.filename), detail=refusal(fault))
    return msg("The computer refuses: {detail}.", detail=refusal(fault))
