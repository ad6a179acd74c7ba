"""One file a rule over a built site: what outside validators say, and what none of them looks at.

A member offers ``check(document, whole)`` and reports findings whose path is below the site's root. An "error"
must not reach readers; an "advice" may. Documents are handed over one at a time, so that a large site fits.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Protocol, cast

from publisher import _folder
from publisher.article import Finding
from publisher.audit._document import Document, Whole, documents


class Rule(Protocol):
    """A member of this folder."""

    def check(self, document: Document, whole: Whole) -> Iterable[Finding]:
        """What the rule has to say about ``document``, a file of the site ``whole``."""
        ...


def names() -> tuple[str, ...]:
    """The rules in alphabetical order."""
    return _folder.names(sys.modules[__name__])


def load(name: str) -> Rule:
    """The rule ``name``. Raises KeyError when there is none of that name."""
    return cast(Rule, _folder.load(sys.modules[__name__], name))


def run(folder: Path, url: str, now: datetime) -> tuple[Finding, ...]:
    """What all rules say about the site in ``folder`` as of ``now``, by file; ``url`` is its address without a
    closing slash."""
    rules = [load(name) for name in names()]
    files = frozenset(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    whole = Whole(folder, url, now, files)
    found = [f for document in documents(whole) for rule in rules for f in rule.check(document, whole)]
    return tuple(sorted(dict.fromkeys(found), key=lambda f: (f.path, f.line, f.rule, str(f.message))))
