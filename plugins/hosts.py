"""What hosts read: the headers of every answer, and old addresses that lead on, each with a page of its own."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from pelican import signals
from pelican.generators import ArticlesGenerator
from pelican.writers import Writer

from plugins._convert import Run, run_of
from publisher.build import headers, journal, redirects
from publisher.build.choose import newest_first
from publisher.content import former_path

LISTS = (
    ("_headers", "_redirects", headers.netlify, redirects.netlify),
    (".htaccess", ".htaccess", headers.apache, redirects.apache),
    ("headers.nginx", "redirects.nginx", headers.nginx, redirects.nginx),
)


def register() -> None:
    """Called by Pelican."""
    signals.article_writer_finalized.connect(write)


def write(generator: ArticlesGenerator, writer: Writer) -> None:
    """All other pages of articles stand in the staging folder or will: none of them is replaced."""
    run = run_of(generator.settings)
    if run is None:
        return
    site = run.staging.site
    sealed = (path for month in run.archive.sealed.values() for path in month.former)
    shown = sorted((*(a for a in run.articles() if a.former), *map(run.news.record, sealed)), key=newest_first)
    moves = [(a, address) for a in shown for address in (former_path(a, f) for f in a.former) if address]
    found, findings = redirects.plan(moves, _files(run) if moves else set())
    for finding in findings:
        run.find(finding.rule, finding.level, finding.message, finding.path, finding.line)
    template = generator.get_template("redirect")
    for redirect in found:
        if redirect.file:
            target = run.site.address(quote(redirect.new))
            writer.write_file(redirect.file, template, generator.context, url=redirect.old, target=target)
    base = urlsplit(run.site.url).path
    for said, moved, headers_of, moves_of in LISTS:
        (site / said).write_bytes(headers_of(run.site.url, base))
        if found:
            with (site / moved).open("ab") as file:
                file.write(moves_of(found, base))


def _files(run: Run) -> set[str]:
    """The addresses at which something stands."""
    site = run.staging.site
    every = (*journal.files_of(site), *run.kept(), *run.shown.made)
    return {*(path.removesuffix("index.html") for path in every), *run.links.addresses.values(), "layanan/"}
