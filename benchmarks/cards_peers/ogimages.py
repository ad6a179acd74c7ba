"""pelican-ogimages, its own drawing: the background pasted for each card, one line of text, PNG optimised."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

from pelican.plugins.ogimages.ogimages import OgImagesPlugin

sys.path.insert(0, str(Path(__file__).parent))
from timing import run


def main(order: dict[str, str], folder: Path) -> object:
    plugin = OgImagesPlugin()
    settings = {"SITENAME": order["office"], "OGIMAGES_SIZE": (1200, 630), "OGIMAGES_BACKGROUND_IMAGE": order["ground"]}
    plugin.on_init(SimpleNamespace(settings=settings))

    def draw(number: int, title: str) -> Path:
        path = folder / f"{number}.png"
        plugin.generate_og_image(path, title, None)
        return path

    return draw


run(main)
