"""Makes the pictures of README and guide: python docs/screenshots.py (wants Chromium and the test packages).

The site is built from the real content into a folder of its own, served on loopback and photographed;
the terminal picture is what `kentongan publish` prints.
"""

from __future__ import annotations

import io
import os
import pty
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.text import Text

from publisher import serve

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "gambar"
ARTICLE = "berita/bimbingan-pranikah-cukup-dari-rumah/"
COLUMNS = 112
GAP, GROUND = 40, "#e9ece6"


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as browsers:
        clone = Path(folder, "kentongan")
        shutil.copytree(
            ROOT, clone, ignore=shutil.ignore_patterns(".git", ".venv", ".kentongan", "output*", ".*_cache")
        )
        port = free_port()
        shown = publish(clone, port)
        browser = browsers.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        with serve.site(clone / "output", "127.0.0.1", port) as address:
            with at(browser, 1280, 960) as page:
                home = shot(page, address)
            with at(browser, 360, 760) as page:
                phone = shot(page, address + ARTICLE)
                service = shot(page, address + "layanan/bimwin-smart/")
        save(side_by_side(home, phone), "situs.png")
        save(side_by_side(phone, service), "berita-360.png")
        with at(browser, 1100, 700) as page:
            save(terminal(page, shown, folder), "terminal-publish.png")
        with at(browser, 600, 800) as page:
            board = sorted((clone / ".kentongan" / "noticeboard").glob("*-*-*-*-*.html"))
            save(shot(page, board[0].as_uri()), "papan-pengumuman.png")
        browser.close()


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return found or sys.exit("There is no Chromium here.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def at(browser: Any, width: int, height: int) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1.5)
    yield page
    page.close()


def shot(page: Page, url: str, **options: Any) -> Image.Image:
    page.goto(url, wait_until="networkidle")
    return Image.open(io.BytesIO(page.screenshot(**options))).convert("RGB")


def publish(clone: Path, port: int) -> str:
    """What `kentongan publish` prints in a terminal."""
    main_end, child_end = pty.openpty()
    command = [sys.executable, "-m", "publisher", "publish", "--url", f"http://127.0.0.1:{port}"]
    environ = {**os.environ, "COLUMNS": str(COLUMNS), "PYTHONPATH": str(clone), "TERM": "xterm-256color"}
    process = subprocess.Popen(
        command, cwd=clone, stdin=child_end, stdout=child_end, stderr=subprocess.DEVNULL, env=environ
    )
    os.close(child_end)
    heard = b""
    while True:
        try:
            part = os.read(main_end, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        heard += part
    if process.wait():
        sys.exit(f"kentongan publish ended with {process.returncode}")
    return heard.decode().replace("\r\n", "\n").replace(str(clone), "/home/humas/kentongan")


def terminal(page: Page, text: str, folder: str) -> Image.Image:
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text("$ make publish", style="bold"))
    console.print(Text.from_ansi(text))
    drawing = Path(folder, "terminal.svg")
    console.save_svg(str(drawing), title="kentongan")
    page.goto(drawing.as_uri())
    return Image.open(io.BytesIO(page.locator("svg").first.screenshot())).convert("RGB")


def side_by_side(*pictures: Image.Image) -> Image.Image:
    height = max(p.height for p in pictures) + 2 * GAP
    width = sum(p.width for p in pictures) + (len(pictures) + 1) * GAP
    sheet = Image.new("RGB", (width, height), GROUND)
    left = GAP
    for picture in pictures:
        sheet.paste(picture, (left, GAP))
        left += picture.width + GAP
    return sheet


def save(picture: Image.Image, name: str) -> None:
    small = picture.quantize(colors=128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(PICTURES / name, optimize=True)
    print(name, picture.size, (PICTURES / name).stat().st_size)


if __name__ == "__main__":
    main()
