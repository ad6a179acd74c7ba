"""Nothing leaves before the page is live: asked over real HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import http
from publisher.manifest import Manifest, Record
from publisher.outreach.gate import CARD_BYTES, Gate, Meta, check
from tests.loopback import Listener

CARD = b"\xff\xd8\xff\xe0 a picture"


class Site:
    """A site whose answers the test sets: path to (status, type, body)."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, str, bytes]] = {}
        self.asked: Counter[str] = Counter()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: object) -> None:
                pass

            def do_GET(self) -> None:
                site.asked[self.path] += 1
                status, kind, body = site.pages.get(self.path, (404, "text/html", b"nothing here"))
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("location", "/elsewhere/")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._listener = Listener(Handler)
        self.url = self._listener.url

    def close(self) -> None:
        self._listener.close()

    def show(self, record: Record, **changes: str) -> None:
        card = record.card.path if record.card else ""
        said = {"id": record.id, "revision": record.revision, "card": f"{self.url}/{card}", **changes}
        page = (
            f'<!doctype html><title>{record.title}</title><meta name="kentongan:id" content="{said["id"]}">'
            f'<meta name=kentongan:revision content="{said["revision"]}"/>'
            f'<meta property="og:image" content="{said["card"]}"><p>…'
        )
        self.pages[f"/{record.page}"] = (200, "text/html; charset=utf-8", page.encode())
        self.pages[f"/{card}"] = (200, "image/jpeg", CARD)


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture
def shown(site: Site, doubles: Any) -> Record:
    record: Record = doubles.record(url=f"{site.url}/berita/1/")
    site.show(record)
    return record


def test_live(shown: Record) -> None:
    """A page in this revision with its card lets the deliveries go."""
    assert check(shown, http.get) is None


def test_without_card(shown: Record, site: Site) -> None:
    """An article that has no card needs none."""
    record = replace(shown, card=None)
    site.show(record, card="")
    assert check(record, http.get) is None


Change = Callable[[Site, Record], None]
NOT_LIVE: dict[str, tuple[Change, str]] = {
    "no page": (lambda s, r: s.pages.clear(), "status 404"),
    "error": (lambda s, r: s.pages.update({f"/{r.page}": (503, "text/html", b"")}), "status 503"),
    "redirect": (lambda s, r: s.pages.update({f"/{r.page}": (302, "text/html", b"")}), "status 302"),
    "another article": (lambda s, r: s.show(r, id="20260101-aaaaa"), "does not show this article"),
    "earlier revision": (lambda s, r: s.show(r, revision="r0"), "earlier version"),
    "a host's welcome page": (
        lambda s, r: s.pages.update({f"/{r.page}": (200, "text/html", b"<h1>It works")}),
        "does not show this article",
    ),
    "marks in a comment": (
        lambda s, r: s.pages.update({f"/{r.page}": (200, "text/html", b"<!--" + s.pages[f"/{r.page}"][2] + b"-->")}),
        "does not show this article",
    ),
    "no card named": (lambda s, r: s.show(r, card=""), "does not name its card"),
    "another card": (lambda s, r: s.show(r, card=f"{s.url}/cards/other.jpg"), "does not name its card"),
    "card in a private network": (
        lambda s, r: s.show(r, card=f"http://169.254.169.254/{r.card.path if r.card else ''}"),
        "does not name its card",
    ),
    "card missing": (lambda s, r: s.pages.pop(f"/{r.card.path if r.card else ''}"), "status 404"),
    "card is a page": (
        lambda s, r: s.pages.update({f"/{r.card.path if r.card else ''}": (200, "text/html", b"<p>")}),
        "no picture",
    ),
    "card is empty": (
        lambda s, r: s.pages.update({f"/{r.card.path if r.card else ''}": (200, "image/jpeg", b"")}),
        "no picture",
    ),
    "card too large": (
        lambda s, r: s.pages.update(
            {f"/{r.card.path if r.card else ''}": (200, "image/jpeg", b"x" * (CARD_BYTES + 1))}
        ),
        "too large",
    ),
    "nobody answers": (lambda s, r: s.close(), "cannot be opened"),
}


@pytest.mark.parametrize("case", NOT_LIVE)
def test_not_live(shown: Record, site: Site, case: str) -> None:
    """Whatever is not the page in this revision with its card holds the deliveries, with a reason in words."""
    change, words = NOT_LIVE[case]
    change(site, shown)
    assert words in str(check(shown, http.get))


def test_asked_until_live_then_remembered(shown: Record, site: Site) -> None:
    """A page that is not live is asked for again; one that is, is not, for all channels."""
    delivery: Any = SimpleNamespace(article=shown.id, revision=shown.revision)
    gate = Gate(Manifest(site=site.url, title="Kabar", records=(shown,)), http.get)
    site.show(shown, revision="r0")
    assert gate(delivery)
    site.show(shown)
    assert [gate(delivery) for _ in range(4)] == [None] * 4
    assert site.asked[f"/{shown.page}"] == 2


def test_what_is_not_on_the_site_waits(shown: Record, site: Site) -> None:
    """An article that is not public, not in the manifest, or worded from an earlier revision is not asked for."""
    hidden = replace(shown, id="hidden", public=False)
    gate = Gate(Manifest(site=site.url, title="Kabar", records=(shown, hidden)), http.get)
    for article, revision in ((hidden.id, "r1"), ("unknown", "r1"), (shown.id, "r0")):
        case: Any = SimpleNamespace(article=article, revision=revision)
        assert gate(case) is not None
    assert not site.asked


@given(st.text())
def test_any_page_can_be_read(page: str) -> None:
    """No page, however broken, breaks the gate."""
    assert isinstance(Meta.read("<meta name=a content=b>" + page)["a"], str)
