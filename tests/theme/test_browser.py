"""The pages in a real browser: narrow screens, fingers, large text, a strict policy."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route

from tests.theme.screen import SMALL, WIDE

pytestmark = pytest.mark.browser

THEME = Path(__file__).resolve().parents[2] / "theme"
URL = "https://example.go.id/kabar/"
NAMES = ("index", "article", "article-held", "service-contoh", "register", "archives", "tags", "kontak", "langganan")
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"

LONG = "Pertanggungjawabankelembagaankementerianagamakabupatentegal"

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def picture() -> bytes:
    """A photo of the size that the pages state."""
    file = io.BytesIO()
    Image.new("RGB", (1200, 800), "#00572b").save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def said() -> list[str]:
    """What the browser's console says."""
    return []


@pytest.fixture
def show(browser: Browser, picture: bytes, said: list[str]) -> Iterator[Open]:
    """Opens a text as a page of the site, under a strict policy, without any network."""
    opened = []

    def answer(route: Route, text: str) -> None:
        path = route.request.url.removeprefix(URL)
        static = THEME / "static" / path.removeprefix("theme/")
        if path == "":
            route.fulfill(body=text, content_type="text/html", headers={"Content-Security-Policy": POLICY})
        elif path.startswith("theme/") and static.is_file():
            kind = {".css": "text/css", ".svg": "image/svg+xml"}[static.suffix]
            route.fulfill(body=static.read_bytes(), content_type=kind)
        elif path.startswith("gambar/"):
            route.fulfill(body=picture, content_type="image/jpeg")
        else:
            route.abort()

    def open_page(text: str, width: int, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)  # type: ignore[arg-type]  # passed on
        opened.append(context)
        page = context.new_page()
        page.on("console", lambda line: said.append(line.text))
        page.route("**/*", lambda route: answer(route, text))
        page.goto(URL)
        return page

    yield open_page
    for context in opened:
        context.close()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_sticks_out(show: Open, pages: dict[str, str], name: str, width: int) -> None:
    """No sideways scrolling at 320 px and wider, with ordinary text."""
    assert show(pages[name], width).evaluate(WIDE) == []


@pytest.mark.parametrize("name", NAMES)
def test_long_words_and_addresses_break(show: Open, pages: dict[str, str], name: str) -> None:
    """A word longer than the screen is broken, in a list, a table and a title alike."""
    text = pages[name].replace("Bimbingan Perkawinan Sampai ke Rumah Calon Pengantin", LONG)
    table = f"<table><tr><th>{LONG}</th><td>{LONG}</td><td>3,87</td></tr></table><pre>{LONG * 2}</pre>"
    assert show(text.replace("<p>Isi.</p>", table), 320).evaluate(WIDE) == []


@pytest.mark.parametrize("name", NAMES)
def test_text_may_be_twice_as_large(show: Open, pages: dict[str, str], name: str) -> None:
    """With the browser's text at 200 % a 640 px window still needs no sideways scrolling."""
    page = show(pages[name], 640)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(WIDE) == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [360, 1280])
def test_a_finger_hits_what_it_wants(show: Open, pages: dict[str, str], name: str, width: int) -> None:
    """Every link outside running text is at least 44 by 44 px."""
    assert show(pages[name], width).evaluate(SMALL) == []


def test_services_stand_within_the_first_screen(show: Open, pages: dict[str, str]) -> None:
    """On a small phone the services of the office are seen without scrolling."""
    page = show(pages["index"], 360)
    box = page.locator(".desk .more").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 640


def test_the_register_can_be_sifted_without_a_script(show: Open, pages: dict[str, str]) -> None:
    """A choice leaves what belongs to it, says what it is, and is an address of its own; "all" brings all back."""
    page = show(pages["register"], 360, java_script_enabled=False)
    listed = page.locator(".doors > li:visible")
    assert listed.count() == 3
    page.get_by_role("link", name="Online (1)").click()
    assert page.url.endswith("#s-daring")
    assert [e.get_attribute("class") for e in listed.all()] == ["dialihkan daring adaptasi"]
    assert page.locator(".only:visible").inner_text() == "Shown: Online (1)"
    page.get_by_role("link", name="All (3)").click()
    assert listed.count() == 3
    assert page.locator(".only:visible").count() == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_strict_policy_breaks_nothing(show: Open, said: list[str], pages: dict[str, str], name: str) -> None:
    """No inline style, script or foreign file: the browser has nothing to complain about."""
    page = show(pages[name], 360)
    assert page.evaluate("document.styleSheets.length") == 1
    assert said == []
