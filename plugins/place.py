"""Looks through the finished site and puts it in the place of the last one."""

from __future__ import annotations

from pelican import Pelican, signals

from plugins._convert import Run, run_of
from publisher import feeds
from publisher._folder import load, names
from publisher.article import article_path
from publisher.build import journal
from publisher.build.check import Problem, look_through
from publisher.build.staging import PREVIEW_MARK
from publisher.errors import SiteFault
from publisher.messages import msg

REQUIRED = ("index.html", "404.html", "layanan/index.html", "arsip/index.html")
# shorter ids could stand in any text by chance
_TELLING = 8


def register() -> None:
    """Called by Pelican."""
    signals.finalized.connect(place)


def place(pelican: Pelican) -> None:
    """Checks the staged site, then renames it into place under the journal."""
    run = run_of(pelican.settings)
    if run is None:
        return
    if run.order.preview:
        (run.staging.site / PREVIEW_MARK).write_text("Pratinjau. Jangan disebarkan.\n", encoding="utf-8")
    check(run)
    run.placed = journal.place(run.staging)
    run.held.close()


def check(run: Run) -> None:
    """Raises SiteFault when the site itself is at fault; dead links of texts become findings."""
    waiting = run.choice.waiting
    secret = [a.id for a in waiting if len(a.id) >= _TELLING] + [run.site.article_url(a) for a in waiting]
    required = (*REQUIRED, *(load(feeds, n).FILENAME for n in names(feeds)))
    found = look_through(run.staging.site, run.site.url, required=required, secret=secret)
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
    if not problem.target:
        return False
    writers = run.linked.get(problem.target, ())
    for path in writers:
        record = run.records[path]
        message = msg("The link to /{target} leads nowhere: the site has no such page.", target=problem.target)
        run.find("link", "error", message, path, run.line_of(record, problem.target.rstrip("/")))
    slug, _, rest = problem.target.partition("/")
    if not writers and slug and not rest and problem.target.endswith("/"):
        path = f"halaman/{slug}.md"
        if path in run.content.unreadable or not (run.order.settings.content / path).exists():
            message = msg(
                "Pages of the site link to /{target}, but this page is missing; write it.", target=problem.target
            )
            run.find("page", "error", message, path)
            return True
    return bool(writers)
