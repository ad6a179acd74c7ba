"""Writes the site's sign as PNG, from the office's logo when it gave one."""

from __future__ import annotations

from pelican import Pelican, signals

from plugins._convert import run_of
from publisher import icon
from publisher.article import ICON


def register() -> None:
    """Called by Pelican."""
    signals.get_generators.connect(write)


def write(pelican: Pelican) -> None:
    """A logo that is not there is the doctor's affair: the drum takes its place."""
    run = run_of(pelican.settings)
    if run is None:
        return
    settings = run.order.settings
    logo = settings.root / settings.office.logo
    raw = icon.of_logo(logo) if settings.office.logo and logo.is_file() else icon.sign()
    target = run.staging.site / ICON
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(raw)
