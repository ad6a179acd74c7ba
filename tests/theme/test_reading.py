"""The whole site, from the shipped content, as people read it: with a finger, a keyboard, large text, on paper."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page

from tests.theme.screen import KINDS_OF_PAGES, PHOTO, PLAIN, REGISTER, SEARCH, SERVICE, SMALL, WIDE, window
from tests.theme.sites import URL, Built
from tests.theme.test_css import contrast

pytestmark = pytest.mark.browser

Site = Callable[[str], Built]
TYPED = ["", PHOTO, PLAIN, SERVICE, REGISTER, SEARCH, "arsip/"]  # pages gone through with the keyboard
A4 = 718  # its width in CSS pixels, less the margins
# everything a keyboard has to come to, in the order of the page
GOALS = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
  .filter(e => e.checkVisibility() && !e.disabled && e.tabIndex >= 0).map((e, n) => {e.dataset.goal = n; return n})"""
# which of them has the focus, and whether it is seen
FOCUSED = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
  if (e === document.body) return null;
  const middle = document.elementFromPoint(box.left + Math.min(box.width / 2, 20), box.top + box.height / 2);
  const marked = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const inView = box.top >= -1 && box.left >= -1 && box.bottom <= innerHeight + 1 && box.right <= innerWidth + 1;
  return [Number(e.dataset.goal), marked && inView && (e.contains(middle) || e.parentElement === middle)];
}"""
# text that does not fit into its own box and is cut off there, and what sticks out of the sheet
CUT = """() => [...document.querySelectorAll('main, main *, header *, footer *')].filter(e => {
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  if (!e.checkVisibility() || e.closest('.unseen, .skip')) return false;
  const hides = style.overflowX !== 'visible' || style.overflowY !== 'visible';
  const cut = hides && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
  return cut || box.right > innerWidth + 1 || box.left < -1;
}).map(e => e.outerHTML.slice(0, 160))"""

# the colours of all text that is seen
INKS = """() => [...new Set([...document.querySelectorAll('body *')].filter(e => e.checkVisibility() &&
  [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())).map(e => '#' + getComputedStyle(e).color
    .match(/\\d+/g).slice(0, 3).map(n => Number(n).toString(16).padStart(2, '0')).join('')))]"""


def faults(site: Site, browser: Browser, question: str, width: int, before: str = "0") -> dict[str, list[str]]:
    """What a question finds on each kind of page that is not free of it, asked after the expression ``before``."""
    said = {}
    with window(browser, site("shipped"), width) as page:
        for path in KINDS_OF_PAGES:
            page.goto(f"{URL}/{path}")
            page.evaluate(before)
            said[path] = page.evaluate(question)
    return {path: found for path, found in said.items() if found}


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_sticks_out(site: Site, browser: Browser, width: int) -> None:
    """No page scrolls sideways at 320 px and wider (WCAG 1.4.10)."""
    assert faults(site, browser, WIDE, width) == {}


@pytest.mark.parametrize("width", [640, 1280])
def test_text_may_be_twice_as_large(site: Site, browser: Browser, width: int) -> None:
    """At 200 % no page scrolls sideways, and no text is cut off (WCAG 1.4.4)."""
    double = "document.documentElement.style.fontSize = '200%'"
    assert faults(site, browser, WIDE, width, double) == {}
    assert faults(site, browser, CUT, width, double) == {}


@pytest.mark.parametrize("width", [360, 1280])
def test_a_finger_hits_what_it_wants(site: Site, browser: Browser, width: int) -> None:
    """Everything to press outside running text is at least 44 by 44 px, on every kind of page."""
    assert faults(site, browser, SMALL, width) == {}


def test_without_javascript_nothing_is_missing(site: Site, browser: Browser) -> None:
    """Every page says the same with JavaScript off; the search page says more: where everything is listed."""
    texts = []
    for on in (True, False):
        with window(browser, site("shipped"), 360, java_script_enabled=on) as page:
            found = {}
            for path in KINDS_OF_PAGES:
                page.goto(f"{URL}/{path}")
                found[path] = page.locator("body").inner_text()
            texts.append(found)
    scripted, plain = texts
    assert set(scripted.pop(SEARCH).split()) < set(plain.pop(SEARCH).split())
    assert scripted == plain


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", TYPED)
def test_a_keyboard_reaches_everything(site: Site, browser: Browser, path: str, width: int) -> None:
    """Tab goes through all there is to press, in the order of the page, each seen and marked; then it leaves."""
    with window(browser, site("shipped"), width) as page:
        page.goto(f"{URL}/{path}")
        if path == SEARCH:  # its filters come when the field has the focus, whenever the engine is there
            page.focus("input[type=search]")
            page.wait_for_selector("select")
            page.evaluate("document.body.tabIndex = -1; document.body.focus()")  # back to the beginning
        goals = page.evaluate(GOALS)
        stops = [tabbed(page) for _ in goals]
        assert stops == [[n, True] for n in goals]
        assert tabbed(page) is None


# what the eye goes through: every thing to press with its place, top to bottom and column by column
PLACES = """() => [...document.querySelectorAll('[data-goal]')].map(e => {
  const box = e.getBoundingClientRect(), part = e.closest('.box, header, footer, section, nav') || document.body;
  return [[...document.querySelectorAll('*')].indexOf(part), Math.round(box.top), Math.round(box.left)];
})"""


@pytest.mark.parametrize("path", TYPED)
def test_the_keyboard_goes_where_the_eye_goes(site: Site, browser: Browser, path: str) -> None:
    """On a desk, too, the order within each part of a page is the one in which it is read (WCAG 2.4.3)."""
    with window(browser, site("shipped"), 1280) as page:
        page.goto(f"{URL}/{path}")
        page.evaluate(GOALS)
        parts: dict[int, list[tuple[int, int]]] = {}
        for part, top, left in page.evaluate(PLACES):
            parts.setdefault(part, []).append((top, left))
    for places in parts.values():
        for (above, before), (below, after) in pairwise(places):
            assert below >= above - 8 or after > before, places  # a line further, or a column


def tabbed(page: Page) -> object:
    """Where Tab leads to."""
    page.keyboard.press("Tab")
    return page.evaluate(FOCUSED)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", TYPED)
def test_the_first_stop_skips_to_the_content(site: Site, browser: Browser, path: str, width: int) -> None:
    """The first Tab shows the way past the menu; Enter on it, and the next Tab stands in the content."""
    with window(browser, site("shipped"), width) as page:
        page.goto(f"{URL}/{path}")
        page.keyboard.press("Tab")
        skip = page.locator(".skip:focus")
        assert skip.inner_text() == "Langsung ke isi"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


def test_paper_carries_what_paper_can(site: Site, browser: Browser) -> None:
    """In print no page has a menu, a way to press or a form; no text is cut off or sticks out of the sheet."""
    with window(browser, site("shipped"), A4) as page:
        page.emulate_media(media="print")
        for path in KINDS_OF_PAGES:
            page.goto(f"{URL}/{path}")
            assert page.locator("nav:visible, form:visible, button:visible, .skip:visible").count() == 0, path
            assert page.locator("h1").first.is_visible(), path
            assert page.evaluate(CUT) == [], path


def test_paper_needs_no_ground(site: Site, browser: Browser) -> None:
    """A browser prints no backgrounds: every text is dark enough for the white sheet."""
    with window(browser, site("shipped"), A4, color_scheme="dark") as page:
        page.emulate_media(media="print")
        for path in KINDS_OF_PAGES:
            page.goto(f"{URL}/{path}")
            assert [c for c in page.evaluate(INKS) if contrast(c, "#ffffff") < 7] == [], path


def test_paper_says_where_links_lead(site: Site, browser: Browser) -> None:
    """In print the text names the address of each link, and the article its own."""
    after = "all => all.map(a => [a.getAttribute('href'), getComputedStyle(a, '::after').content])"
    with window(browser, site("shipped"), A4) as page:
        page.emulate_media(media="print")
        page.goto(f"{URL}/{PHOTO}")
        links = page.locator(".prose a[href^=http]").evaluate_all(after)
        assert page.locator(".address").inner_text() == f"{URL}/{PHOTO}"
    assert len(links) > 1
    assert all(address in content.replace('" "', "") for address, content in links), links


def test_the_screen_shows_only_what_is_ready(site: Site, browser: Browser) -> None:
    """What a page keeps hidden until a script needs it is not seen before: no empty choice, no "more" button."""
    with window(browser, site("shipped"), 360) as page:
        for path in KINDS_OF_PAGES:
            page.goto(f"{URL}/{path}")
            page.evaluate("document.querySelectorAll('div[hidden]').forEach(e => { e.hidden = false })")
            assert page.locator("[hidden]:visible").count() == 0, path
