"""The built site in a real browser on a small telephone: what a reader loads before the first tap."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from benchmarks.pictures import like_a_photo
from publisher.mime import media_type
from tests.plugins.conftest import PAGES, SERVICE, Office, project

pytestmark = pytest.mark.browser

SITE = "https://humas.contoh.go.id/"
TEXTS = (".html", ".css", ".js", ".svg", ".json")
ICON = "theme/favicon.svg"  # a browser with a window asks for it, and keeps it
BODY = "Warga Kecamatan Slawi kini cukup datang ke satu meja untuk mengurus surat keterangan. " * 6
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
# how far the parts of the page have moved since they were first seen
SHIFT = """() => new Promise(done => {
    let moved = 0;
    const observer = new PerformanceObserver(list => { for (const e of list.getEntries()) moved += e.value; });
    observer.observe({type: 'layout-shift', buffered: true});
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(moved))));
})"""


@dataclass
class Load:
    """What a page loaded: bytes on the wire by address below the site's root, and what it asked of others."""

    page: Page
    wire: dict[str, int] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)

    def of(self, *endings: str) -> int:
        return sum(size for path, size in self.wire.items() if path.endswith(endings))


Open = Callable[..., Load]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine: the site was not looked at in a browser")
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site whose articles have photos: wide, upright, and in a text of their own."""
    root = project(tmp_path_factory.mktemp("anggaran") / "kantor")
    office = Office(root, datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    for slug in PAGES:
        office.write(f"halaman/{slug}.md", f"---\ntitle: {slug}\n---\n\n{BODY}\n")
    office.write("layanan/ptsp.md", SERVICE.replace("Satu meja.", BODY + "\n\n![Meja](/berita/2026/tegak.jpg)"))
    folder = office.root / "content/berita/2026"
    folder.mkdir(parents=True)
    for name, size in {"lebar": (2560, 1440), "tegak": (1500, 2000), "kecil": (300, 200)}.items():
        like_a_photo(size).save(folder / f"{name}.jpg", quality=90)
    text = "\n\n".join(f"## Bagian {n}\n\n{BODY}\n\n![Meja {n}](lebar.jpg)" for n in range(1, 6))
    for slug, photo in {"berita-lebar": "lebar", "berita-tegak": "tegak", "berita-kecil": "kecil"}.items():
        more = f"services: [ptsp]\nimage: {photo}.jpg\nimage_alt: Warga antre\nimage_caption: Warga antre di meja"
        office.article(slug, f"{BODY}\n\n" * 12 + text, more=more)
    office.article("tanpa-foto", f"{BODY}\n\n" * 12)
    office.article("isi-kecil", f"{BODY}\n\n![Kecil](kecil.jpg)")
    assert [f for f in office.build().findings if f.level == "error"] == []
    return office.output


@pytest.fixture
def load(browser: Browser, built: Path) -> Iterator[Open]:
    """Loads a page of the built site as over the net, text compressed, without any network."""
    contexts = []

    def go(path: str, *, width: int = 360, dots: float = 2, late: bool = False) -> Load:
        context = browser.new_context(
            viewport={"width": width, "height": 640},
            device_scale_factor=dots,
        )
        contexts.append(context)
        seen = Load(context.new_page())

        def answer(route: Route) -> None:
            address = route.request.url
            if not address.startswith(SITE):
                seen.foreign.append(address)
                route.abort()
                return
            name = unquote(address.removeprefix(SITE).split("?")[0])
            file = built / name / "index.html" if name == "" or name.endswith("/") else built / name
            raw = file.read_bytes()
            packed = gzip.compress(raw, 6) if file.name.endswith(TEXTS) else raw
            seen.wire[file.relative_to(built).as_posix()] = len(packed)
            answers.append(lambda: route.fulfill(body=raw, content_type=media_type(file.name)))
            if not (late and name.startswith("gambar/")):
                answers.pop()()

        answers: list[Callable[[], None]] = []
        seen.page.route("**/*", answer)
        seen.page.goto(SITE + path, wait_until="domcontentloaded" if late else "networkidle")
        if late:
            seen.page.evaluate(PAINTED)
            late = False
            assert answers
            for give in answers:
                give()
            seen.page.wait_for_load_state("networkidle")
        return seen

    yield go
    for context in contexts:
        context.close()


@pytest.mark.parametrize("slug", ["berita-lebar", "berita-tegak", "berita-kecil", "tanpa-foto"])
def test_an_article_is_light(load: Open, slug: str) -> None:
    """HTML and CSS at most 14 KB compressed, 60 KB with the photo at 360 px and two dots a pixel, 3 requests."""
    seen = load(f"berita/{slug}/")
    assert seen.of(".html", ".css") <= 14_000
    assert sum(seen.wire.values()) <= 60_000, seen.wire
    assert len(seen.wire.keys() - {ICON}) <= 3, seen.wire
    assert seen.foreign == []
    photos = [p for p in seen.wire if p.startswith("gambar/")]
    assert len(photos) == (slug != "tanpa-foto")
    assert all(p.endswith(".avif") for p in photos)


@pytest.mark.parametrize("path", ["", "layanan/ptsp/", "arsip/", "kategori/pelayanan/", "layanan/", "cari/"])
def test_other_pages_are_light(load: Open, path: str) -> None:
    """At most one picture in the first screen, 6 requests and 60 KB in all."""
    seen = load(path)
    assert seen.of(".html", ".css") <= 14_000
    assert sum(seen.wire.values()) <= 60_000, seen.wire
    assert len(seen.wire) <= 6
    assert seen.foreign == []
    top = "[...document.images].filter(i => i.getBoundingClientRect().top < innerHeight).length"
    assert seen.page.evaluate(top) <= 1


@pytest.mark.parametrize("path", ["", "berita/berita-lebar/", "berita/berita-tegak/", "berita/berita-kecil/"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_while_pictures_come(load: Open, path: str, width: int) -> None:
    """Their place is kept: the layout shift is 0, also when a reader scrolls to the end."""
    page = load(path, width=width, late=True).page
    assert page.evaluate(SHIFT) == 0
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")
    assert page.evaluate(SHIFT) == 0


@pytest.mark.parametrize(
    ("width", "dots", "step"), [(360, 1, "400"), (360, 2, "800"), (360, 3, "1200"), (1280, 1, "800"), (1280, 2, "1600")]
)
def test_a_screen_gets_the_picture_that_fits(load: Open, width: int, dots: float, step: str) -> None:
    """No smaller than it is shown and no larger than the next step, in the photo and in the text."""
    page = load("berita/berita-lebar/", width=width, dots=dots).page
    for image in page.locator("img").all()[:2]:
        image.scroll_into_view_if_needed()
        chosen = image.evaluate("async i => { await i.decode(); return i.currentSrc }")
        assert chosen == f"{SITE}gambar/{step}/berita/2026/lebar.avif"
        shown = image.evaluate("i => i.getBoundingClientRect().width")
        assert shown * dots <= int(step)


def test_a_small_picture_is_not_blown_up(load: Open) -> None:
    """One of 300 pixels in a text stands in its own width on a large screen, and shrinks on a small one."""
    for width, wanted in ((1280, 300), (320, 284)):
        image = load("berita/isi-kecil/", width=width).page.locator(".prose img")
        assert round(image.evaluate("i => i.getBoundingClientRect().width")) == wanted
