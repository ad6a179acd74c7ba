"""The files of a built site, their order of travel, and the list of digests that the target keeps."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath

from publisher.errors import DeployFault
from publisher.messages import msg

DIGESTS = "kentongan-files.json"
IDENTITY = "kentongan.json"
PREVIEW = ".kentongan-preview"
PART = ".kentongan-part"
VERSION = 1
# a file that is under way: what stands on the target is not known, only that it is ours
UNDER_WAY = ""

# folders and pages that point to other pages: they come after what they point to
LIST_FOLDERS = frozenset({"arsip", "cari", "feeds", "kategori", "pagefind", "penulis", "tag"})
LIST_PAGES = frozenset({"index.html", "berita/index.html", "layanan/index.html"})
LIST_ENDINGS = (".xml", ".txt", "_redirects", ".htaccess")
PAGE_ENDINGS = (".html", ".htm")
ARTICLE_PAGE = re.compile(r"(?:[a-z]{2}/)?berita/[^/]+/index\.html")


def digest(data: bytes) -> str:
    """The digest that the list holds of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def is_plain(path: str) -> bool:
    """Whether ``path`` is relative, stays below its folder and can be named on any target."""
    parts = path.split("/")
    if any(p in ("", ".", "..") for p in parts) or "\\" in path or PureWindowsPath(path).drive:
        return False
    return not any(ord(c) < 32 or ord(c) == 127 or 0xD800 <= ord(c) < 0xE000 for c in path)


def site_files(output: Path) -> dict[str, str]:
    """The digest of every file of the built site, by its path with "/" between the parts.

    Raises DeployFault for a folder that is no site, for a preview, and for what must not leave the house.
    """
    if (output / PREVIEW).exists():
        raise DeployFault(
            msg(
                "{folder} is a preview: it shows drafts and what is under embargo, and is never deployed.",
                folder=str(output),
            )
        )
    if not (output / "index.html").is_file():
        raise DeployFault(
            msg("There is no site in {folder}; run `kentongan build` before it is deployed.", folder=str(output))
        )
    with _readable(output):
        return {path: _digest_of(output / path) for path in sorted(_walk(output, ""))}


def read(output: Path, path: str) -> bytes:
    """The bytes of a file of the built site."""
    with _readable(output):
        return (output / path).read_bytes()


def article_pages(paths: Iterable[str]) -> tuple[str, ...]:
    """The folders of those ``paths`` that are pages of articles."""
    return tuple(p.removesuffix("index.html") for p in sorted(paths) if ARTICLE_PAGE.fullmatch(p))


def in_order(paths: Iterable[str], known: Collection[str]) -> list[str]:
    """``paths`` in the order that never leaves a dead link: files that pages show, pages (new ones first,
    since a changed one may point or redirect to them), then the lists."""
    return sorted(paths, key=lambda p: (_rank(p), p in known, p))


def in_the_way(gone: Collection[str], sent: Collection[str]) -> list[str]:
    """Those of ``gone`` that must go first: files where a folder has to be, and the other way round."""
    above = {a for p in sent for a in _above(p)}
    wanted = set(sent)
    return sorted(p for p in gone if p in above or not wanted.isdisjoint(_above(p)))


def read_list(raw: bytes | None) -> dict[str, str] | None:
    """The digests in the target's list, None when there is none or it is damaged."""
    if raw is None:
        return None
    try:
        data = json.loads(raw)
        version, files = data["version"], data["files"]
        sound = version == VERSION and all(is_plain(p) and isinstance(d, str) for p, d in files.items())
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return dict(files) if sound else None


def write_list(files: Mapping[str, str]) -> bytes:
    """The bytes of the list; the same files give the same bytes."""
    text = json.dumps({"version": VERSION, "files": files}, ensure_ascii=False, indent=1, sort_keys=True)
    return (text + "\n").encode()


@contextmanager
def _readable(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise DeployFault(
            msg(
                "The built site cannot be read ({detail}); run `kentongan build`, then deploy again.",
                detail=fault.strerror or str(fault),
            ),
            where=str(fault.filename or output),
        ) from fault


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            path = prefix + entry.name
            if not is_plain(path):
                raise DeployFault(msg("The name {name} cannot stand in an address; rename the file.", name=repr(path)))
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(Path(entry.path), path + "/")
            elif not entry.is_file(follow_symlinks=False):
                raise DeployFault(
                    msg("{path} is a link or no file at all; a site is made of files and folders only.", path=path)
                )
            elif path in (DIGESTS, IDENTITY) or path.endswith(PART):
                raise DeployFault(msg("The name {name} is kept for the deploy; rename the file.", name=path))
            else:
                yield path


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _rank(path: str) -> int:
    if path[2:3] == "/" and path[:2].isascii():  # en/…, as its Indonesian sister
        path = path[3:]
    top, slash, _ = path.partition("/")
    if path in LIST_PAGES or (slash and top in LIST_FOLDERS) or (not slash and path.endswith(LIST_ENDINGS)):
        return 2
    return 1 if path.endswith(PAGE_ENDINGS) else 0


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
