"""Every kind of page in axe-core: WCAG 2.2 AA and what it calls best practice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.theme.screen import KINDS_OF_PAGES, window
from tests.theme.sites import NPM, URL, Built

pytestmark = [pytest.mark.full, pytest.mark.browser]

AXE = NPM / "axe-core/axe.min.js"
# a page of each kind; of the nasty site the pages with Arabic, tables and hand-written HTML
PAGES = {
    "shipped": KINDS_OF_PAGES,
    "divided": [
        "arsip/2026/10/2/",
        "indeks/h/",
        "indeks/h/haji-d/",
        "kategori/layanan/",
        "kategori/layanan/2026/",
        "kategori/layanan/2026/10/1/",
        "layanan/ptsp/",
        "layanan/ptsp/2026/11/1/",
    ],
    "nasty": [
        "",
        "berita/n-bahasa/",
        "berita/n-catatan/",
        "berita/n-ditarik/",
        "berita/n-tabel/",
        "kanal-resmi/",
        "layanan/",
        "layanan/lama/",
        "layanan/ptsp/",
    ],
}
RUN = """async rules => (await axe.run({runOnly: rules})).violations
  .flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 160)}`))"""
STANDARD = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SEVENFOLD = {"type": "rule", "values": ["color-contrast-enhanced"]}


@pytest.fixture(autouse=True)
def axe() -> str:
    """The text of axe-core."""
    if not AXE.is_file():
        pytest.skip("no axe-core: needs `npm ci` in tests/npm")
    return AXE.read_text(encoding="utf-8")


def asked(page: Page, axe: str, path: str, rules: dict[str, Any]) -> list[str]:
    """What axe says about a page, a fault a line."""
    page.goto(f"{URL}/{path}")
    page.evaluate(axe)
    found: list[str] = page.evaluate(RUN, rules)
    return found


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violation(
    site: Callable[[str], Built], browser: Browser, axe: str, kind: str, width: int, scheme: str
) -> None:
    """On a phone and on a desk, in both colour schemes."""
    with window(browser, site(kind), width, color_scheme=scheme) as page:
        said = {path: asked(page, axe, path, STANDARD) for path in PAGES[kind]}
    assert {path: found for path, found in said.items() if found} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_sevenfold(site: Callable[[str], Built], browser: Browser, axe: str, scheme: str) -> None:
    """A contrast of 7:1, 4.5:1 for large text, as the browser paints it (WCAG 2.2 AAA)."""
    with window(browser, site("shipped"), 360, color_scheme=scheme) as page:
        said = {path: asked(page, axe, path, SEVENFOLD) for path in KINDS_OF_PAGES}
    assert {path: found for path, found in said.items() if found} == {}


def test_axe_would_say_so(site: Callable[[str], Built], browser: Browser, axe: str) -> None:
    """A picture without a text and a pale text are reported."""
    with window(browser, site("shipped"), 360, color_scheme="light") as page:
        page.goto(f"{URL}/")
        page.evaluate("document.querySelector('main').append(document.createElement('img'))")
        page.evaluate("document.querySelector('main p:not(:has(a))').style.color = '#666'")
        page.evaluate(axe)
        found = [*page.evaluate(RUN, STANDARD), *page.evaluate(RUN, SEVENFOLD)]
    assert {line.partition(":")[0] for line in found} >= {"image-alt", "color-contrast-enhanced"}
