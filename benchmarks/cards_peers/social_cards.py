"""pelican-social-cards, its own drawing: a template that is kept open, one line of text after the other, PNG."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

from pelican.plugins.social_cards import settings
from pelican.plugins.social_cards.cards_generator import CardsGenerator

sys.path.insert(0, str(Path(__file__).parent))
from timing import run


def main(order: dict[str, str], folder: Path) -> object:
    settings.PLUGIN_SETTINGS.update(settings.DEFAULT_SETTINGS)
    settings.PLUGIN_SETTINGS.update(
        TEMPLATE=order["ground"], FONT_FILENAME=order["font"], FONT_SIZE=60, FONT_FILL="#ffffff", PATH=folder
    )
    generator = CardsGenerator()

    def draw(number: int, title: str) -> Path:
        article = SimpleNamespace(metadata={"title": title}, settings={}, save_as=f"{number}.html", source_path="")
        generator.create_for_object(article)
        return folder / f"{number}.png"

    return draw


run(main)
