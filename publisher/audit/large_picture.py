"""An article names a picture at least 1,200 pixels wide, in its JSON-LD or as og:image.

Source: developers.google.com/search/docs/appearance/google-discover.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from publisher import pictures
from publisher.article import Finding
from publisher.audit._document import Document, Whole
from publisher.errors import ContentFault
from publisher.messages import msg

WIDTH = 1200


def check(document: Document, whole: Whole) -> Iterable[Finding]:
    """An error for a picture that was not built, an advice for an article without a large one that may be found."""
    if document.kind != "page" or not document.is_article:
        return
    widths = []
    for address in dict.fromkeys(_named(document)):
        path = whole.inside(address)
        if path is not None and path not in whole.files:
            yield document.error("large_picture", msg("{address} was not built.", address=address))
        else:
            widths.append(_width(path, whole) if path else WIDTH)  # of another's picture nothing is known
    if max(widths, default=0) < WIDTH and "noindex" not in document.metas.get("robots", ""):
        message = msg("The article names no picture of {width} pixels or more across.", width=WIDTH)
        yield document.advice("large_picture", message)


def _named(document: Document) -> Iterator[str]:
    if document.metas.get("og:image"):
        yield document.metas["og:image"]
    for item in document.data:
        images = item.get("image")
        for image in images if isinstance(images, list) else [images]:
            address = image.get("url") or image.get("contentUrl") if isinstance(image, dict) else image
            if isinstance(address, str):
                yield address


def _width(path: str, whole: Whole) -> int:
    if path not in whole.widths:
        try:
            whole.widths[path] = pictures.look(whole.folder / path)[0]
        except ContentFault:
            whole.widths[path] = 0
    return whole.widths[path]
