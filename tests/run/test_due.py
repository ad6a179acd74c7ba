"""What falls due by itself: the worker, and `publish --due` for a timer; and what a person decides in between."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.run.clones import article


def later(clone: Any, seconds: float) -> None:
    """An article under an embargo that ends soon."""
    ends = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="seconds")
    clone.write("content/berita/2026/nanti.md", article("nanti", title="Berita Nanti", more=f"embargo: {ends}\n"))


def test_nothing_due(small: Any) -> None:
    """A timer that calls too often does no harm: nothing is built and nothing is sent."""
    assert small.run("publish").returncode == 0
    before = small.digest()
    done = small.run("publish", "--due")
    assert (done.returncode, done.stdout) == (0, "Nothing is due.\n")
    assert small.digest() == before


def test_a_timer_tells_of_tokens_in_time(small: Any) -> None:
    """Also while nothing is due: each step once."""
    assert small.run("publish").returncode == 0
    ends = (datetime.now(UTC) + timedelta(days=5)).date()
    small.edit(
        "office.toml", "[channels.noticeboard]\non = true", f"[channels.noticeboard]\non = true\nexpires = {ends}"
    )
    first, second = small.run("publish", "--due"), small.run("publish", "--due")
    assert f"It ends on {ends}, in 7 days at the latest: the token of noticeboard." in first.stdout
    assert second.stdout == "Nothing is due.\n"


def test_worker_waits_for_the_embargo(small: Any) -> None:
    """The worker builds, deploys and delivers when an embargo ends, and ends itself when it is asked to."""
    later(small, 20)
    assert small.run("publish").returncode == 0
    assert len(small.noticeboard()) == 2
    command = [sys.executable, "-W", "error", "-m", "publisher", "worker", "--every", "2"]
    worker = subprocess.Popen(command, cwd=small.folder, env=small.environ(), stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while len(small.noticeboard()) < 3:
            assert time.monotonic() < deadline
            assert worker.poll() is None
            time.sleep(0.2)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
    finally:
        worker.kill()
        worker.wait()
    assert "Berita Nanti" in (small.folder / "output.live/berita/nanti/index.html").read_text(encoding="utf-8")
    assert small.run("publish", "--due").stdout == "Nothing is due.\n"


def test_after_sleep_it_catches_up_and_says_how_late(small: Any) -> None:
    """A computer that slept over the end of an embargo publishes at the next call, once, and says how late that is."""
    later(small, 3600)
    assert small.run("publish").returncode == 0
    slept = (datetime.now(UTC) - timedelta(minutes=90)).isoformat(timespec="seconds")
    written = small.folder / "content/berita/2026/nanti.md"
    ends = next(line for line in written.read_text(encoding="utf-8").splitlines() if line.startswith("embargo: "))
    small.edit("content/berita/2026/nanti.md", ends, f"embargo: {slept}")
    manifest = json.loads((small.folder / ".kentongan/manifest.json").read_bytes())
    (held,) = [r for r in manifest["records"] if not r["public"]]
    small.edit(".kentongan/manifest.json", f'"{held["due"]}"', f'"{slept}"')
    done = small.run("publish", "--due")
    assert done.returncode == 0
    assert "This was due 90 minutes ago and is caught up with now." in done.stdout
    assert len(small.noticeboard()) == 3
    assert small.run("publish", "--due").stdout == "Nothing is due.\n"


def test_decisions_on_the_command_line(small: Any) -> None:
    """stop, approve, hold and release from the command line, each twice, and who, when and why in the events."""
    small.edit("office.toml", "[channels.noticeboard]\non = true", "[channels.noticeboard]\non = true\napproval = true")
    assert small.run("stop", "--why", "Uji").returncode == 2  # there is no ledger yet
    assert small.run("publish").returncode == 3
    assert small.noticeboard() == []
    assert small.run("stop", "--why", "Uji", "--who", "Siti").stdout == "Nothing is sent any more.\n"
    assert small.run("stop").stdout == "Sending was stopped already.\n"
    assert "Approved: 2." in small.run("approve", "--all", "--who", "Siti").stdout
    assert "Approved: 0." in small.run("approve", "--all").stdout
    assert small.run("deliver").returncode == 3
    assert small.noticeboard() == []
    assert small.run("resume").returncode == 0
    assert small.run("hold", "noticeboard", "--who", "Siti").stdout == "noticeboard is held.\n"
    assert small.run("deliver").returncode == 3
    assert small.noticeboard() == []
    assert small.run("release", "noticeboard").returncode == 0
    assert small.run("publish", "--due").returncode == 0
    assert len(small.noticeboard()) == 2
    said = {(e["what"], e["who"], e["why"]) for e in small.json("events")}
    assert {("stop", "Siti", "Uji"), ("approved", "Siti", "")} <= said
    assert small.run("cancel", "abcdefgh").returncode == 2
