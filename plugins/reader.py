"""Reads the content folder through publisher.content and hands Pelican what is public."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from pelican import Pelican, signals
from pelican.readers import BaseReader, Readers

import plugins
from plugins import _convert
from plugins._archive import Archive
from plugins._convert import ORDER, RUN, Order, Run, run_of
from plugins._links import keep_secrets, resolve
from plugins._lists import arrange, relate
from plugins._memory import Memory
from plugins._templates import choose_templates
from publisher import content as folder
from publisher._folder import names
from publisher.article import Article, Finding, Page, Service
from publisher.build import journal, staging, texts
from publisher.build.addresses import REGISTER, Links, Record, record_path, settle
from publisher.build.choose import choose
from publisher.build.light import Light
from publisher.build.site import to_site
from publisher.build.stamps import Stamps
from publisher.build.state import State
from publisher.build.unchanged import Place, looking, scan, see
from publisher.errors import SiteFault
from publisher.manifest import FILENAME
from publisher.messages import msg

log = logging.getLogger(__name__)


class ContentReader(BaseReader):  # type: ignore[misc]  # Pelican ships no types
    """Gives Pelican what was read before: a file is opened once."""

    enabled = True
    file_extensions = ("md",)

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """The HTML and the metadata of one file."""
        run = self.settings[RUN]
        path = Path(source_path).relative_to(run.order.settings.content).as_posix()
        record = run.records[path]
        html = run.pages.get(path) or getattr(record, "html", "") or run.raw.get(path, "")
        return html, _convert.metadata(record, run, self.settings)


def register() -> None:
    """Called by Pelican."""
    signals.get_generators.connect(begin)
    signals.readers_init.connect(use_reader)
    signals.article_generator_pretaxonomy.connect(arrange)
    signals.all_generators_finalized.connect(relate)
    signals.content_written.connect(count)


def use_reader(readers: Readers) -> None:
    """Markdown is read by us; nothing else is a text of this site."""
    run = run_of(readers.settings)
    if run is not None:
        endings = {path.rpartition(".")[2] for path in run.records}
        readers.reader_classes = {"static": BaseReader, **dict.fromkeys(endings, ContentReader)}


def begin(pelican: Pelican) -> None:
    """Each run of Pelican begins here, also the second of ``pelican --autoreload``."""
    settings = pelican.settings
    order = _convert.order_of(settings)
    if order is None:
        return
    missing = [n for n in names(plugins) if n != "run" and f"plugins.{n}" not in settings["PLUGINS"]]
    if missing:  # Pelican only logs a plugin that it cannot load
        raise SiteFault(msg("The plugin {name} is missing in pelicanconf.py, or cannot be loaded.", name=missing[0]))
    last = run_of(settings)
    if last is not None:
        last.held.close()
    logo = order.settings.office.logo
    more = (*settings["THEME_TEMPLATES_OVERRIDES"], settings["THEME"], *([order.settings.root / logo] if logo else ()))
    run = read(order, map(str, more))
    settings[RUN] = run
    run.tell(msg("Building {count} pages …", count=run.count))
    pelican.path = settings["PATH"] = str(order.settings.content)
    pelican.output_path = settings["OUTPUT_PATH"] = str(run.staging.site)
    show(run, settings)
    if ORDER not in settings:
        for finding in (*run.content.findings, *run.findings):
            log.warning("%s:%s: %s", finding.path, finding.line, finding.message.say(order.settings.lang))


def read(order: Order, more: Iterable[str] = ()) -> Run:
    """The content as it stands and a staging folder to build it in; ``more`` else is read."""
    settings = order.settings
    place = staging.Staging(settings.output, settings.state)
    held = ExitStack()
    held.enter_context(staging.lock(settings.output))
    try:
        journal.recover(place)
        place.begin()
        state = State(settings.state)
        held.callback(state.close)
        inputs = (*_convert.place_of(settings).inputs(), *more)
        found = order.scan if order.scan is not None and order.scan.tops == inputs else scan(inputs)
        read = see(found, until=found.began)
        program = see(scan(_convert.place_of(settings).program())).digest
        stamps = Stamps(state, settings.content, found.stamps)
        keep = last_paths(state, _convert.place_of(settings))
        with looking(state, _convert.place_of(settings)) as left:
            archive = Archive(state, stamps, order, program, left)
            memory = Memory(state, stamps, archive, order)
            content = folder.read(settings.content, settings.zone, keep=keep, reader=memory)
        run = assemble(order, place, content, held, state, stamps, program, memory)
    except BaseException:
        held.close()
        raise
    run.read, run.inputs, run.last = read, inputs, keep
    return run


def assemble(
    order: Order,
    place: staging.Staging,
    found: folder.Content,
    held: ExitStack,
    state: State,
    stamps: Stamps,
    program: str,
    memory: Memory,
) -> Run:
    """The run with every text rendered; a text that cannot be is left out with a finding."""
    settings = order.settings
    found = replace(found, articles=tuple(_as_read(found.articles, memory)))
    choice = choose((_convert.in_zone(a, settings.zone) for a in found.articles), order.now, preview=order.preview)
    findings: list[Finding] = []
    every: list[Record] = [*found.services, *found.pages, *choice.shown]
    raw = dict(texts.rendered((r for r in every if not isinstance(r, Light)), findings, state))
    every = [r for r in every if isinstance(r, Light) or r.path in raw]
    addresses, taken = settle(every)
    findings += taken
    records = {r.path: r for r in every if r.path in addresses}
    moved = frozenset(p for a in choice.shown if a.former for p in (folder.former_path(a, f) for f in a.former) if p)
    waiting = frozenset(a.path for a in choice.waiting)
    sealed = memory.archive.sealed
    moved = moved.union(*(month.moved for month in sealed.values()))
    for month in sealed.values():
        addresses.update(zip(month.columns.paths, month.columns.addresses, strict=True))
    links = Links(settings.office.url, settings.content, addresses, waiting, moved)
    site = to_site(settings, tuple(r for r in records.values() if isinstance(r, Service)))
    astray, months = memory.archive.astray(links, frozenset(_convert.secret(choice, site)))
    astray = records.keys() & astray
    if astray or months:
        for path in astray:
            memory.whole(path)
        found = replace(found, articles=(*found.articles, *memory.archive.unseal(months)))
        return assemble(order, place, found, held, state, stamps, program, memory)
    run = Run(
        order,
        place,
        found,
        choice,
        site,
        links,
        records,
        raw,
        findings,
        held=held,
        state=state,
        stamps=stamps,
        archive=memory.archive,
        program=program,
    )
    for month in sealed.values():
        run.standing.update(month.files.split("\n") if month.files else ())
        run.findings += month.findings
    for record in tuple(records.values()):
        if isinstance(record, Light):
            recall(run, record)
        else:
            resolve(run, record)
    keep_secrets(run)
    run.site = replace(site, services=run.services())
    return run


def _as_read(articles: Iterable[Article], memory: Memory) -> Iterator[Article]:
    """``articles``; one that no longer is as the archive holds it as its file says."""
    light = memory.archive.light
    for article in articles:
        held = light.get(article.path)
        if article is held or (held is None and not isinstance(article, Light)):
            yield article
            continue
        read = memory.whole(article.path)
        if isinstance(read, Article):
            yield replace(read, services=article.services, former=article.former)


def recall(run: Run, article: Light) -> None:
    """What the archive knows of an article that no plugin looks at again."""
    row = article.row
    for target in row.linked:
        run.linked.setdefault(target, []).append(article.path)
    if row.files:
        run.standing.update(row.files.split("\n"))
    run.findings += row.findings
    run.revisions[article.path] = row.revision


def show(run: Run, settings: dict[str, Any]) -> None:
    """Tells Pelican which files to read."""
    read = [r for r in run.records.values() if not isinstance(r, Light)]
    paths = {kind: [r.path for r in read if isinstance(r, kind)] for kind in (Article, Service, Page)}
    settings["ARTICLE_PATHS"] = paths[Article] or [NOTHING]
    settings["PAGE_PATHS"] = paths[Service] + paths[Page] or [NOTHING]
    written = f"{REGISTER}/" in (record_path(r) for r in read if isinstance(r, Page))
    settings["REGISTER_SAVE_AS"] = "" if written else f"{REGISTER}/index.html"
    choose_templates(run, settings)


NOTHING = "there is no such file"


def last_paths(state: State, place: Place) -> Mapping[str, str]:
    """Id to path of the last manifest, in its order; a lost or damaged one says nothing, and this build makes it
    anew."""
    known: Mapping[str, str] | None = state.get(IDS, "", see(scan(place.notes()[:1])).digest)
    if known is not None:
        return known
    try:
        return {r["id"]: r["path"] for r in json.loads((place.state / FILENAME).read_bytes())["records"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


IDS = "manifest"


def count(path: str, context: dict[str, Any]) -> None:
    """Says that one more article, service or page is written; lists are not counted."""
    run = run_of(context)
    if run is not None and ("article" in context or "page" in context):
        run.written += 1
        run.tell(msg("Pages: {name}", name=Path(path).parent.name), run.written, run.count)
