"""Writes the site's sign as PNG, from the office's logo when it gave one."""

from __future__ import annotations

from pelican import Pelican, signals

from plugins._convert import Run, run_of
from publisher import icon
from publisher.article import ICON
from publisher.cards import logo
from publisher.errors import SettingsFault


def register() -> None:
    """Called by Pelican."""
    signals.get_generators.connect(write)


def write(pelican: Pelican) -> None:
    """The same sign on every page."""
    run = run_of(pelican.settings)
    if run is None:
        return
    target = run.staging.site / ICON
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(_sign(run))


def _sign(run: Run) -> bytes:
    """The drum takes the place of a logo that cannot be used; plugins.cards has said so then."""
    settings = run.order.settings
    if not settings.office.logo:
        return icon.sign()
    try:
        return icon.of_logo(logo.picture(logo.read(settings.root / settings.office.logo)))
    except SettingsFault:
        return icon.sign()
