"""What Lighthouse says of the site's speed on a cheap phone, and what each kind of page weighs.

    python benchmarks/site.py [--runs N] [--json]

The shipped content is built into a folder of its own and served on this machine, text compressed with gzip
and with the headers that the hosts are told to send. Lighthouse takes its usual phone (412 px wide, a processor
four times slower than this one) on its usual net (150 ms, 1.6 Mbit/s) and counts every byte on the wire, headers
and icon included. Wants Chromium, Node.js and `npm ci` in tests/npm.
"""

from __future__ import annotations

import argparse
import gzip
import json
import platform
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from publisher.build.cores import cores  # noqa: E402 - after the path is set
from publisher.build.headers import SECURITY  # noqa: E402
from publisher.mime import content_type  # noqa: E402
from publisher.serve import find  # noqa: E402
from tests.theme.lighthouse import ready, report  # noqa: E402
from tests.theme.screen import PHOTO, PLAIN, REGISTER, SEARCH, SERVICE  # noqa: E402
from tests.theme.sites import copied, make  # noqa: E402

NOW = datetime(2026, 11, 24, 9, 15, tzinfo=timezone(timedelta(hours=7)))
PAGES = {
    "home": "",
    "article with photo": PHOTO,
    "article without photo": PLAIN,
    "service": SERVICE,
    "register": REGISTER,
    "search": SEARCH,
    "archive": "arsip/",
}
PACKED = ("text/", "application/json", "image/svg+xml")
# by Lighthouse's name: ours, and what to divide by
TIMES = {
    "first-contentful-paint": ("first paint, s", 1000),
    "largest-contentful-paint": ("largest paint, s", 1000),
    "total-blocking-time": ("blocked, ms", 1),
    "cumulative-layout-shift": ("layout shift", 1),
}


class Host(BaseHTTPRequestHandler):
    """A usual web server: compresses text, sends our headers."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *args: Any, folder: Path, **kwargs: Any) -> None:
        self._folder = folder
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        """The file or the folder's index.html."""
        file = find(self._folder, self.path.partition("?")[0])
        kind = content_type(file.name if file else "404.html")
        body = (file or self._folder / "404.html").read_bytes()
        self.send_response(200 if file else 404)
        if kind.startswith(PACKED):
            body = gzip.compress(body, 6)
            self.send_header("Content-Encoding", "gzip")
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), *SECURITY):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """The terminal is for the numbers."""


@contextmanager
def hosted(root: Path) -> Iterator[str]:
    """The built site at an address of this machine."""
    folder = root / "site"
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Host, folder=folder))
    address = f"http://127.0.0.1:{server.server_port}"
    copied(make("shipped", root / "office", NOW), folder, address)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{address}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def measured(root: Path, runs: int) -> dict[str, dict[str, float]]:
    """By page what there is to say of it."""
    found = {}
    with hosted(root) as address:
        css = len(gzip.compress((root / "site/theme/css/site.css").read_bytes(), 6))
        for name, path in PAGES.items():
            html = len(gzip.compress((root / "site" / path / "index.html").read_bytes(), 6))
            said = [told(report(address + path, "performance")) for _ in range(runs)]
            middle = {key: round(median(one[key] for one in said), 2) for key in said[0]}
            found[name] = {**middle, "HTML + CSS, KB": round((html + css) / 1000, 1)}
    return found


def told(said: dict[str, Any]) -> dict[str, float]:
    """The numbers in a report of Lighthouse."""
    audits = said["audits"]
    sent = audits["network-requests"]["details"]["items"]
    times = {ours: audits[name]["numericValue"] / unit for name, (ours, unit) in TIMES.items()}
    weight = sum(one["transferSize"] for one in sent) / 1000
    return {
        "score": said["categories"]["performance"]["score"] * 100,
        **times,
        "requests": len(sent),
        "in all, KB": weight,
    }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="the middle one counts")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if missing := ready():
        raise SystemExit(missing)
    with tempfile.TemporaryDirectory() as name:
        found = measured(Path(name), given.runs)
    if given.json:
        print(json.dumps(found))
        return
    print(f"{platform.machine()}, {cores()} cores, Python {platform.python_version()}, middle of {given.runs} runs")
    columns = list(found["home"])
    print(f"{'':22}" + "".join(f"{c:>18}" for c in columns))
    for page, values in found.items():
        print(f"{page:22}" + "".join(f"{values[c]:>18g}" for c in columns))


if __name__ == "__main__":
    main()
