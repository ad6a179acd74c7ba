"""Where links and hashtags stand in a text of Bluesky's."""

from __future__ import annotations

import re
from typing import Any

from publisher import text

# Lexicon app.bsky.richtext.facet#tag: 64 graphemes and 640 bytes.
TAG_CHARACTERS, TAG_BYTES = 64, 640
TAG = re.compile(r"(?<!\S)#(\w*[^\W\d_]\w*)")


def facets(said: str) -> list[dict[str, Any]]:
    """Where links and hashtags stand in ``said``, in bytes of UTF-8 as Bluesky counts; the letters are still
    only text, and clients make nothing of them without."""
    found = [_facet(said, *m.span(), {"$type": "app.bsky.richtext.facet#link", "uri": m[0]}) for m in _links(said)]
    taken = [m.span() for m in _links(said)]
    for tag in TAG.finditer(said):
        inside = any(start <= tag.start() < end for start, end in taken)
        if not inside and text.graphemes(tag[1]) <= TAG_CHARACTERS and text.size(tag[1]) <= TAG_BYTES:
            feature = {"$type": "app.bsky.richtext.facet#tag", "tag": tag[1]}
            found.append(_facet(said, tag.start(), tag.end(), feature))
    return sorted(found, key=lambda f: int(f["index"]["byteStart"]))


def _links(said: str) -> list[re.Match[str]]:
    return list(text.LINK.finditer(said))


def _facet(said: str, start: int, end: int, feature: dict[str, str]) -> dict[str, Any]:
    before, inside = len(said[:start].encode()), len(said[start:end].encode())
    return {"index": {"byteStart": before, "byteEnd": before + inside}, "features": [feature]}
