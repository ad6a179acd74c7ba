"""A new article: a draft with an id, today's date and every field explained."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from publisher.content._characters import clean
from publisher.content._files import NEWS, walk, why
from publisher.content.ids import mint_id
from publisher.errors import ContentFault, MachineFault
from publisher.messages import msg
from publisher.slugs import slugify

# A new article as the editor finds it. Content is Indonesian, so this text is no message to translate.
_NEW = """\
---
# Nomor tetap berita ini. Jangan diubah.
id: {id}
# Judul: kalimat aktif, paling banyak 8 kata.
title: {title}
# Waktu terbit (WIB). Waktu yang akan datang menahan berita sampai saat itu.
date: {date}
# Bagian akhir alamat berita. Kalau sudah terbit dan harus diganti, tulis yang lama di "former".
slug: {slug}
# draft: belum terbit. published: terbit. hidden: tidak masuk daftar. withdrawn: ditarik.
status: draft
# Ringkasan satu atau dua kalimat: apa manfaatnya bagi warga.
summary:
# Kategori, satu saja.
category:
# Label, dipisah koma.
tags:
# Penulis, satu baris satu nama, misalnya:
#   - Siti Aminah, S.Ag.
authors:{authors}
# Penyunting dan pemotret.
editor:
photographer:
# Tempat kejadian, misalnya Slawi.
place:
# Layanan yang diberitakan: nama berkas di content/layanan/ tanpa ".md", misalnya [ptsp].
services:
# Sumber fakta: alamat web atau nama dokumen.
source:
# Gambar utama: nama berkas di folder yang sama dengan berita ini.
image:
# Isi gambar dalam kata-kata, untuk pembaca tunanetra. Wajib kalau ada gambar.
image_alt:
image_caption:
image_credit:
# Izin orang yang tampak: none needed, atau nomor berkas izin dalam tanda kutip: "held: 12/2026".
image_consent:
# Berita ditahan sampai waktu ini (kosong: tidak ditahan).
embargo:
---

"""


def new_article(folder: Path, title: str, now: datetime, *, author: str = "") -> Path:
    """Writes a draft with a minted id and gives its path; never overwrites a file.

    ``now`` is in the site's zone. Raises ContentFault for a title without words, MachineFault when the
    file cannot be written.
    """
    said = " ".join(clean(title).split())
    stem = slugify(said) or (mint_id(now) if said else "")
    if not stem:
        raise ContentFault(msg('The title is empty; write it behind the command: kentongan new "Title".'))
    place = folder / NEWS / f"{now:%Y}"
    try:
        place.mkdir(parents=True, exist_ok=True)
        names = {p.rsplit("/", 1)[-1][:-3].casefold() for p in walk(folder / NEWS) if p.lower().endswith(".md")}
        slug, count = stem, 1
        while slug in names:
            count += 1
            slug = f"{stem}-{count}"
        path = place / f"{slug}.md"
        writer = " ".join(clean(author).split())
        text = _NEW.format(
            id=mint_id(now),
            title=_quoted(said),
            date=f"{now:%Y-%m-%d %H:%M}",
            slug=slug,
            authors=f"\n  - {_quoted(writer)}" if writer else "",
        )
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as fault:
        raise MachineFault(msg("The file cannot be written: {detail}", detail=why(fault)), where=str(place)) from fault
    return path


def _quoted(text: str) -> str:
    """``text`` as a quoted YAML value; JSON's strings are YAML's."""
    return json.dumps(text, ensure_ascii=False)
