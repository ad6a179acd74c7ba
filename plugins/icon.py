"""Writes the site's sign as PNG, from the office's logo when it gave one."""

from __future__ import annotations

from pelican import Pelican, signals

from plugins._convert import run_of
from publisher import icon
from publisher.article import ICON
from publisher.cards import logo
from publisher.errors import SettingsFault


def register() -> None:
    """Called by Pelican."""
    signals.get_generators.connect(write)


def write(pelican: Pelican) -> None:
    """A logo that cannot be used is reported by plugins.cards: the drum takes its place."""
    run = run_of(pelican.settings)
    if run is None:
        return
    settings = run.order.settings
    given = settings.office.logo
    try:
        raw = icon.of_logo(logo.read(settings.root / given).path) if given else icon.sign()
    except SettingsFault:
        raw = icon.sign()
    target = run.staging.site / ICON
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(raw)
