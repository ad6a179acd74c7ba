"""Whole sites as files, for the checks of outside tools: the shipped content, the same with its lists divided as those
of a large archive are, and one that tries everything."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

from plugins.run import build
from publisher.settings import load

ROOT = Path(__file__).resolve().parents[2]
NPM = ROOT / "tests/npm/node_modules"
URL = "https://humas.example.go.id"
KINDS = ("shipped", "divided", "nasty")
TEXTS = {".html", ".xml", ".json", ".txt", ".opml"}

OFFICE = """
address = "Jalan Ahmad Yani 1 & 2, Slawi"
hours = "Senin–Jumat 08.00–15.00 WIB"
phone = "0283 111111"
whatsapp = "+62 812-0000-0000"
email = "humas@example.go.id"
google_news = "preferred"

[[accounts]]
network = "Instagram"
name = "@kantor"
url = "https://www.instagram.com/kantor/"

[[accounts]]
network = "X"
name = "@kantor"
url = "https://x.com/kantor"
"""
DIVIDED = {"publisher.build.periods": {"LIMIT": 3, "NEWEST": 2}, "plugins.letters": {"ONE_PAGE": 1}} | {
    "publisher.build.letters": {"ONE_PAGE": 1}
}
TITLE = "</script><script>alert(1)</script> ]]> & <b>“kutip”</b> \"'` &amp; &lt;i"
BODIES = {
    "tabel": "| a | b |\n|:--|--:|\n| 1 | 2 |\n\nTeks.",
    "naskah": "<script>alert(1)</script>\n\nTeks <b onclick='x()'>tebal</b>.",
    "bingkai": "<iframe src='https://video.example/1?a=1&b=2' width=560></iframe>\n\nTeks.",
    "terbuka": "<div><p>satu <b>dua\n\n</section></main></body><table><tr><td>x",
    "usang": "<center><font color=red>x</font></center><marquee>y</marquee> <big>z</big>",
    "alamat": "[a](<http://a.id/b c>) [b](javascript:x) [c](http://[::1) <a href='//x y'>d</a> [e](?a=b|c)",
    "tanda": "<p id='s-isi'>a</p><p id='b c'>b</p><p id=''>c</p><p id='d'>d</p><p id='d'>e</p>",
    "gambar": "<img src='data:image/png;base64,AAAA'> <img src='https://lain.example/x y.png' width=abc height='10px'>",
    "bahasa": "[السلام **عليكم**]{lang=ar} [matur nuwun]{lang=jv} <span lang='x y'>z</span>",
    "angka": "<table><tr><td colspan=0 rowspan=-1>x</table><ol start=x><li value=y>z</ol><time datetime=kapan>t</time>",
    "daftar": "<dl><p>x</p></dl> <ul><p>y</p></ul> <li>z</li> <dt>a</dt> <figcaption>b</figcaption>",
    "judul": "# Satu\n\n#### Empat\n\n######\n\n<h1>x</h1><h6>y</h6><h2></h2>",
    "media": "<video src='v.mp4' width='x'></video> <audio></audio> <source src=x> <picture><p>y</p></picture>",
    "isian": "<form action='/x'><input name=a><button>b</button></form><details><p>c</p></details>",
    "kode": "```html\n<script>alert(1)</script>\n```\n\n`<b>` &nbsp; &#0; &#x80; &bogus; \u200f\ufeff",
    "bersarang": "<a href='https://a.id'>x <a href='https://b.id'>y</a></a> <p><p>z</p></p> <em><p>q</p></em>",
    "catatan": "Teks[^1] dan lagi[^1].\n\n[^1]: Catatan & *lain*.\n\nTerm\n:   Arti\n\n*[WBK]: Wilayah\n\nWBK.",
    "kosong": "",
}


@dataclass(frozen=True, slots=True)
class Built:
    """A site in ``folder`` as it stands at URL."""

    folder: Path

    @property
    def pages(self) -> list[Path]:
        """Every page."""
        return sorted(self.folder.rglob("*.html"))


def make(kind: str, root: Path, now: datetime) -> Built:
    """Builds a site of one of KINDS below ``root``."""
    ignore = shutil.ignore_patterns("berita") if kind == "nasty" else None
    shutil.copytree(ROOT / "content", root / "content", ignore=ignore)
    shutil.copytree(ROOT / "theme", root / "theme")
    shutil.copy(ROOT / "pelicanconf.py", root)
    office = (ROOT / "office.toml").read_text(encoding="utf-8")
    if kind == "nasty":
        empty = ("address", "hours", "phone", "whatsapp", "email", "google_news")
        lines = [n for n in office.splitlines() if n.partition(" =")[0] not in empty]
        first = next(i for i, n in enumerate(lines) if n.startswith("["))
        office = "\n".join([*lines[:first], OFFICE, *lines[first:]])
        _write_nasty(root / "content/berita/2026")
    (root / "office.toml").write_text(office, encoding="utf-8")
    settings = load(root, {}, url=URL)
    with ExitStack() as small:
        for module, limits in DIVIDED.items() if kind == "divided" else ():
            small.enter_context(patch.multiple(module, **limits))
        build(settings, now)
    return Built(settings.output)


def copied(built: Built, folder: Path, url: str) -> Path:
    """The same site in ``folder`` as if it had been built for the address ``url``."""
    shutil.copytree(built.folder, folder)
    for path in (p for p in folder.rglob("*") if p.suffix in TEXTS):
        path.write_text(path.read_text(encoding="utf-8").replace(URL, url), encoding="utf-8")
    return folder


GONE = """---
id: 20261101-ditarik
title: 'Berita {title}'
date: 2026-11-03 08:00
slug: n-ditarik
status: withdrawn
withdrawn: {{date: 2026-11-05, text: '{title}'}}
---

Rahasia.
"""
# enough plain Indonesian that the checker, which guesses by chance, does not take the page for Malay
OLD = """---
id: lama
name: 'Antrean {title}'
aliases: ['{title}']
kind: replikasi
status: berhenti
since: 2018-01-02
until: 2026-06-30
moved_to: '{title}'
requirements: ['{title}', KTP]
cost: Gratis
duration: '{title}'
place: Meja depan
link: https://contoh.go.id/a?b=1&c='"
complaint: '{title} https://contoh.go.id/lapor'
legal_basis: [UU 25/2009]
benefit: {{before: '{title}', after: 1 hari, source: 'https://contoh.go.id/x?a=1&b=2', date: 2026-05-01}}
replicated_by: ['{title}']
summary: '{title}'
updated: 2026-07-01
---

<center>Usang</center>

Layanan ini berhenti karena kantor mengganti antrean kertas dengan antrean daring. Silakan datang ke meja depan
kalau Anda butuh bantuan; petugas kami bisa menjelaskan cara mendaftar, kapan harus datang, dan apa saja yang
perlu dibawa.

Kantor buka hari Senin sampai Jumat. Warga tidak perlu bayar karena semua gratis. Kalau mau tahu nomor antrean,
cukup buka ponsel di rumah; tidak usah naik sepeda motor atau mobil ke kantor cuma untuk ambil nomor, karena
sekarang bisa diambil kapan saja.
"""


def _write_nasty(folder: Path) -> None:
    folder.mkdir(parents=True)
    quoted = TITLE.replace("'", "''")
    (folder / "ditarik.md").write_text(GONE.format(title=quoted), encoding="utf-8")
    (folder.parents[1] / "layanan/lama.md").write_text(OLD.format(title=quoted), encoding="utf-8")
    for number, (slug, body) in enumerate(BODIES.items()):
        title = TITLE.replace("'", "''") + f" {slug}"
        more = "" if slug == "kosong" else f"summary: '{title}'\ntags: ['{title[:40]}', layanan]\nplace: '{title}'\n"
        translated = f"lang: en\ntranslation_of: 20261101-{list(BODIES)[number - 1]}\n" if number % 5 == 4 else ""
        notes = f"correction: [{{date: 2026-11-20, text: '{title}'}}]\nsource: '{title}'\neditor: '{title}'\n"
        front = f"id: 20261101-{slug}\ntitle: '{title}'\ndate: 2026-11-{number + 1:02} 08:00\nslug: n-{slug}\n"
        people = f"authors: ['{title}', 'Budi, S.Ag.']\ncategory: 'Layanan & <b>warga</b>'\nservices: [ptsp]\n"
        text = f"---\n{front}{people}{more}{translated}{notes}---\n\n{body}\n"
        (folder / f"{slug}.md").write_text(text, encoding="utf-8")
