"""Old addresses lead on: a page for each, and the lists that hosts read."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from pelican import signals
from pelican.generators import ArticlesGenerator
from pelican.writers import Writer

from plugins._convert import run_of
from publisher.build import redirects
from publisher.content import former_path

LISTS = (
    ("_redirects", redirects.netlify),
    (".htaccess", redirects.apache),
    ("redirects.nginx", redirects.nginx),
)


def register() -> None:
    """Called by Pelican."""
    signals.article_writer_finalized.connect(write)


def write(generator: ArticlesGenerator, writer: Writer) -> None:
    """All other pages of articles stand in the staging folder already: none of them is replaced."""
    run = run_of(generator.settings)
    if run is None:
        return
    site = run.staging.site
    files = (p.relative_to(site).as_posix().removesuffix("index.html") for p in site.rglob("*") if p.is_file())
    moves = [(a, address) for a in run.articles() for address in (former_path(a, f) for f in a.former) if address]
    found, findings = redirects.plan(moves, {*files, *run.links.addresses.values(), "layanan/"})
    for finding in findings:
        run.find(finding.rule, finding.level, finding.message, finding.path, finding.line)
    template = generator.get_template("redirect")
    for redirect in found:
        if redirect.file:
            target = run.site.address(quote(redirect.new))
            writer.write_file(redirect.file, template, generator.context, url=redirect.old, target=target)
    if found:
        base = urlsplit(run.site.url).path
        for name, lines in LISTS:
            (site / name).write_bytes(lines(found, base))
