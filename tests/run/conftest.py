"""Clones of the project, and the peers they post to."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.channels._servers import mastodon, running
from tests.run.clones import Clone, article, copy


@pytest.fixture
def write_article() -> Callable[..., str]:
    return article


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """The project with its real content."""
    folder = tmp_path / "klona"
    folder.mkdir()
    copy(folder)
    return Clone(folder)


@pytest.fixture
def small(tmp_path: Path) -> Clone:
    """The project with the register, the pages and two articles, for everything that needs no more."""
    folder = tmp_path / "kecil"
    folder.mkdir()
    copy(folder)
    shutil.rmtree(folder / "content" / "berita")
    for page in ("kontak", "zona-integritas"):  # they link to articles
        (folder / "content" / "halaman" / f"{page}.md").write_text(
            f"---\ntitle: {page}\nslug: {page}\ntemplate: {page}\n---\n\nIsi.\n", encoding="utf-8"
        )
    made = Clone(folder)
    made.write("content/berita/2026/satu.md", article("satu", title="Berita Satu"))
    made.write("content/berita/2026/dua.md", article("dua", title="Berita Dua"))
    return made


@pytest.fixture
def x_server() -> Iterator[str]:
    """A strict copy of X, a process of its own."""
    with running("fake_x.py") as address:
        yield address


@pytest.fixture
def mastodon_server(tmp_path: Path) -> Iterator[str]:
    """A mastodon-mock, a process of its own; its token is mock_token."""
    with mastodon(tmp_path) as address:
        yield address


@pytest.fixture
def peers(mastodon_server: str, x_server: str) -> tuple[str, str]:
    """The addresses of Mastodon and X."""
    return mastodon_server, x_server
