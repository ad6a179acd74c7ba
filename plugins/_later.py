"""Pages that were asked for and are made together at the end, on all cores: nothing of the site needs them before."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from blinker import ANY
from pelican import signals

from plugins import reader
from plugins._convert import RUN, Run
from publisher.build import cores
from publisher.build.check import Look

MANY = 200  # pages from which on a copy of this process pays
Write = Callable[..., None]  # Pelican's way to render a page and write its file


@dataclass(frozen=True, slots=True)
class _Page:
    """What a page is made of; the ``context`` is that of all pages, the ``values`` are its own."""

    name: str
    template: Any
    context: dict[str, Any]
    values: dict[str, Any]


class _Shown:
    """A template whose last text is kept."""

    def __init__(self, template: Any) -> None:
        self._template = template
        self.text = ""

    def render(self, values: Mapping[str, Any]) -> str:
        """The text."""
        self.text = str(self._template.render(values))
        return self.text


class Later:
    """The pages of one build that wait. ``looked`` says where those that were made lead: see
    publisher.build.check.Look.ahead."""

    def __init__(self, run: Run, write: Write) -> None:
        self._run = run
        self._write = write
        self._pages: list[_Page] = []
        self._look = Look(run.staging.site, run.site.url, frozenset(), run.secret())
        self.looked: dict[str, bytes | None] = {}

    def add(self, name: str, template: Any, context: dict[str, Any], values: dict[str, Any]) -> None:
        """Has a page made."""
        self._pages.append(_Page(name, template, context, values))

    def make(self) -> None:
        """Makes all that wait."""
        pages, self._pages = self._pages, []
        if list(signals.content_written.receivers_for(ANY)) != [reader.count]:
            for page in pages:  # another plugin waits for each of them, and may change its file
                self._write(page.name, page.template, page.context, **page.values)
            return
        with signals.content_written.muted() if pages else nullcontext():
            for at, targets in cores.forked(self._made, pages, fewest=MANY, begin=self._begin):
                page = pages[at]
                self.looked[page.name] = targets
                reader.count(page.name, {RUN: self._run, **page.values})

    def _made(self, page: _Page) -> bytes | None:
        shown = _Shown(page.template)
        self._write(page.name, shown, page.context, **page.values)
        return self._look.ahead(page.name, shown.text.encode())

    def _begin(self) -> None:
        """In a copy of this process: what it would say makes the page be made again in this one, which says it."""
        self._run.state.copied()
        self._run.order = replace(self._run.order, say=_refuse)
        logging.getLogger("pelican").handlers = [_Refusing(logging.WARNING)]


class _Refusing(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        _refuse()


def _refuse(*_: object) -> NoReturn:
    raise AssertionError  # never seen
