"""Which template shows a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from plugins._convert import Run
from publisher.article import Article, Service
from publisher.errors import SiteFault
from publisher.messages import msg


def choose_templates(run: Run, settings: dict[str, Any]) -> None:
    """A template that does not fit stops no build: the ordinary one takes its place."""
    places = [Path(p) for p in (*settings["THEME_TEMPLATES_OVERRIDES"], Path(settings["THEME"], "templates"))]
    if not places[-1].is_dir():
        raise SiteFault(msg("There is no theme in {folder}.", folder=str(settings["THEME"])))
    for name in _ORDINARY:
        if not lineage(name, places):
            raise SiteFault(msg("The theme lacks its template {file}.", file=f"{name}.html"))
    for path, record in run.records.items():
        if isinstance(record, Service):
            continue
        usual = "article" if isinstance(record, Article) else "page"
        if record.template != usual and not _fits(lineage(record.template, places), usual):
            message = msg("The theme has no such template “{name}”; the ordinary one was taken.", name=record.template)
            line = record.line("template") if isinstance(record, Article) else 0
            run.find("template", "error", message, path, line)
            run.records[path] = replace(record, template=usual)


# templates that every site needs; without one, every text would be at fault
_ORDINARY = ("article", "page", "service", "withdrawn", "redirect")
# templates that the site fills with other values than a text's own
_LISTS = frozenset({"404", "archives", "author", "authors", "categories", "category", "index"}) | frozenset(
    {"list", "period_archives", "redirect", "service_news", "tag", "tags"}
)


def _fits(family: tuple[str, ...], usual: str) -> bool:
    """Whether a template of this ``family`` shows an article ("article") or a standing page ("page")."""
    others = _LISTS | {"base", "service", "withdrawn"} | ({"page", "register"} if usual == "article" else {"article"})
    return bool(family) and family[0] not in others and others.isdisjoint({*family} - {"base"})


def lineage(template: str, places: Iterable[Path]) -> tuple[str, ...]:
    """``template`` and those that it extends, one after the other; nothing when the theme has none."""
    family: list[str] = []
    while template not in family:
        found = (p / f"{template}.html" for p in places)
        source = next((f.read_text(encoding="utf-8") for f in found if f.is_file()), None)
        if source is None:
            break
        family.append(template)
        above = re.search(r"""{%-?\s*extends\s+["']([^"']+)\.html["']""", source)
        template = above[1] if above else template
    return tuple(family)
