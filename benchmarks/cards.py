"""Cards of 1200×630 pixels: ours beside four peers, in processor time a card, and ours over all cores.

    python benchmarks/cards.py [--cards N] [--rounds N] [--photo FILE] [--json] [--ours]

Each peer draws with its own code, in an environment of its own that is made on demand in --cache (pip and npm
need their registries for that); ``--ours`` leaves them out. All are measured in turn, round after round, and the
best round of each counts: other work on the machine costs processor time too, by cold caches. All get the same
titles and the same ground: a drawn one, then a photo. Peers take a photo as the ground of all cards; ours opens
and crops it for each card anew, as if each article had its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image, features

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from plugins._cards import SECONDS, Job, work  # noqa: E402 - after the path is set
from publisher.article import CARD_SIZES, Article, Service, Site  # noqa: E402
from publisher.build.cores import cores, each  # noqa: E402
from publisher.cards import draw, typeset  # noqa: E402
from publisher.cards.layout import LAYOUTS  # noqa: E402
from publisher.cards.letters import LATIN, font_file  # noqa: E402

PEERS = Path(__file__).parent / "cards_peers"
PYTHON = {
    "pelican-social-cards": ("social_cards.py", "pelican-social-cards==0.6.4"),
    "pelican-ogimages": ("ogimages.py", "pelican-ogimages==0.1.1"),
    "mkdocs-material's layers": ("mkdocs_material.py", "mkdocs-material[imaging]==9.8.1"),
}
NODE = ("satori@0.63.2", "@resvg/resvg-js@2.6.2", "@fontsource/plus-jakarta-sans@5.3.0")
SATORI = "satori + resvg"
OFFICE = "Kantor Kementerian Agama Kabupaten Tegal"
SITE = Site(
    url="https://kabar.example.go.id",
    title="Kabar",
    publication="Kabar",
    office=OFFICE,
    description="",
    services=(Service(id="ptsp", name="Pelayanan Terpadu Satu Pintu", path="", body=""),),
)


def titles(count: int, seed: int) -> list[str]:
    """Titles of four to ten words as they follow each other in the project's own articles, no two alike."""
    chance = random.Random(seed)  # not for secrets
    texts = (
        p.read_text(encoding="utf-8").split("---", 2)[2] for p in sorted((ROOT / "content" / "berita").rglob("*.md"))
    )
    words = re.findall(r"[A-Za-z]{2,}", " ".join(texts))
    starts = (chance.randrange(len(words) - 10) for _ in range(count))
    return [f"{' '.join(words[at : at + chance.randint(3, 9)])} {n}".capitalize() for n, at in enumerate(starts)]


def article(title: str) -> Article:
    when = datetime(2026, 11, 24, 2, 15, tzinfo=UTC)
    return Article(id="20261124-x7k2m", title=title, date=when, slug="a", path="a.md", body="", services=("ptsp",))


def ours(count: int, size: str, photo: Path | None) -> dict[str, float]:
    """Processor milliseconds and bytes of one card, all of them with new titles and written to a file."""
    given = [article(t) for t in titles(count + 1, sum(map(ord, size)) + bool(photo))]
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "card.jpg")
        draw.card(given[0], SITE, photo, size)
        for kept in (draw._mask, draw._strip, typeset.typeset, typeset._share, typeset.advance, typeset._about):
            kept.cache_clear()
        begun, total = time.process_time(), 0
        for one in given[1:]:
            draw._decoded.cache_clear()
            raw = draw.card(one, SITE, photo, size)
            file.write_bytes(raw)
            total += len(raw)
        return {"ms": (time.process_time() - begun) / count * 1000, "bytes": round(total / count)}


def spread(count: int, most: int) -> dict[str, float]:
    """Cards a second by the clock, as a build makes them, with ``most`` processes, their start not counted; and
    the processor milliseconds of one card with all that spreading costs, which a busy machine does not change."""
    with tempfile.TemporaryDirectory() as name:
        faces = [draw.face(article(t), SITE) for t in titles(count, most)]
        jobs = [Job(face, "og", Path(name), f"{n:064x}") for n, face in enumerate(faces)]
        warm = 8 * most
        begun, used = time.perf_counter(), os.times()
        for done, _ in enumerate(each(work, jobs, max(SECONDS, 60 / count), most=most), 1):
            if done == warm:
                begun = time.perf_counter()
        rate = (count - warm) / (time.perf_counter() - begun)
        now = os.times()
        return {"cards/s": rate, "ms": (sum(now[:4]) - sum(used[:4])) / count * 1000}


def grounds(folder: Path, photo: Path | None) -> dict[str, Path]:
    """What the peers draw on: our own base, and a photo."""
    design = LAYOUTS["og"].plain
    base = draw._base(design, OFFICE, "kabar.example.go.id", None)
    base.save(folder / "base.png")
    if photo is None:
        from pictures import like_a_photo

        like_a_photo((1600, 900)).save(folder / "photo.jpg", quality=80)
    else:
        with Image.open(photo) as given:
            given.convert("RGB").resize((1600, 900)).save(folder / "photo.jpg", quality=80)
    with Image.open(folder / "photo.jpg") as given:
        given.resize((1200, 675)).crop((0, 22, 1200, 652)).save(folder / "ground.jpg", quality=85)
    return {"drawn": folder / "base.png", "photo": folder / "ground.jpg"}


def python_of(cache: Path, package: str) -> Path:
    """The interpreter of an environment that has ``package``, made when it is not there yet."""
    folder = cache / package.split("[")[0].replace("==", "-")
    found = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = folder / ".done"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run([str(found), "-m", "pip", "install", "--quiet", package], check=True, stderr=subprocess.DEVNULL)
        done.touch()
    return found


def node_folder(cache: Path) -> Path:
    """A folder with satori, resvg and the font."""
    folder = cache / "satori"
    if not (folder / ".done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}')
        subprocess.run([shutil.which("npm") or "npm", "install", "--silent", *NODE], cwd=folder, check=True)
        (folder / ".done").touch()
    return folder


def peer(command: list[str], order: dict[str, object], cwd: Path) -> dict[str, float]:
    """What a peer said, or that it failed."""
    done = subprocess.run(command, cwd=cwd, input=json.dumps(order), capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise SystemExit(f"{command[-1]}: {done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def peers(cache: Path, count: int, ground: Path) -> dict[str, dict[str, float]]:
    """Each peer's figures on ``ground``."""
    order: dict[str, object] = {
        "titles": titles(count + 1, 7),
        "ground": str(ground),
        "font": str(font_file(LATIN)),
        "office": OFFICE,
        "date": "24 November 2026",
    }
    found = {}
    for name, (script, package) in PYTHON.items():
        found[name] = peer([str(python_of(cache, package)), str(PEERS / script)], order, cache)
    found[SATORI] = peer([shutil.which("node") or "node", str(PEERS / "satori.mjs")], order, node_folder(cache))
    return found


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cards", type=int, default=60, help="cards of each peer; ours draws 20 times as many")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--photo", type=Path, help="a photo of yours; else one is made")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "kentongan-benchmarks")
    parser.add_argument("--ours", action="store_true", help="leave the peers out")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        report = measured(given, Path(name))
    print(json.dumps(report, indent=2) if given.json else said(report))


def measured(given: argparse.Namespace, folder: Path) -> dict[str, object]:
    """All figures, by name."""
    found: dict[str, object] = {
        "machine": f"{platform.machine()}, {cores()} cores, Python {platform.python_version()}, Pillow "
        f"{features.version('pil')}, libjpeg-turbo {features.version('libjpeg_turbo')}",
    }
    photo = folder / "photo.jpg"
    for kind, ground in grounds(folder, given.photo).items():
        rounds = [_round(given, kind, ground) for _ in range(given.rounds)]
        rows = {name: min((r[name] for r in rounds), key=lambda row: row["ms"]) for name in rounds[0]}
        found[kind] = {n: {**row, "times": row["ms"] / rows["ours"]["ms"]} for n, row in rows.items()}
    found["sizes"] = {
        size: {kind: ours(given.cards, size, photo if kind == "photo" else None) for kind in ("drawn", "photo")}
        for size in CARD_SIZES
    }
    count = given.cards * 20
    found["processes"] = {
        n: max((spread(count, n) for _ in range(3)), key=lambda r: r["cards/s"]) for n in sorted({1, cores()})
    }
    return found


def _round(given: argparse.Namespace, kind: str, ground: Path) -> dict[str, dict[str, float]]:
    """Everybody's figures once."""
    rows = {"ours": ours(given.cards * (20 if kind == "drawn" else 5), "og", ground if kind == "photo" else None)}
    return rows if given.ours else rows | peers(given.cache, given.cards, ground)


def said(report: dict[str, object]) -> str:
    """The figures as a table."""
    lines = [str(report["machine"])]
    for kind in ("drawn", "photo"):
        lines.append(f"\n{kind:28}{'ms':>8}{'cards/s':>9}{'bytes':>10}  times ours")
        for name, row in report[kind].items():  # type: ignore[attr-defined]  # figures by name
            lines.append(f"{name:28}{row['ms']:8.1f}{1000 / row['ms']:9.0f}{row['bytes']:10,}{row['times']:8.1f}")
    lines.append(f"\n{'ours by size':28}{'ms':>8}{'bytes':>10}{'ms, photo':>12}{'bytes':>10}")
    for size, row in report["sizes"].items():  # type: ignore[attr-defined]
        plain, photo = row["drawn"], row["photo"]
        lines.append(f"{size:28}{plain['ms']:8.1f}{plain['bytes']:10,}{photo['ms']:12.1f}{photo['bytes']:10,}")
    lines.append("")
    for n, row in report["processes"].items():  # type: ignore[attr-defined]
        lines.append(f"{n} processes, files written: {row['cards/s']:.0f} cards/s, {row['ms']:.1f} processor ms a card")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
