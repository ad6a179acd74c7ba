"""Clones of the project, and the peers they post to."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.run.clones import CHANNELS, Clone, article, copy, free_port, wait_for


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
    process = subprocess.Popen([sys.executable, str(CHANNELS / "fake_x.py")], stdout=subprocess.PIPE, encoding="utf-8")
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait()
    process.stdout.close()


@pytest.fixture
def mastodon_server(tmp_path: Path) -> Iterator[str]:
    """A mastodon-mock, a process of its own; its token is mock_token."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [
        sys.executable,
        "-m",
        "mastodon_mock",
        "serve",
        "--in-memory",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with (tmp_path / "mastodon.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path)
        try:
            wait_for(f"{address}/api/v2/instance", process)
            yield address
        finally:
            process.terminate()
            process.wait()


@pytest.fixture
def peers(mastodon_server: str, x_server: str) -> tuple[str, str]:
    """The addresses of Mastodon and X."""
    return mastodon_server, x_server
