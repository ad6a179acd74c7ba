"""A small office with a project folder of its own, and the means to build and look at its site."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from plugins.run import Built, build
from publisher.settings import Settings, load

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("tentang", "kontak", "langganan", "kanal-resmi", "zona-integritas", "aksesibilitas", "privasi", "pedoman")
OFFICE = """\
name = "Kantor Contoh"
short = "Contoh"
title = "Kabar Contoh"
description = "Berita layanan."
url = "https://humas.contoh.go.id"
"""
FRONT = """\
---
id: {id}
title: {title}
date: {date}
authors: ["Siti Aminah, S.Ag., M.Pd.", "Budi"]
category: Pelayanan
tags: [{tags}]
summary: Ringkas.
{more}---

{body}
"""
SERVICE = """\
---
id: ptsp
name: Pelayanan Terpadu Satu Pintu
innovation: yes
---

Satu meja.
"""


@dataclass(frozen=True, slots=True)
class Office:
    """A project folder: ``article`` and the others write content, ``build`` makes the site of it."""

    root: Path
    now: datetime

    @property
    def settings(self) -> Settings:
        return load(self.root, {})

    @property
    def output(self) -> Path:
        return self.root / "output"

    def write(self, path: str, text: str) -> Path:
        file = self.root / "content" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def article(
        self,
        slug: str,
        body: str = "Isi berita.",
        *,
        date: str = "2026-11-20 08:00",
        more: str = "",
        title: str = "",
        tags: str = "layanan, haji",
    ) -> Path:
        given = {"id": f"20261101-{slug}", "title": title or slug.replace("-", " ").capitalize(), "date": date}
        text = FRONT.format(**given, tags=tags, more=more and more + "\n", body=body)
        return self.write(f"berita/2026/{slug}.md", text)

    def picture(self, path: str, colour: str = "green") -> None:
        file = self.root / "content" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (1200, 800), colour).save(file)

    def build(self, *, preview: bool = False, now: datetime | None = None) -> Built:
        settings = self.settings
        if preview:
            settings = replace(settings, output=settings.state / "preview")
        return build(settings, now or self.now, preview=preview)

    def page(self, path: str) -> str:
        return (self.output / path / "index.html").read_text(encoding="utf-8")


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder`` with its bytes."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def project(root: Path) -> Path:
    """A project folder with the shipped theme and Pelican settings, an office and no news."""
    root.mkdir(parents=True)
    shutil.copy(ROOT / "pelicanconf.py", root)
    shutil.copytree(ROOT / "theme", root / "theme")
    (root / "office.toml").write_text(OFFICE, encoding="utf-8")
    return root


@pytest.fixture
def office(tmp_path: Path, now: datetime) -> Office:
    """An office with its standing pages, one service and one article."""
    made = Office(project(tmp_path / "kantor"), now)
    for slug in PAGES:
        made.write(f"halaman/{slug}.md", f"---\ntitle: {slug}\n---\n\nIsi {slug}.\n")
    made.write("layanan/ptsp.md", SERVICE)
    made.article("urus-surat", "Datang ke [PTSP](../../layanan/ptsp.md).", more="services: [ptsp]")
    return made
