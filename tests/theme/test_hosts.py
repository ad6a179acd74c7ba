"""Every page as real servers give it: under our headers the browser has nothing to complain about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.build.hosts import HOSTS, open_folder
from tests.loopback import free_port
from tests.theme.sites import Built, copied

pytestmark = [pytest.mark.full, pytest.mark.browser]


@pytest.fixture
def place() -> Iterator[Path]:
    """Where the server finds the site."""
    with open_folder() as folder:
        yield folder


@pytest.mark.parametrize("kind", ["shipped", "nasty"])
@pytest.mark.parametrize("host", HOSTS)
def test_no_page_breaks_the_policy(
    site: Callable[[str], Built], browser: Browser, place: Path, host: str, kind: str
) -> None:
    """The policy comes with each page, and neither it nor a missing file is written about in the console."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    built = site(kind)
    folder = copied(built, place / "site", address)
    said: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda fault: said.append(f"{page.url}: {fault}"))
    with HOSTS[host](folder, place, port):
        for file in built.pages:
            name = file.relative_to(built.folder).as_posix()
            answer = page.goto(f"{address}/{name.removesuffix('index.html')}")
            assert answer is not None
            assert answer.status == 200, name
            assert "default-src 'none'" in answer.headers["content-security-policy"], name
        page.goto(f"{address}/cari/?q=layanan")
        page.locator("#s-found li").first.wait_for()
    page.close()
    assert said == []
    assert len(built.pages) > 40


@pytest.mark.parametrize("host", HOSTS)
def test_the_browser_would_say_so(site: Callable[[str], Built], browser: Browser, place: Path, host: str) -> None:
    """An inline style is refused and written about."""
    port = free_port()
    folder = copied(site("shipped"), place / "site", f"http://127.0.0.1:{port}")
    text = (folder / "index.html").read_text(encoding="utf-8")
    (folder / "index.html").write_text(text.replace("<h2", '<h2 style="color:red"', 1), encoding="utf-8")
    said: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: said.append(message.text))
    with HOSTS[host](folder, place, port):
        page.goto(f"http://127.0.0.1:{port}/")
    page.close()
    assert [text for text in said if "style-src" in text]
