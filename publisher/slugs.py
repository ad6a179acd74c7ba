"""Slugs: what the last part of an address may be, how one is made of a text, and which ones are taken."""

from __future__ import annotations

import re
import unicodedata

# The first part of addresses that the site uses itself; a standing page may not take one. "layanan" is missing: it is
# the address of the page with the template "register".
TAKEN = frozenset(
    [
        *("404", "arsip", "berita", "berkas", "cards", "cari", "en", "feeds", "gambar", "id", "indeks", "kategori"),
        *("penulis", "sitemap", "tag", "theme"),
    ]
)
# Names that Windows gives to no file or folder, whatever their ending (learn.microsoft.com, "Naming files").
DEVICES = frozenset(["con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))])
LENGTH = 80  # of a slug that is made; one that is written may be longer
SLUG = re.compile(r"[a-z0-9-]{1,120}")


def slugify(text: str) -> str:
    """``text`` as the last part of an address: ASCII, lower case, dashes; "" when nothing is left."""
    folded = unicodedata.normalize("NFKD", text.replace("'", "").replace("’", "")).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", folded.lower())
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:LENGTH]
        if len(longer) > LENGTH:
            break
        slug = longer
    return f"{slug}-1" if slug in DEVICES else slug
