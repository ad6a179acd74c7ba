"""A page that may be found allows a large picture beside it in the results.

Source: developers.google.com/search/docs/appearance/google-discover (max-image-preview:large).
"""

from __future__ import annotations

from collections.abc import Iterable

from publisher.article import Finding
from publisher.audit._document import Document, Whole
from publisher.messages import msg


def check(document: Document, whole: Whole) -> Iterable[Finding]:
    """An error for a page without it that does not ask to stay out of the results."""
    if document.kind == "page":
        said = document.metas.get("robots", "").lower().replace(" ", "")
        if "max-image-preview:large" not in said and "noindex" not in said:
            yield document.error("image_preview", msg("The page does not say max-image-preview:large."))
