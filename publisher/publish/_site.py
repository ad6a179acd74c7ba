"""What is asked of content and site: nothing of it leaves the house."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from publisher import manifest
from publisher.article import Finding
from publisher.errors import UsageFault
from publisher.messages import Message, msg
from publisher.publish._types import Clock, Say
from publisher.settings import Settings

if TYPE_CHECKING:
    from plugins.run import Built

PREVIEW = "preview"


def fix(settings: Settings) -> tuple[str, ...]:
    """Mints the missing ids; the content files that were changed."""
    from publisher.content import fix_ids

    return fix_ids(settings.content, settings.zone)


def check(settings: Settings) -> tuple[Finding, ...]:
    """Everything there is to say about the content, in the order of the files; the site is not touched."""
    from publisher import channels as registry
    from publisher import content, lint
    from publisher.build import texts

    registry.check(settings)
    last = manifest.read(settings.state)
    keep = {r.id: r.path for r in last.records} if last else {}
    read = content.read(settings.content, settings.zone, keep=keep)
    found = {
        *read.findings,
        *(content.moved(read, last) if last else ()),
        *content.open_fields(read),
        *lint.run(read.articles, settings.office.house),
        *texts.left_out((*read.articles, *read.services, *read.pages)),
    }
    return tuple(sorted(found, key=lambda f: (f.path, f.line, f.rule, str(f.message))))


def build(settings: Settings, now: datetime, say: Say | None = None) -> Built:
    """The site in its output folder. Raises what plugins.run.build raises."""
    from plugins import run

    return run.build(settings, now, say=say)


def audit(settings: Settings, now: datetime, folder: Path | None = None) -> tuple[Finding, ...]:
    """What is wrong in the built site in ``folder``, the output folder when none is given."""
    from publisher import audit as auditing

    place = settings.output if folder is None else folder.resolve()
    if not place.is_dir():
        raise UsageFault(msg("There is no folder {folder}; run `kentongan build` first.", folder=str(place)))
    return auditing.run(place, settings.office.url, now)


def preview(
    settings: Settings,
    port: int,
    say: Callable[[Message], None],
    report: Callable[[Sequence[Finding]], None],
    clock: Clock,
    reread: Callable[[], Settings],
) -> None:
    """The preview until Ctrl-C: drafts and held articles too, from a folder that no deploy takes. ``reread`` gives the
    settings as they are after a change."""
    from plugins import run
    from publisher import serve
    from publisher.build.unchanged import Look

    def rebuild(address: str, again: bool) -> Sequence[Finding]:
        given = reread() if again else settings
        office = replace(given.office, url=address)
        shown = replace(given, office=office, output=settings.state / PREVIEW)
        seen = Look(changed=True) if again else None
        report(run.build(shown, clock(), preview=True, look=seen, search=not again).findings)
        return ()

    watched = (settings.content, settings.root / "theme", settings.root / "office.toml")
    serve.preview(settings.state / PREVIEW, rebuild, watched, port, say, tidy=run.let_go)


def preview_posts(settings: Settings, file: Path) -> Path:
    """The page that shows the article in ``file`` as each channel would post it."""
    from publisher import preview

    return preview.posts(settings, file)
