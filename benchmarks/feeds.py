"""Processor seconds and bytes of all feeds and sitemaps of a large site, by format.

    python benchmarks/feeds.py [--articles 10000] [--runs 3] [--json]

The site is that of benchmarks/corpus.py: 12 categories, 48 tags, 20 authors, every text rendered, with a photo.
What is measured is what a build does for its feeds when nothing is known from before; the median of the runs. It is
work for one core, so processor time is what an idle machine takes, and other work on it changes little.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import corpus  # noqa: E402 - after the path is set

from publisher import content, feeds  # noqa: E402
from publisher._folder import load, names  # noqa: E402
from publisher.article import Article, Shown, Site  # noqa: E402
from publisher.build.markup import render  # noqa: E402
from publisher.feeds._edition import Edition, Kind, Section  # noqa: E402

ZONE = ZoneInfo("Asia/Jakarta")
NOW = (corpus.BEGIN + corpus.SPAN).replace(tzinfo=ZONE) + timedelta(hours=1)
SITE = Site(
    url="https://humas.example.go.id",
    title="Kabar Layanan",
    publication="Kabar Layanan",
    office="Kantor Contoh",
    description="Berita layanan.",
    hub="https://hub.example/",
)


def articles(count: int) -> tuple[Article, ...]:
    """The corpus as a build has it before it writes feeds."""
    with tempfile.TemporaryDirectory() as name:
        corpus.write(Path(name), count, pictures=False)
        read = content.read(Path(name), ZONE)
    photo = Shown("gambar/berita/bersama/gambar.jpg", "image/jpeg", 1600, 900, 180_000, alt="Warga di meja layanan")
    return tuple(replace(a, html=render(a.body, a.lang), photo=photo) for a in read.articles)


def sections(found: Sequence[Article]) -> Iterator[Section]:
    """A section for each category, tag and author."""
    kinds: dict[Kind, Callable[[Article], Sequence[str]]] = {
        "kategori": lambda a: (a.category,),
        "tag": lambda a: a.tags,
        "penulis": lambda a: a.authors,
    }
    for kind, of in kinds.items():
        for name in sorted({n for a in found for n in of(a)}):
            members = tuple(a for a in found if name in of(a))
            yield Section(kind=kind, name=name, home=f"{kind}/{content.slugify(name)}/", articles=members)


def measure(found: Sequence[Article], parts: Sequence[Section]) -> dict[str, tuple[float, int, int]]:
    """Format to processor seconds, files and bytes; the last line is all of them together."""
    edition = Edition(SITE, found, NOW, sections=parts)
    rows = {}
    for name in names(feeds):
        begin = time.process_time()
        sizes = [len(document.make()) for document in load(feeds, name).render(edition)]
        rows[name] = (time.process_time() - begin, len(sizes), sum(sizes))
    seconds, files, size = (sum(column) for column in zip(*rows.values(), strict=True))
    return {**rows, "all": (float(seconds), int(files), int(size))}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = articles(given.articles)
    parts = tuple(sections(found))
    runs = [measure(found, parts) for _ in range(given.runs)]
    rows = {
        name: {"seconds": round(median(run[name][0] for run in runs), 3), "files": row[1], "bytes": row[2]}
        for name, row in runs[0].items()
    }
    if given.json:
        print(json.dumps({"articles": len(found), "sections": len(parts), "formats": rows}, indent=2))
        return
    print(f"{len(found)} articles, {len(parts)} sections, median of {given.runs}")
    for name, row in rows.items():
        print(f"{name:14} {row['seconds']:8.3f} s {row['files']:6} files {row['bytes'] / 1e6:9.2f} MB")


if __name__ == "__main__":
    main()
