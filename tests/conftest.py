"""What every test folder shares: the FULL switch, and an article, a service and a site to work with."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from publisher.article import Article, Service, Site

FULL = os.environ.get("FULL", "") not in ("", "0")
WIB = timezone(timedelta(hours=7))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without FULL=1 the long tests and those that want real services are left out."""
    if FULL:
        return
    kept = [i for i in items if i.get_closest_marker("full") is None]
    config.hook.pytest_deselected(items=[i for i in items if i not in kept])
    items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:
    """With FULL=1 a skip is a failure, except of a test that wants the folder of public specifications."""
    report = yield
    if FULL and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if "KENTONGAN_SPECS" not in reason:
            report.outcome = "failed"
            report.longrepr = f"skipped in a full run: {reason}"
    return report


@pytest.fixture
def now() -> datetime:
    """The moment at which the tests' runs take place."""
    return datetime(2026, 11, 24, 9, 0, tzinfo=WIB)


@pytest.fixture
def service() -> Service:
    """A service with every field filled."""
    return Service(
        id="ptsp",
        name="Pelayanan Terpadu Satu Pintu (PTSP)",
        path="layanan/ptsp.md",
        body="Satu meja untuk semua urusan.",
        aliases=("PTSP",),
        kind="adaptasi",
        innovation=True,
        online=False,
        cost="Rp0",
        updated=datetime(2026, 11, 1, tzinfo=WIB),
    )


@pytest.fixture
def site(service: Service) -> Site:
    """A public site with one service in its register."""
    return Site(
        url="https://humas.contoh.go.id",
        title="Kabar Layanan",
        publication="Kabar Layanan",
        office="Kantor Contoh",
        description="Berita layanan.",
        services=(service,),
    )


@pytest.fixture
def make_article() -> Callable[..., Article]:
    """Makes an article that is complete; keywords replace its fields."""

    def make(**fields: Any) -> Article:
        article = Article(
            id="20261123-abcde",
            title="Urus Surat Cukup di Satu Meja",
            date=datetime(2026, 11, 23, 1, 0, tzinfo=UTC).astimezone(WIB),
            slug="urus-surat-cukup-di-satu-meja",
            path="berita/2026/urus-surat-cukup-di-satu-meja.md",
            body="Slawi (Humas) – Isi berita.",
            html="<p>Slawi (Humas) – Isi berita.</p>",
            category="Pelayanan",
            tags=("layanan",),
            authors=("Tim Humas",),
            place="Slawi",
            summary="Warga cukup datang ke satu meja.",
            services=("ptsp",),
        )
        return replace(article, **fields)

    return make
