"""The only place that starts Pelican."""

from __future__ import annotations

import gc
import locale
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from publisher import content as folder
from publisher.article import Finding
from publisher.build import unchanged
from publisher.build.state import Forgotten
from publisher.build.unchanged import Look, office_digest
from publisher.errors import KentonganError, SettingsFault, SiteFault
from publisher.manifest import Manifest, read
from publisher.messages import Message, msg
from publisher.settings import Settings

CONF = "pelicanconf.py"
Say = Callable[[Message, int, int], None]  # what is being done, how far it is, out of how many steps


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made and changed; paths are below the output folder.

    ``strangers`` are files there that no build wrote: they are never deleted, but a deploy sends them.
    """

    state: Path  # the folder that has the manifest
    findings: tuple[Finding, ...]
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()

    @property
    def manifest(self) -> Manifest:
        """What outreach may know of the site. A preview leaves that of the last build for readers. Raises
        FileNotFoundError when there was none."""
        found = read(self.state)
        if found is None:
            raise FileNotFoundError(self.state)
        return found


def build(
    settings: Settings,
    now: datetime,
    *,
    preview: bool = False,
    say: Say | None = None,
    call: str = "",
    why: str | None = None,
    look: Look | None = None,
    search: bool = True,
) -> Built:
    """Builds the site of ``settings`` as of ``now``; a preview shows drafts and held articles too, in an output folder
    of its own.

    Findings stop nothing. Raises SiteFault when theme, settings or a feed are at fault and MachineFault
    when the disk is; the last site stands then. ``say`` is told how far the build is, and
    what Pelican warns of. ``call`` is what publisher.build.unchanged.call says of the settings, "" when nobody knows;
    ``why`` is a page, by its path, of which ``say`` is told why it is made anew; ``look`` is what the caller has just
    seen of the site; without ``search`` the search index stays as it stands.
    """
    conf = settings.root / CONF
    if not conf.is_file():
        raise SettingsFault(
            msg(
                "There is no {file} here ({folder}); run the command in the project's folder.",
                file=CONF,
                folder=str(settings.root),
            )
        )
    if not settings.content.is_dir():
        raise folder.missing(settings.content)
    place = unchanged.Place(settings.root, settings.content, settings.output, settings.state)
    if look is None or not (look.changed or look.note):
        look = unchanged.find(place, now, office=office_digest(settings))
    note = look.note
    if note is not None:
        if why is not None and say is not None:
            say(msg("{page} stays as it is.", page=why), 0, 0)
        return Built(settings.state, note.findings, strangers=note.strangers)
    order = {"preview": preview, "call": call, "why": why, "search": search}
    try:
        return _run(settings, now, say, scan=look.scan, **order)
    except Forgotten:
        return _run(settings, now, say, **order)


def _run(settings: Settings, now: datetime, say: Say | None, **more: Any) -> Built:
    pelican = _pelican()
    with _own_ways(pelican), _listening(pelican, say), _calm():
        from plugins._convert import ORDER, RUN, Order, to_pelican

        order = Order(settings, now, say=say, **more)
        made: dict[str, Any] = {}
        try:
            made = pelican.read_settings(str(settings.root / CONF), override={**to_pelican(settings), ORDER: order})
            pelican.Pelican(made).run()
        except (KentonganError, Forgotten):
            raise
        except Exception as fault:
            raise _explained(fault, settings) from fault
        finally:
            if RUN in made:
                made[RUN].held.close()
        return _built(made.get(RUN))


def let_go() -> None:
    """Frees what the last build needed, for a process that goes on: Pelican would remember all articles for good."""
    if "pelican" not in sys.modules:  # nothing was built yet
        return
    from pelican.contents import Content
    from pelican.utils import memoized

    for method in vars(Content).values():
        if isinstance(method, memoized):
            method.cache.clear()
    gc.collect()


def _built(run: Any) -> Built:
    if run is None:
        raise SiteFault(msg("{file} names too few plugins; take the one that came with the project.", file=CONF))
    placed = run.placed
    return Built(run.order.settings.state, run.told(), placed.changed, placed.removed, placed.strangers)


def _pelican() -> Any:
    """Pelican, without the logger class that its import gives to every later logger of the process."""
    before, root = logging.getLoggerClass(), logging.getLogger()
    kind = root.__class__
    import pelican

    logging.setLoggerClass(before)
    root.__class__ = kind
    return pelican


@contextmanager
def _own_ways(pelican: Any) -> Iterator[None]:
    """Takes back what Pelican changes in the whole process: locale, module search path, standard output."""
    from pelican.log import LimitFilter

    kept, paths, quiet = locale.setlocale(locale.LC_ALL), list(sys.path), pelican.console.quiet
    listeners = set(_listeners(pelican))
    pelican.console.quiet = True  # its last line would stand in the way of --json
    LimitFilter._raised_messages.clear()  # a second build says what the first one said
    LimitFilter._group_count.clear()
    LimitFilter._ignore.clear()
    try:
        yield
    finally:
        for signal, listener in _listeners(pelican):
            if (signal, listener) not in listeners:  # the next build hears its own plugins only
                signal.disconnect(listener)
        pelican.console.quiet = quiet
        sys.path[:] = paths
        sys.modules.pop(Path(CONF).stem, None)
        locale.setlocale(locale.LC_ALL, kept)


@contextmanager
def _calm() -> Iterator[None]:
    """Looks for unused cycles less often: a build makes much that stays, and few of them."""
    kept = gc.get_threshold()
    gc.set_threshold(_CALM, *kept[1:])
    try:
        yield
    finally:
        gc.set_threshold(*kept)


_CALM = 1_000_000  # new values between two looks; Python's own is 700


def _listeners(pelican: Any) -> list[tuple[Any, Any]]:
    from blinker import ANY, Signal

    signals = [s for s in vars(pelican.signals).values() if isinstance(s, Signal)]
    return [(signal, listener) for signal in signals for listener in signal.receivers_for(ANY)]


@contextmanager
def _listening(pelican: Any, say: Say | None) -> Iterator[None]:
    """Nothing that Pelican logs gets lost: an error stops the build, a warning is said."""
    log = logging.getLogger(pelican.__name__)
    kept, propagate = list(log.handlers), log.propagate
    log.handlers, log.propagate = [_Listener(say)], False
    try:
        yield
    finally:
        log.handlers, log.propagate = kept, propagate


class _Listener(logging.Handler):
    """Raises what Pelican only logs."""

    # what Pelican warns of when a page would be wrong
    BROKEN = ("Unable to find", "Replacement Indicator")

    def __init__(self, say: Say | None) -> None:
        super().__init__(logging.WARNING)
        self.say = say

    def emit(self, record: logging.LogRecord) -> None:
        """Stops at an error and at a broken link; a warning is passed on."""
        detail = record.getMessage()
        cause = record.exc_info[1] if record.exc_info else None
        if isinstance(cause, (KentonganError, Forgotten)):
            raise cause
        if record.levelno >= logging.ERROR or str(record.msg).startswith(self.BROKEN):
            raise SiteFault(msg("Pelican stopped: {detail}", detail=detail)) from cause
        if self.say is not None:
            self.say(msg("Pelican says: {detail}", detail=detail), 0, 0)


def _explained(fault: Exception, settings: Settings) -> KentonganError:
    """What went wrong in a template, a plugin or on the disk, with the line of the template."""
    from publisher.build.staging import explained, is_machine

    if isinstance(fault, OSError) and is_machine(fault):
        return explained(fault, settings.output)
    detail = f"{type(fault).__name__}: {fault}"
    where = ""
    for frame in traceback.extract_tb(fault.__traceback__):
        if frame.filename.endswith(".html"):
            where = f"{_shortened(frame.filename, settings.root)}:{frame.lineno}"
    name, line = getattr(fault, "filename", None), getattr(fault, "lineno", None)
    if isinstance(name, str) and isinstance(line, int):  # a template that cannot even be read
        where = f"{_shortened(name, settings.root)}:{line}"
    return SiteFault(msg("The site cannot be built: {detail}", detail=detail), where=where)


def _shortened(path: str, root: Path) -> str:
    found = Path(path)
    return found.relative_to(root).as_posix() if found.is_relative_to(root) else path
