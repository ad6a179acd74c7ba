"""A newsroom's archive made up from a seed: articles in Indonesian-like words, and pictures beside them.

    python benchmarks/corpus.py 10000 FOLDER [--no-pictures]
    python benchmarks/corpus.py --add 1 FOLDER

Article n is the same whatever the count, so 1,000 are the first of 10,000. ``--add n`` writes one more article,
newer than all of them. FOLDER is a content folder; 12 categories, 48 tags and 20 authors share five years.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image, ImageFilter


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


CATEGORIES = (
    "Layanan",
    "Inovasi",
    "Haji & Umrah",
    "Pernikahan",
    "Madrasah",
    "Pesantren",
    "Zakat & Wakaf",
    "Kerukunan",
    "Penyuluhan",
    "Pengaduan",
    "Kepegawaian",
    "Zona Integritas",
)
_THINGS = _words("antrean arsip berkas bimbingan biaya formulir gedung guru jadwal kantor kuota loket")
_SIDES = ("daring", "desa", "gratis", "terpadu")
TAGS = tuple(f"{thing} {side}" for thing in _THINGS for side in _SIDES)
_FIRST = _words("Aminah Burhan Citra Darmawan Endah Fauzi Gunarti Hasan Ismail Junaidi")
_LAST = ("Wardani, S.Ag.", "Prakoso, M.Pd.I")
AUTHORS = tuple(f"{first} {last}" for first in _FIRST for last in _LAST)
SERVICES = ("ptsp", "plhut", "pengaduan-online", "bimwin-smart")
PLACES = ("Slawi", "Adiwerna", "Margasari", "Bumijawa", "Kramat", "Pangkah")

NOUNS = _words(
    """warga petugas kepala jamaah pasangan siswa santri penyuluh layanan surat meja waktu hasil data laporan
rapat ruang lembar jawaban keluhan nomor hari pekan bulan desa kecamatan kabupaten madrasah masjid pesantren akad
buku paspor tabungan pelatihan pembinaan penilaian perbaikan perubahan kemudahan kepastian keterbukaan"""
)
VERBS = _words(
    """menerima mengurus membawa mengisi menunggu membuka menutup mencatat menjawab menjelaskan mengantar
memeriksa menyerahkan mengambil membantu melayani menyiapkan memperbaiki membandingkan menghitung"""
)
SMALL = _words(
    """di ke dari untuk dengan pada oleh serta agar karena sebelum setelah tanpa tentang kepada yang itu ini sudah
belum akan dapat tidak lebih hanya juga semua setiap beberapa"""
)

# what a corpus covers
BEGIN = datetime(2021, 11, 1, 6, 0)  # noqa: DTZ001 - the front matter is in the office's zone
SPAN = timedelta(days=5 * 365)
PICTURES = 200
SIZE = (1600, 900)


@dataclass(frozen=True, slots=True)
class Piece:
    """One article: the file below the content folder and what stands in it."""

    path: str
    text: str
    picture: str


def piece(number: int, *, newest: bool = False, illustrated: bool = True) -> Piece:
    """Article ``number``; with ``newest`` it is dated after all others, ``illustrated`` it names its picture."""
    chance = random.Random(f"article {number}")
    words = [chance.choice(NOUNS if n % 3 else VERBS) for n in range(1, chance.randint(6, 9))]
    title = " ".join(word.capitalize() for word in words)
    slug = "-".join([*words, f"{number:05}"])
    second = chance.randrange(int(SPAN.total_seconds()) // 60) * 60
    date = BEGIN + SPAN + timedelta(minutes=1 + number % 10_000) if newest else BEGIN + timedelta(seconds=second)
    picture = f"gambar-{number % PICTURES:03}.png"
    front = {
        "id": f"{date:%Y%m%d}-{number:05}",
        "title": title,
        "date": f"{date:%Y-%m-%d %H:%M}",
        "slug": slug,
        "category": f'"{chance.choice(CATEGORIES)}"',
        "tags": f"[{', '.join(sorted(chance.sample(TAGS, chance.randint(2, 4))))}]",
        "authors": f'["{chance.choice(AUTHORS)}"]',
        "place": chance.choice(PLACES),
        "summary": _sentence(chance, 16),
        "services": f"[{', '.join(sorted(chance.sample(SERVICES, chance.randint(0, 2))))}]",
        "status": "published",
    }
    if illustrated:
        front |= {"image": f"/berita/bersama/{picture}", "image_alt": "Warga di meja layanan"}
    body = "\n\n".join(_paragraphs(chance, number))
    lines = "".join(f"{key}: {value}\n" for key, value in front.items())
    return Piece(f"berita/{date:%Y}/{slug}.md", f"---\n{lines}---\n\n{body}\n", picture)


def _paragraphs(chance: random.Random, number: int) -> Iterator[str]:
    """400 to 700 words in paragraphs, with headings, lists, quotations, links, and in every fifth a table."""
    yield f"**{chance.choice(PLACES)} (Humas)** – {_sentences(chance, 3)}"
    left = chance.randint(400, 700)
    table = number % 5 == 0
    while left > 0:
        yield f"## {' '.join(chance.choice(NOUNS).capitalize() for _ in range(chance.randint(3, 5)))}"
        for _ in range(chance.randint(2, 3)):
            text = _sentences(chance, chance.randint(3, 5))
            if chance.random() < 0.4:
                text += f" Lihat [layanan ini](/layanan/{chance.choice(SERVICES)}.md)."
            left -= text.count(" ")
            yield text
        kind = chance.random()
        if kind < 0.3:
            yield "\n".join(f"- {_sentence(chance, 7)}" for _ in range(chance.randint(3, 5)))
        elif kind < 0.5:
            yield "\n".join(f"{n}. {_sentence(chance, 7)}" for n in range(1, chance.randint(4, 6)))
        elif kind < 0.65:
            yield f"> {_sentence(chance, 12)}"
        if table:
            rows = [f"| {chance.choice(NOUNS)} | {chance.randint(1, 99)} | {chance.randint(1, 99)} |" for _ in range(5)]
            yield "\n".join(["| Layanan | Sebelum | Sesudah |", "| --- | ---: | ---: |", *rows])
            table = False


def _sentences(chance: random.Random, count: int) -> str:
    return " ".join(_sentence(chance, chance.randint(9, 18)) for _ in range(count))


def _sentence(chance: random.Random, length: int) -> str:
    words = [chance.choice((NOUNS, SMALL, VERBS)[n % 3]) for n in range(length)]
    if chance.random() < 0.2:
        words[chance.randrange(length)] = str(chance.randint(2, 900))
    return f"{' '.join(words).capitalize()}."


def draw(number: int) -> Image.Image:
    """Picture ``number``: soft patches of colour with grain, about as hard to compress as a photo."""
    chance = random.Random(f"picture {number}")
    patches = Image.frombytes("RGB", (16, 9), chance.randbytes(16 * 9 * 3)).resize(SIZE, Image.Resampling.BICUBIC)
    grain = Image.frombytes("L", (SIZE[0] // 2, SIZE[1] // 2), chance.randbytes(SIZE[0] * SIZE[1] // 4))
    soft = grain.resize(SIZE, Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(1)).convert("RGB")
    return Image.blend(patches, soft, 0.25)


def write(folder: Path, count: int, *, pictures: bool = True) -> None:
    """The first ``count`` articles below ``folder``, with their pictures."""
    drawn: set[str] = set()
    for number in range(count):
        made = piece(number, illustrated=pictures)
        _put(folder / made.path, made.text)
        if pictures and made.picture not in drawn:
            drawn.add(made.picture)
            _draw(folder, made.picture, number % PICTURES)


def add(folder: Path, number: int, *, pictures: bool = True) -> Path:
    """One article newer than all others; its file."""
    made = piece(number, newest=True, illustrated=pictures)
    if pictures and not (folder / "berita" / "bersama" / made.picture).exists():
        _draw(folder, made.picture, number % PICTURES)
    return _put(folder / made.path, made.text)


def _draw(folder: Path, name: str, number: int) -> None:
    file = folder / "berita" / "bersama" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    draw(number).save(file, compress_level=1)


def _put(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")
    return file


def main() -> None:
    """Writes what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("number", type=int, help="how many articles; with --add the number of the one")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--add", action="store_true", help="write one more article, newer than all others")
    parser.add_argument("--no-pictures", action="store_true")
    given = parser.parse_args()
    if given.add:
        print(add(given.folder, given.number, pictures=not given.no_pictures))
    else:
        write(given.folder, given.number, pictures=not given.no_pictures)


if __name__ == "__main__":
    main()
