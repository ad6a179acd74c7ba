"""Lighthouse as on a cheap phone, on the site as the embedded server gives it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from publisher import serve
from tests.loopback import free_port
from tests.theme.lighthouse import ready, report
from tests.theme.screen import PHOTO, SERVICE
from tests.theme.sites import Built, copied

pytestmark = [pytest.mark.full, pytest.mark.browser]

WANTED = {"accessibility": 1, "best-practices": 1, "seo": 1}


@pytest.fixture(scope="module")
def address(site: Callable[[str], Built], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site on this machine."""
    if missing := ready():
        pytest.skip(missing)
    port = free_port()
    folder = copied(site("shipped"), tmp_path_factory.mktemp("lighthouse") / "site", f"http://127.0.0.1:{port}")
    with serve.site(folder, "127.0.0.1", port) as served:
        yield served


@pytest.mark.parametrize("path", ["", PHOTO, SERVICE])
def test_nothing_is_left_to_mend(address: str, path: str) -> None:
    """Accessibility, best practices and what search engines want: 100 of 100. Speed is for benchmarks/site.py."""
    said = report(address + path, *WANTED)
    scores = {name: category["score"] for name, category in said["categories"].items()}
    failed = {n: a.get("displayValue") or a["title"] for n, a in said["audits"].items() if a["score"] == 0}
    assert scores == WANTED, json.dumps(failed, indent=1)


def test_lighthouse_would_say_so(address: str) -> None:
    """The page of a search is kept out of search engines, and costs a point there."""
    assert report(f"{address}cari/", "seo")["categories"]["seo"]["score"] < 1
