"""mkdocs-material, its own layers: ground and office drawn once, title and date for each card, composed, PNG."""

from __future__ import annotations

import sys
from pathlib import Path

from material.plugins.social.layout import Layer
from material.plugins.social.plugin import SocialPlugin
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))
from timing import run


def layer(values: dict[str, object]) -> Layer:
    made = Layer()
    made.load_dict(values)
    made.validate()
    return made


def main(order: dict[str, str], folder: Path) -> object:
    plugin = SocialPlugin()
    plugin._resolve_font = lambda *_: order["font"]
    whole = {"size": {"width": 1200, "height": 630}, "offset": {"x": 0, "y": 0}}
    ground = plugin._render_background(
        layer({**whole, "background": {"image": order["ground"]}}), Image.new("RGBA", (1200, 630))
    )

    def text(content: str, width: int, height: int, lines: int) -> Image.Image:
        size = {"width": width, "height": height}
        line = {"amount": lines, "height": 1.25}
        wanted = layer(
            {"size": size, "typography": {"content": content, "align": "start", "color": "#fff", "line": line}}
        )
        return plugin._render_typography(wanted, Image.new("RGBA", (width, height)))

    office = text(order["office"], 832, 42, 1)

    def draw(number: int, title: str) -> Path:
        image = Image.new("RGBA", (1200, 630))
        image.alpha_composite(ground)
        image.alpha_composite(office, (64, 64))
        image.alpha_composite(text(title, 832, 310, 3), (62, 160))
        image.alpha_composite(text(order["date"], 832, 64, 2), (64, 512))
        path = folder / f"{number}.png"
        image.save(path)
        return path

    return draw


run(main)
