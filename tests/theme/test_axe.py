"""Every kind of page in axe-core: WCAG 2.2 AA and what it calls best practice."""

from __future__ import annotations

import mimetypes
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.theme.sites import NPM, URL, Built

pytestmark = [pytest.mark.full, pytest.mark.browser]

AXE = NPM / "axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# a page of each kind; of the nasty site the pages with Arabic, tables and hand-written HTML
SHIPPED = """404.html aksesibilitas/ arsip/ arsip/2026/11/ berita/bimbingan-pranikah-cukup-dari-rumah/
    en/berita/how-to-complain-about-a-service/ indeks/ kanal-resmi/ kategori/ kategori/layanan/ kontak/ langganan/
    layanan/ layanan/bimwin-smart/ layanan/plhut/ penulis/ tag/ tag/inovasi/ tentang/ zona-integritas/"""
PAGES = {
    "shipped": ["", *SHIPPED.split()],
    "nasty": ["", "berita/n-bahasa/", "berita/n-tabel/", "berita/n-catatan/", "layanan/ptsp/", "kanal-resmi/"],
}
RUN = """async tags => (await axe.run({runOnly: {type: "tag", values: tags}})).violations
  .flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 160)}`))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None or not AXE.is_file():
        pytest.skip("no axe-core: needs Chromium and `npm ci` in tests/npm")
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


def serve(built: Built, route: Route) -> None:
    """Answers with the file of the site."""
    path = route.request.url.removeprefix(f"{URL}/").partition("?")[0]
    file = built.folder / path
    file = file / "index.html" if file.is_dir() else file
    if not route.request.url.startswith(URL) or not file.is_file():
        route.abort()
        return
    route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "application/octet-stream")


def opened(browser: Browser, built: Built, width: int, scheme: str) -> Page:
    """A window on the site."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]  # a literal
    page = context.new_page()
    page.route("**/*", lambda route: serve(built, route))
    return page


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violation(site: Callable[[str], Built], browser: Browser, kind: str, width: int, scheme: str) -> None:
    """On a phone and on a desk, in both colour schemes."""
    page = opened(browser, site(kind), width, scheme)
    said = {}
    for path in PAGES[kind]:
        page.goto(f"{URL}/{path}")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        said[path] = page.evaluate(RUN, TAGS)
    page.context.close()
    assert {path: found for path, found in said.items() if found} == {}


def test_axe_would_say_so(site: Callable[[str], Built], browser: Browser) -> None:
    """A picture without a text is reported."""
    page = opened(browser, site("shipped"), 360, "light")
    page.goto(f"{URL}/")
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(RUN, TAGS)
    page.context.close()
    assert any(line.startswith("image-alt") for line in found)
