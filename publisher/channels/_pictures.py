"""The picture files of a post, as a channel uploads them or has them fetched."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from publisher.errors import Refused
from publisher.messages import msg
from publisher.post import Limits, Media


def picture(site: Path, media: Media, *, limits: Limits, channel: str) -> bytes:
    """The bytes of ``media`` below the folder ``site``. Raises Refused when there are none or too many."""
    try:
        content = (site / media.path).read_bytes()
    except OSError as fault:
        raise Refused(
            msg(
                "The site has no picture {path} any more; `kentongan retry` takes the one that it has now.",
                path=media.path,
            ),
            detail=str(fault),
        ) from fault
    if len(content) > limits.picture_bytes:
        raise Refused(msg("The picture {path} is too large for {channel}.", path=media.path, channel=channel))
    return content


def address(site: str, media: Media) -> str:
    """Where on our site at ``site`` a network fetches ``media``; the link gate has seen the page live."""
    return f"{site}/{quote(media.path)}"
