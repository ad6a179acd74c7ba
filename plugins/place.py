"""Looks through the finished site and puts it in the place of the last one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from html import escape

from pelican import Pelican, signals

from plugins._convert import Run, run_of
from publisher import feeds
from publisher._folder import load, names
from publisher.article import Page, article_path
from publisher.build import journal, sets
from publisher.build.addresses import record_path
from publisher.build.check import Look, Problem
from publisher.build.staging import PREVIEW_MARK
from publisher.errors import SiteFault
from publisher.messages import msg

FEW = 1000  # pages up to which it pays to ask where each led before
REQUIRED = ("index.html", "404.html", "layanan/index.html", "arsip/index.html")


def register() -> None:
    """Called by Pelican."""
    signals.finalized.connect(place)


def place(pelican: Pelican) -> None:
    """Checks the staged site, then renames it into place under the journal."""
    run = run_of(pelican.settings)
    if run is None:
        return
    run.later.make()
    if run.order.preview:
        (run.staging.site / PREVIEW_MARK).write_text("Pratinjau. Jangan disebarkan.\n", encoding="utf-8")
    run.tell(msg("Checking the site and putting it in place …"))
    listed = journal.written(run.staging)
    check(run, listed)
    strangers = run.archive.left.strangers if run.archive.left is not None else None
    run.placed = journal.place(run.staging, kept=run.kept(), strangers=strangers, listed=listed)
    sets.prune(run.order.settings.state / "cache")


def check(run: Run, before: Collection[str]) -> None:
    """Looks through the staged site; ``before`` are the files of the last one. Raises SiteFault when the site itself is
    at fault; dead links of texts become findings."""
    waiting = run.choice.waiting
    required = (*REQUIRED, *(load(feeds, n).FILENAME for n in names(feeds)))
    site = run.staging.site
    staged = frozenset(journal.files_of(site))
    look = Look(site, run.site.url, staged | run.kept(), run.secret())
    looked = run.later.looked
    is_known = len(looked) < FEW and look.files.issuperset(before)
    standing = {path: run.shown.targets(path) for path in looked} if is_known else {}
    again = sorted(path for path in staged if not look.holds(path, looked.get(path), standing.get(path, b"")))
    found = [*look.missing(required), *(problem for path in again for problem in look.file(path))]
    found += look.names(run.standing)
    found += run.shown.recheck(look, before, run.secret())
    run.shown.checked(look.targets, found)
    faults = [problem for problem in found if not _is_content(run, problem)]
    faults += [
        Problem(article_path(a), msg("The file tells of an article that is held back."))
        for a in waiting
        if (run.staging.site / article_path(a)).exists()
    ]
    if faults:
        raise SiteFault(
            msg("{fault} ({count} such faults; nothing was changed)", fault=faults[0].message, count=len(faults)),
            where=f"{run.staging.output.name}/{faults[0].path}",
        )


def _is_content(run: Run, problem: Problem) -> bool:
    """Whether an editor can mend ``problem``: a dead link in a text, or a standing page that is not written."""
    if not problem.link:
        return False
    sealed = run.archive.writers(problem.target)
    writers = {*run.linked.get(problem.target, ()), *sealed, *_writer(run, problem)}
    for path in writers:
        record = run.records.get(path) or run.news.record(path)
        message = msg("The link to /{target} leads nowhere: the site has no such page.", target=problem.target)
        run.find("link", "error", message, path, run.line_of(record, problem.target.rstrip("/")))
    return bool(writers) or _is_unwritten_page(run, problem)


def _writer(run: Run, problem: Problem) -> Iterator[str]:
    """The content path of the text that holds the dead link itself, however its author wrote it."""
    sealed = run.archive.at(problem.path.removesuffix("index.html"))
    others = [(sealed, run.news.record(sealed))] if sealed else []
    for path, record in (*run.records.items(), *others):
        if f"{record_path(record)}index.html" == problem.path:
            html = run.raw[path] if isinstance(record, Page) else record.html
            if problem.link in html or escape(problem.link) in html:
                yield path


def _is_unwritten_page(run: Run, problem: Problem) -> bool:
    slug, _, rest = problem.target.partition("/")
    path = f"halaman/{slug}.md"
    if not slug or rest or not problem.target.endswith("/") or path in run.records:
        return False
    message = msg("Pages of the site link to /{target}, but this page is missing; write it.", target=problem.target)
    run.find("page", "error", message, path)
    return True
