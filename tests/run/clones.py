"""A clone of the project in a folder of its own, and the command run in it as a person runs it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tests.loopback import free_port

ROOT = Path(__file__).parent.parent.parent
PARTS = ("content", "theme", "plugins", "publisher")
SECRETS = {
    "KENTONGAN_MASTODON_TOKEN": "mock_token",
    "KENTONGAN_X_API_KEY": "fake-x-api-key",
    "KENTONGAN_X_API_SECRET": "fake-x-api-secret",
    "KENTONGAN_X_ACCESS_TOKEN": "4711-fake-x-access-token",
    "KENTONGAN_X_ACCESS_SECRET": "fake-x-access-secret",
}


@dataclass
class Clone:
    """The project in ``folder``; ``port`` is where its site is served."""

    folder: Path
    port: int = field(default_factory=free_port)
    secrets: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, lang: str = "en", kill: tuple[str, str, int] | None = None) -> Any:
        """`kentongan` in a process of its own; with ``kill`` through killed.py."""
        trap = [str(Path(__file__).with_name("killed.py")), *map(str, kill)] if kill else ["-m", "publisher"]
        return subprocess.run(
            [sys.executable, "-W", "error", *trap, *arguments],
            cwd=self.folder,
            env=self.environ(lang),
            capture_output=True,
            encoding="utf-8",
            timeout=240,
            check=False,
        )

    def environ(self, lang: str = "en") -> dict[str, str]:
        """The environment of a command in this clone."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("KENTONGAN_", "SOURCE_DATE"))}
        own = {"PYTHONPATH": str(self.folder), "KENTONGAN_LANG": lang, "COLUMNS": "200"}
        return {**kept, **self.secrets, **own, "KENTONGAN_URL": f"http://127.0.0.1:{self.port}"}

    def json(self, *arguments: str, **kwargs: Any) -> Any:
        """What the command prints with --json."""
        done = self.run(*arguments, "--json", **kwargs)
        return json.loads(done.stdout)

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert old in text, path
        file.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")

    def write(self, path: str, text: str | bytes) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def noticeboard(self) -> list[str]:
        """The posts that hang on the notice board."""
        board = self.folder / ".kentongan" / "noticeboard"
        return sorted(p.name for p in board.glob("*-*-*-*-*.html"))

    def digest(self, *skip: str) -> dict[str, str]:
        """Every file of the clone by its content, but the folders in ``skip``."""
        files = (p for p in self.folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
        named = ((p.relative_to(self.folder).as_posix(), p) for p in files)
        return {n: hashlib.sha256(p.read_bytes()).hexdigest() for n, p in named if not n.startswith(skip or ("\0",))}


ARTICLE = """\
---
id: {id}
title: {title}
date: 2026-11-20 08:00
slug: {slug}
category: Layanan
tags: [uji]
authors: [Humas]
place: Slawi
summary: Ringkasan berita.
services: [ptsp]
source: Uji
{more}---

Isi berita tentang layanan.
"""


def article(slug: str, *, id: str = "", title: str = "Judul Berita", more: str = "") -> str:
    """A whole article file."""
    return ARTICLE.format(id=id or f"20261120-{slug[:5]:a<5}", title=title, slug=slug, more=more)


def copy(folder: Path, parts: tuple[str, ...] = PARTS) -> None:
    ignore = shutil.ignore_patterns("__pycache__")
    for part in parts:
        shutil.copytree(ROOT / part, folder / part, ignore=ignore)
    for name in ("office.toml", "pelicanconf.py"):
        shutil.copy2(ROOT / name, folder)


def wait_for(url: str, process: Any) -> None:
    """Until the server answers."""
    import time

    deadline = time.monotonic() + 60
    while True:
        try:
            with urlopen(url, timeout=5):
                return
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < deadline, url
            time.sleep(0.05)


def ask(url: str, token: str = "") -> Any:
    request = Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    with urlopen(request, timeout=10) as answer:
        return json.load(answer)


def toots(address: str) -> list[str]:
    """The texts on the Mastodon account, all pages of it."""
    account = ask(f"{address}/api/v1/accounts/verify_credentials", "mock_token")["id"]
    found: list[Any] = []
    more = ""
    while page := ask(f"{address}/api/v1/accounts/{account}/statuses?limit=40{more}", "mock_token"):
        found += page
        more = f"&max_id={page[-1]['id']}"
    return [f"{s['content']} {s.get('text') or ''}" for s in found]
