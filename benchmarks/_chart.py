"""The growth chart of docs/performance.md, written as SVG from results of benchmarks/build.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Any

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 78, 150, 56, 60
# name in a report's row → what the chart calls it, its colour and its line
LINES = {
    "ours": ("Kentongan", "#00572b", ""),
    "hugo": ("Hugo", "#8a4b00", "6 4"),
    "straight": ("linear", "#6b6b6b", "2 4"),
}
Point = tuple[float, float]


def drawn(reports: Sequence[dict[str, Any]]) -> str:
    """The chart: seconds for one new article over the number of articles, both axes logarithmic. The same reports
    give the same bytes."""
    ordered = sorted(reports, key=lambda r: r["articles"])
    found = {
        name: [(r["articles"], r["jobs"]["add"][name]) for r in ordered if name in r["jobs"].get("add", {})]
        for name in ("ours", "hugo")
    }
    own = found["ours"]
    if len(own) < 2:
        raise SystemExit("The chart wants results of two or more numbers of articles, each with the job add.")
    found["straight"] = [(count, own[0][1] * count / own[0][0]) for count, _ in own]
    values = [seconds for line in found.values() for _, seconds in line]
    x = (log10(own[0][0]), log10(own[-1][0]))
    y = (floor(log10(min(values))), ceil(log10(max(values))))
    return "\n".join([*_head(ordered), *_axes(own, x, y), *_lines(found, x, y), "</svg>", ""])


def _head(reports: Sequence[dict[str, Any]]) -> Iterator[str]:
    machine = reports[0]["machine"]
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'role="img" aria-labelledby="t d" font-family="system-ui, sans-serif" font-size="13" fill="#1d241f">'
    )
    yield '<title id="t">Seconds for one new article, by the size of the archive</title>'
    rows = "; ".join(
        f"{r['articles']:,} articles: "
        + ", ".join(f"{LINES[n][0]} {r['jobs']['add'][n]:g} s" for n in ("ours", "hugo") if n in r["jobs"]["add"])
        for r in reports
    )
    yield f'<desc id="d">{escape(rows)}</desc>'
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fcfbf7"/>'
    what = "One new article: seconds until the site is built"
    yield f'<text x="{LEFT}" y="24" font-size="16" font-weight="600">{what}</text>'
    where = f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}"
    yield f'<text x="{LEFT}" y="43" fill="#47504a">{escape(where)}</text>'


def _axes(own: Sequence[Point], x: Point, y: Point) -> Iterator[str]:
    for power in range(int(y[0]), int(y[1]) + 1):
        at = _y(10.0**power, y)
        yield f'<path d="M{LEFT} {at}H{WIDTH - RIGHT}" stroke="#dcd8c8"/>'
        yield f'<text x="{LEFT - 8}" y="{at + 4:g}" text-anchor="end">{10.0**power:g} s</text>'
    for count, _ in own:
        at = _x(count, x)
        yield f'<path d="M{at} {TOP}V{HEIGHT - BOTTOM}" stroke="#dcd8c8"/>'
        yield f'<text x="{at}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{count:,}</text>'
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield f'<text x="{middle:g}" y="{HEIGHT - 16}" text-anchor="middle">articles in the archive</text>'


def _lines(found: dict[str, list[Point]], x: Point, y: Point) -> Iterator[str]:
    for name, points in found.items():
        if not points:
            continue
        label, colour, dashes = LINES[name]
        path = "L".join(f"{_x(count, x)} {_y(seconds, y)}" for count, seconds in points)
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        wide = 1.5 if name == "straight" else 2.5
        yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="{wide}"{dash}/>'
        for count, seconds in points if name != "straight" else ():
            at, up = _x(count, x), _y(seconds, y)
            yield f'<circle cx="{at}" cy="{up}" r="4" fill="{colour}"/>'
            others = (s for line in ("ours", "hugo") for c, s in found[line] if c == count)
            below = 20 if seconds == min(others) else -14  # two that are close would stand on each other
            down = 4 if count == points[-1][0] else below
            yield f'<text x="{at + 8:g}" y="{up + down:g}" fill="{colour}">{seconds:.2g} s</text>'
        end = _y(points[-1][1], y)
        yield f'<text x="{WIDTH - RIGHT + 60}" y="{end + 4:g}" fill="{colour}" font-weight="600">{label}</text>'


def _x(count: float, x: Point) -> float:
    share = (log10(count) - x[0]) / (x[1] - x[0])
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y(seconds: float, y: Point) -> float:
    share = (log10(seconds) - y[0]) / (y[1] - y[0])
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)
