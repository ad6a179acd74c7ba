"""The addresses of an article's posts, for its page (u-syndication): an input of the next build."""

from __future__ import annotations

import json
import os
from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.ledger.store import Ledger  # brings SQLAlchemy: 0.5 s

FILENAME = "syndication.json"


def write(ledger: Ledger, folder: Path, *, internal: Container[str] = ()) -> bool:
    """Writes ``folder``/syndication.json, article id to its posts with a public address; channels in
    ``internal`` are left out. False when nothing changed, and then the file is not touched; a damaged one is made
    anew."""
    path = folder / FILENAME
    text = json.dumps(_posts(ledger, internal), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    if path.is_file() and path.read_bytes() == text.encode():
        return False
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f".{FILENAME}.new"
    with new.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    return True


def _posts(ledger: Ledger, internal: Container[str]) -> dict[str, list[dict[str, str]]]:
    posts: dict[str, list[dict[str, str]]] = {}
    for article, network, channel, url in ledger.addresses():
        if url.startswith(("http://", "https://")) and channel not in internal:
            posts.setdefault(article, []).append({"network": network, "channel": channel, "url": url})
    return posts
