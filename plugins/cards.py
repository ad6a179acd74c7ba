"""Draws the card of each public article; one that is drawn already costs nothing."""

from __future__ import annotations

import shutil
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pelican import Pelican, signals

from plugins._convert import Run, run_of
from publisher import cards
from publisher.article import Article, Shown, Status, card_path
from publisher.build.derived import code_digest, derived, digest, file_digest
from publisher.cards import draw
from publisher.cards.layout import LAYOUTS
from publisher.errors import ContentFault

TYPE, WIDTH, HEIGHT = "image/jpeg", 1200, 630
# what a card never shows
_UNSEEN = ("body", "html", "posts", "lines", "card", "corrections", "attachments", "channels", "former", "embargo")


def register() -> None:
    """Called by Pelican."""
    signals.get_generators.connect(make)


def make(pelican: Pelican) -> None:
    """Makes the cards of the articles that others may unfold: published ones; all of them in a preview."""
    run = run_of(pelican.settings)
    if run is None:
        return
    hand = digest(code_digest(Path(cards.__file__).parent), *map(version, ("pillow", *FONTS)), sorted(LAYOUTS))
    for article in run.articles():
        if article.status is Status.PUBLISHED or (run.order.preview and article.status is Status.DRAFT):
            try:
                run.records[article.path] = replace(article, card=_card(run, article, hand))
            except ContentFault as fault:
                run.find("card", "error", fault.message, article.path, article.line("title"))


FONTS = ("fontpkg-plus-jakarta-sans", "fontpkg-amiri")


def _card(run: Run, article: Article, hand: str) -> Shown:
    photo = run.staging.site / article.photo.path if article.photo else None

    def write(target: Path) -> dict[str, Any]:
        raw = draw.card(article, run.site, photo)
        target.write_bytes(raw)
        return {"bytes": len(raw)}

    shown = {k: v for k, v in asdict(article).items() if k not in _UNSEEN}
    names = [s.name for s in map(run.site.service, article.services) if s]
    site = asdict(replace(run.site, services=()))
    key = digest(hand, sorted(shown.items()), names, sorted(site.items()), file_digest(photo) if photo else "")
    made, facts = derived(run.order.settings.state / "cache" / "cards", key, write)
    path = card_path(article)
    target = run.staging.site / path
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made, target)
    return Shown(path, TYPE, WIDTH, HEIGHT, **facts, alt=draw.alt(article, run.site))
