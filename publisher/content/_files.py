"""The files of the content folder: which are read, in which order, and what is wrong with their names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from publisher.article import Finding
from publisher.errors import MachineFault, UsageFault
from publisher.messages import msg

NEWS, REGISTER, PAGES, DATA = "berita", "layanan", "halaman", "data"
READ = (NEWS, REGISTER, PAGES)


def files(folder: Path) -> tuple[list[str], list[Finding]]:
    """The Markdown files below ``folder`` in the order of their paths, and what is wrong with names."""
    if not folder.is_dir():
        raise missing(folder)
    found: list[Finding] = []
    paths: list[str] = []
    for path in sorted(walk(folder)):
        if not _says_something(path, found):
            continue
        if path.split("/", 1)[0] in READ and "/" in path:
            paths.append(path)
        elif not path.startswith(f"{DATA}/"):
            found.append(
                Finding(
                    "place",
                    "advice",
                    msg(
                        "This file is not read; news belong into berita/, services into layanan/, pages into halaman/."
                    ),
                    path,
                )
            )
    _same_but_case(paths, found)
    if not any(p.startswith(f"{NEWS}/") for p in paths):
        found.append(
            Finding(
                "empty",
                "error",
                msg("There is no article in the content folder; write one with `kentongan new`."),
                NEWS,
            )
        )
    return paths, found


def missing(folder: Path) -> UsageFault:
    """The fault that there is no content folder where one is wanted."""
    return UsageFault(
        msg("There is no content folder {folder}; run the command in the project's folder.", folder=str(folder))
    )


def walk(folder: Path) -> Iterator[str]:
    """Every file that is not hidden and no editor's backup, as a content-relative path."""

    def refuse(fault: OSError) -> None:
        raise MachineFault(
            msg("The folder {folder} cannot be read: {detail}", folder=str(fault.filename), detail=why(fault))
        )

    for top, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [f for f in folders if not f.startswith(".")]
        base = Path(top).relative_to(folder).as_posix()
        for name in files:
            if not name.startswith((".", "~", "#")) and not name.endswith(("~", ".swp", ".tmp", ".bak")):
                yield name if base == "." else f"{base}/{name}"


def _says_something(path: str, found: list[Finding]) -> bool:
    """Whether the file at ``path`` is Markdown with a usable name."""
    lower = path.lower()
    if not lower.endswith(".md"):
        if lower.endswith((".md.txt", ".markdown", ".mdown")):
            found.append(
                Finding("place", "advice", msg("This file is not read; its name must end in “.md”."), _printable(path))
            )
        return False
    if _printable(path) != path:
        found.append(
            Finding(
                "place",
                "error",
                msg("The file's name holds characters that cannot be shown; rename it."),
                _printable(path),
            )
        )
        return False
    return True


def _printable(path: str) -> str:
    return path if path.isprintable() else "".join(c if c.isprintable() else "?" for c in path)


def _same_but_case(paths: Sequence[str], found: list[Finding]) -> None:
    """Two names that Windows takes for one."""
    seen: dict[str, str] = {}
    for path in paths:
        other = seen.setdefault(path.casefold(), path)
        if other != path:
            found.append(
                Finding(
                    "place",
                    "advice",
                    msg(
                        "The name differs from {other} in upper and lower case only; Windows keeps one of them: "
                        "rename it.",
                        other=other,
                    ),
                    path,
                )
            )


def why(fault: OSError) -> str:
    """The system's own word for a fault of a file."""
    return fault.strerror or type(fault).__name__
