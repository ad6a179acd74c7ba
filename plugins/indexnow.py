"""Writes the file that shows search engines whose key it is (indexnow.org/documentation, option 1)."""

from __future__ import annotations

from pelican import signals
from pelican.generators import ArticlesGenerator
from pelican.writers import Writer

from plugins._convert import run_of
from publisher.settings import announce_faults


def register() -> None:
    """Called by Pelican."""
    signals.article_writer_finalized.connect(write)


def write(generator: ArticlesGenerator, writer: Writer) -> None:
    """The key alone, in a file of its name at the site's root; nothing when there is no key that can be used."""
    run = run_of(generator.settings)
    if run is None:
        return
    office = run.order.settings.office
    key = office.announce.indexnow
    if key and "announce.indexnow" not in announce_faults(office):
        (run.staging.site / f"{key}.txt").write_bytes(key.encode())
