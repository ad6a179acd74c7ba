"""Draws each title of the order on standard input in this process and prints what that took; also for ours."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

Draw = Callable[[int, str], Path]


def run(prepare: Callable[[dict[str, str], Path], Draw]) -> None:
    """``prepare`` gets the order and a folder and gives a function that draws one card into it. The first card
    is not counted: it opens fonts and draws what is kept."""
    order = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as name:
        draw = prepare(order, Path(name))
        draw(0, order["titles"][0])
        begun = time.process_time()
        files = [draw(number, title) for number, title in enumerate(order["titles"][1:], 1)]
        seconds = time.process_time() - begun
        size = sum(f.stat().st_size for f in files) / len(files)
    json.dump({"ms": seconds / len(files) * 1000, "bytes": round(size)}, sys.stdout)
