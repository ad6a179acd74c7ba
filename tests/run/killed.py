"""`kentongan`, killed on the way: python killed.py MODULE:NAME before|after N COMMAND …

The N-th call of the named function ends the process with SIGKILL, before it began or after it returned;
N = 0 kills nothing. The waits between two looks at a channel are a hundredth of what they are, so that
a test need not wait for a timeline to settle; nothing else differs from the command.
"""

from __future__ import annotations

import importlib
import itertools
import os
import signal
import sys
from dataclasses import replace
from functools import reduce, wraps
from typing import Any

from publisher.outreach import advance, local

QUICK = replace(
    advance.RULES,
    waits=tuple(w / 100 for w in advance.RULES.waits),
    settle=tuple(s / 100 for s in advance.RULES.settle),
    grace=advance.RULES.grace / 100,
)


def main() -> None:
    target, when, count, *arguments = sys.argv[1:]
    hurry(local.deliver)
    if int(count):
        arm(target, when, int(count))
    sys.argv = ["kentongan", *arguments]
    from publisher.cli import main as kentongan

    kentongan()


def hurry(deliver: Any) -> None:
    deliver.__kwdefaults__["rules"] = QUICK


def arm(target: str, when: str, count: int) -> None:
    """Puts the trap around ``module:name`` or ``module:Class.name``."""
    module, _, dotted = target.partition(":")
    *outer, name = dotted.split(".")
    holder: Any = reduce(getattr, outer, importlib.import_module(module))
    function = getattr(holder, name)
    calls = itertools.count(1)  # one number a call, from whichever thread

    @wraps(function)
    def trapped(*args: Any, **kwargs: Any) -> Any:
        mine = next(calls) == count
        if mine and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*args, **kwargs)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(holder, name, trapped)


if __name__ == "__main__":
    main()
