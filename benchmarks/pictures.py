"""Seconds of processor time to make all sizes of a photo of 2,560 pixels, and of its crops.

    python benchmarks/pictures.py [--pictures N] [--photo FILE] [--json]

Measured in one process, then over all cores, on pictures that are as hard to compress as a photo and differ
from each other; ``--photo`` takes one of yours instead. Beside it stands what Pillow and sharp were measured
at for the same four widths, each made from the original.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from plugins._pictures import SECONDS, Job, work  # noqa: E402 - after the path is set
from publisher import pictures  # noqa: E402
from publisher.build.cores import cores, each  # noqa: E402

# Processor milliseconds for the four widths: decode and resize, AVIF at quality 50 and speed 10, JPEG at 78.
PEERS = {"pillow": 298 + 218 + 61, "pillow, resized as a chain": 150 + 218 + 61, "sharp": 137 + 317 + 84}
SIZE = (2560, 1440)
# How much of each octave a photo has, from the coarsest patches to single pixels; colours have no fine ones.
OCTAVES = (0.8, 0.5, 0.4, 0.35, 0.3, 0.25, 0.2, 0.16, 0.12, 0.08, 0.05)
COLOURS = (0.3, 0.2, 0.15, 0.1, 0.1, 0.08)


def like_a_photo(size: tuple[int, int], seed: int = 1) -> Image.Image:
    """A picture whose detail falls off with its fineness as that of a photo does; always the same one."""
    chance = random.Random(seed)  # not for secrets

    def plane(octaves: tuple[float, ...]) -> Image.Image:
        seen = Image.new("L", size, 128)
        for n, share in enumerate(octaves):
            coarse = max(size) * 2**n // 2 ** (len(OCTAVES) - 1)
            small = (max(coarse, 2), max(coarse * size[1] // size[0], 2))
            noise = Image.frombytes("L", small, chance.randbytes(small[0] * small[1]))
            seen = Image.blend(seen, noise.resize(size, Image.Resampling.BICUBIC), share)
        return seen

    return Image.merge("YCbCr", (plane(OCTAVES), plane(COLOURS), plane(COLOURS))).convert("RGB")


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=4 * cores())
    parser.add_argument("--photo", type=Path)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = measured(Path(name), given.pictures, given.photo)
    if given.json:
        print(json.dumps(found))
        return
    for what, value in found.items():
        print(f"{what:44} {value}")


def measured(folder: Path, count: int, photo: Path | None) -> dict[str, float]:
    """What there is to say, by name."""
    sources = []
    for n in range(count):
        source = folder / f"{n}.jpg"
        with Image.open(photo) if photo else like_a_photo(SIZE, n) as image:
            image.convert("RGB").save(source, quality=90)
        sources.append(source)
    start, begun = time.process_time(), time.perf_counter()
    sizes = [pictures.make(s) for s in sources]
    one, wall = time.process_time() - start, time.perf_counter() - begun
    start = time.process_time()
    for source in sources:
        pictures.make(source, sizes=False, focuses=[pictures.CENTRE])
    crops = time.process_time() - start
    begun = time.perf_counter()
    jobs = [Job(s, folder / "cache", f"{n:064x}") for n, s in enumerate(sources)]
    if list(each(work, jobs, SECONDS)) != [None] * count:
        raise SystemExit("a picture could not be made")
    many = time.perf_counter() - begun
    found: dict[str, float] = {
        "ours, ms a picture": round(one / count * 1000),
        "ours, ms for the three crops of one": round(crops / count * 1000),
        **{f"{peer}, ms a picture": ms for peer, ms in PEERS.items()},
        "cores": cores(),
        "times as fast on all cores": round(wall / many, 2),
    }
    for kind in (pictures.AVIF, pictures.JPEG):
        bytes_ = [len(f.data) for made in sizes for f in made.sizes if (f.label, f.type) == ("800", kind)]
        found[f"KB of the 800-pixel file, {kind}"] = round(sum(bytes_) / len(bytes_) / 1000, 1)
    return found


if __name__ == "__main__":
    main()
