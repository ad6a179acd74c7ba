"""A picture made small enough for a network; the same picture gives the same bytes."""

from __future__ import annotations

import io

from publisher.errors import Refused
from publisher.messages import msg

JPEG = "image/jpeg"
# From hardly visible to plain; after the last one the picture itself becomes smaller.
QUALITIES = (85, 75, 65, 50)
STEPS = 8
SMALLER = 0.75


def shrunk(content: bytes, kind: str, *, most: int, path: str, channel: str) -> tuple[bytes, str]:
    """``content`` and its MIME type, as a smaller JPEG when it has more than ``most`` bytes. Raises Refused
    when it is no picture or cannot become so small."""
    if len(content) <= most:
        return content, kind
    from PIL import Image, UnidentifiedImageError  # only what is too large needs it

    try:
        with Image.open(io.BytesIO(content)) as opened:
            picture = opened.convert("RGB")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as fault:
        raise Refused(
            msg("The picture {path} cannot be read; build the site again.", path=path), detail=type(fault).__name__
        ) from fault
    for _ in range(STEPS):
        for quality in QUALITIES:
            made = io.BytesIO()
            picture.save(made, "JPEG", quality=quality, optimize=True)
            if made.tell() <= most:
                return made.getvalue(), JPEG
        size = (max(1, int(picture.width * SMALLER)), max(1, int(picture.height * SMALLER)))
        picture = picture.resize(size)
    raise Refused(msg("The picture {path} is too large for {channel}.", path=path, channel=channel))
