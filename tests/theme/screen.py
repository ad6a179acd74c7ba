"""The pages of a whole site in the Chromium of this machine, and what is asked of them there."""

from __future__ import annotations

import mimetypes
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, Route

from tests.theme.sites import URL, Built

PHOTO, PLAIN = "berita/bimbingan-pranikah-cukup-dari-rumah/", "berita/survei-kepuasan-suara-yang-dihitung/"
SERVICE, REGISTER, SEARCH = "layanan/bimwin-smart/", "layanan/", "cari/"
# a page of each kind of the shipped content
KINDS_OF_PAGES = [
    "",
    PHOTO,
    PLAIN,
    SERVICE,
    REGISTER,
    SEARCH,
    "404.html",
    "aksesibilitas/",
    "arsip/",
    "arsip/2026/11/",
    "en/berita/how-to-complain-about-a-service/",
    "indeks/",
    "kanal-resmi/",
    "kategori/",
    "kategori/layanan/",
    "kontak/",
    "langganan/",
    "layanan/plhut/",
    "pedoman/",
    "penulis/",
    "penulis/humas-kemenag-kabupaten-tegal/",
    "privasi/",
    "tag/",
    "tag/inovasi/",
    "tentang/",
    "zona-integritas/",
]

# what a finger presses; a link within a running text is as high as its line (WCAG 2.5.8, inline)
SMALL = """() => [...document.querySelectorAll('a[href]:not(.skip), button, input, select, summary')].flatMap(e => {
  const box = e.getBoundingClientRect(), inline = e.matches('a') && getComputedStyle(e).display === 'inline';
  const alone = e.parentElement.textContent.trim() === e.textContent.trim();
  if (!e.checkVisibility() || (inline && !alone)) return [];
  return box.height < 44 || box.width < 44 ? [`${e.textContent.trim()} ${box.width}x${box.height}`] : [];
})"""
# what sticks out of the screen, the page itself included
WIDE = """() => [...(document.documentElement.scrollWidth > innerWidth ? ['scrolls sideways'] : []),
  ...[...document.querySelectorAll('main *, header *, footer *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.unseen')).map(e => e.outerHTML)]"""


def chromium() -> str | None:
    """Where it is."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def serve(built: Built, route: Route) -> None:
    """Answers with the file of the site."""
    path = route.request.url.removeprefix(f"{URL}/").partition("?")[0]
    file = built.folder / path
    file = file / "index.html" if file.is_dir() else file
    if not route.request.url.startswith(URL) or not file.is_file():
        route.abort()
        return
    route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "application/octet-stream")


@contextmanager
def window(browser: Browser, built: Built, width: int, **options: Any) -> Iterator[Page]:
    """A window on the site, without any network."""
    context = browser.new_context(viewport={"width": width, "height": 800}, **options)
    page = context.new_page()
    page.route("**/*", lambda route: serve(built, route))
    yield page
    context.close()
