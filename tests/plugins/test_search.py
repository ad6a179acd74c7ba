"""Search in a real browser, on a site built from real content and what must never be found."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from plugins import run
from publisher import serve, settings
from tests.loopback import free_port
from tests.run import clones

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SECRET = "rahasiasekali"
PICTURELESS = (
    "dari-dilayani-menjadi-melayani",
    "inovasi-perlu-kabar-agar-terasa",
    "survei-kepuasan-suara-yang-dihitung",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a small site: news of two years, a draft, a hidden, a withdrawn and a held article."""
    folder = tmp_path_factory.mktemp("cari")
    clones.copy(folder)
    news = folder / "content" / "berita"
    for path in news.rglob("*.md"):
        if path.stem not in (*PICTURELESS, "tiga-s-di-meja-depan", "cara-mengadu-agar-pelayanan-membaik"):
            path.unlink()
    for name in ("kontak", "zona-integritas"):
        text = f"---\ntitle: {name}\nslug: {name}\ntemplate: {name}\n---\n\nIsi.\n"  # the real ones link to more news
        (folder / "content" / "halaman" / f"{name}.md").write_text(text, encoding="utf-8")
    old = clones.article("lama", title="Bimbingan Calon Pengantin").replace("2026-11-20", "2024-05-20")
    (news / "lama.md").write_text(old, encoding="utf-8")
    for status, more in (("draft", ""), ("hidden", ""), ("withdrawn", "withdrawn: Keliru\n"), ("embargo", "")):
        line = "embargo: 2099-01-01 08:00\n" if status == "embargo" else f"status: {status}\n"
        text = clones.article(f"x{status}", title=f"Berita {SECRET} {status}", more=line + more)
        (news / f"x{status}.md").write_text(text + f"\n{SECRET}\n", encoding="utf-8")
    port = free_port()
    made = settings.load(folder, {}, url=f"http://127.0.0.1:{port}")
    run.build(made, datetime(2026, 11, 24, 9, tzinfo=made.zone))
    with serve.site(made.output, "127.0.0.1", port) as address:
        yield address


@pytest.fixture
def page(site: str) -> Iterator[Any]:
    """A phone's page that stops at every fault of a script."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        opened = browser.new_page(viewport={"width": 360, "height": 800})
        faults: list[str] = []
        opened.on("pageerror", lambda fault: faults.append(str(fault)))
        opened.asked = []  # every address the page asks for
        opened.on("request", lambda request: opened.asked.append(request.url))
        yield opened
        browser.close()
        assert faults == []


def found(page: Any, site: str, query: str) -> list[str]:
    page.goto(f"{site}cari/?q={query}")
    page.get_by_text(re.compile("^(Ditemukan|Tidak ada)")).wait_for()
    titles: list[str] = page.locator("#s-found h2").all_inner_texts()
    return titles


@pytest.mark.browser
def test_word_forms_find_the_same(page: Any, site: str) -> None:
    """pelayanan, layanan, melayani and dilayani find the same pages."""
    forms = [set(found(page, site, word)) for word in ("pelayanan", "layanan", "melayani", "dilayani")]
    assert forms[0] == forms[1] == forms[2] == forms[3]
    assert len(forms[0]) > 2


@pytest.mark.browser
def test_years_are_merged_and_aliases_found(page: Any, site: str) -> None:
    """One search goes over all years, and a service is found by another spelling of its name."""
    assert "Bimbingan Calon Pengantin" in found(page, site, "pengantin")
    assert found(page, site, "Binwin")[0] == "Bimwin Smart"


@pytest.mark.browser
def test_what_is_not_public_is_never_found(page: Any, site: str) -> None:
    """No draft, hidden, withdrawn or held article is in the index, in no word of it."""
    assert found(page, site, SECRET) == []
    page.goto(f"{site}cari/")
    assert page.locator("#s-found li").count() == 0


@pytest.mark.browser
def test_nothing_is_loaded_before_somebody_searches(page: Any, site: str) -> None:
    """The engine comes with the first focus; a filter narrows; the address keeps the search."""
    page.goto(f"{site}cari/")
    page.wait_for_load_state("networkidle")
    assert not [url for url in page.asked if "/indeks/" in url]
    page.focus("#s-q")
    page.wait_for_selector("#s-tahun option[value='2024']", state="attached")
    page.keyboard.type("berita")
    page.wait_for_selector("#s-found li")
    page.select_option("#s-tahun", "2024")
    page.get_by_text("Ditemukan: 1", exact=True).wait_for()
    assert page.url == f"{site}cari/?q=berita&tahun=2024"
    assert all(url.startswith(site) for url in page.asked)


@pytest.mark.browser
def test_every_page_obeys_the_policy(page: Any, site: str) -> None:
    """Under the security headers that the hosts are told to say, no page breaks a rule of them."""
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}"))
    answer = page.goto(site)
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    waiting, seen = [site], set()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        page.goto(address)
        links = page.locator(f"a[href^='{site}']").evaluate_all("all => all.map(a => a.href.split('#')[0])")
        waiting += [link for link in links if link.endswith("/")]
    assert len(seen) > 30
    assert said == []


@pytest.mark.browser
def test_without_javascript_the_lists_are_there(page: Any, site: str) -> None:
    """Without JavaScript the form leads to the page that names the lists."""
    context = page.context.browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{site}404.html")
    plain.fill("#s-cari", "layanan")
    plain.press("#s-cari", "Enter")
    assert plain.url.startswith(f"{site}cari/?q=layanan")
    assert plain.locator("main a[href$='/indeks/']").is_visible()
    assert plain.locator("main a[href$='/arsip/']").is_visible()
    context.close()
