"""Pages on this computer for whoever runs a channel: made by a template that escapes, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.messages import translator

if TYPE_CHECKING:
    from jinja2 import Environment


def render(folder: str, template: str, lang: str, **values: Any) -> bytes:
    """The page that ``template`` below ``folder`` of this package makes of ``values``, in ``lang``."""
    made = _templates(folder).get_template(template)
    return made.render(_=translator(lang), lang=lang, **values).encode()


def put(path: Path, content: bytes) -> None:
    """Writes ``path`` in one go. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, spare = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(spare).replace(path)
    finally:
        Path(spare).unlink(missing_ok=True)


@lru_cache(maxsize=4)
def _templates(folder: str) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
