"""What a file's name says of it: its type, and how long it may be kept; for servers and stores that must be told.

A table of our own: the one of the machine differs from machine to machine (Windows keeps it in its registry).
"""

from __future__ import annotations

# Pages and lists are asked for each time, so that a correction is seen at once; a picture keeps its name when
# it changes, so it may not be kept for ever.
ASK = "no-cache"
KEEP = (
    ("theme/", "public, max-age=3600"),
    ("cards/", "public, max-age=86400"),
    ("gambar/", "public, max-age=86400"),
)

UNKNOWN = "application/octet-stream"

TYPES = {
    "avif": "image/avif",
    "css": "text/css; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "gif": "image/gif",
    "gz": "application/gzip",
    "htm": "text/html; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "ico": "image/vnd.microsoft.icon",
    "ics": "text/calendar; charset=utf-8",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "m4a": "audio/mp4",
    "md": "text/markdown; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "ogg": "audio/ogg",
    "opml": "text/x-opml; charset=utf-8",
    "opus": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml; charset=utf-8",
    "ttf": "font/ttf",
    "txt": "text/plain; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "wasm": "application/wasm",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webmanifest": "application/manifest+json; charset=utf-8",
    "webp": "image/webp",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "xml": "application/xml; charset=utf-8",
    "xsl": "text/xsl; charset=utf-8",
    "zip": "application/zip",
}


def content_type(path: str) -> str:
    """The Content-Type of the file ``path``, in UTF-8 where it is text."""
    return TYPES.get(path.rpartition("/")[2].rpartition(".")[2].lower(), UNKNOWN)


def media_type(path: str) -> str:
    """The same without the character set."""
    return content_type(path).partition(";")[0]


def cache_control(path: str) -> str:
    """How long browsers and caches between may keep the file ``path`` of the site."""
    return next((how for folder, how in KEEP if path.startswith(folder)), ASK)
