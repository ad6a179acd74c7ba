"""Hub and search engines are told once of what changed, when it is live, and nothing else suffers for it."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from publisher import doctor, http, settings
from publisher import ledger as package
from publisher.ledger.announced import Announcements
from publisher.ledger.announcement import Change
from publisher.ledger.store import Ledger
from publisher.manifest import Manifest, Record
from publisher.outreach import announce
from publisher.settings import Settings
from tests.outreach.listeners import Hub, IndexNow, Server, Site, Subscriber
from tests.run import clones

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
KEY = "0123-kunci-IndexNow"
OFFICE = """\
name = "Kantor Contoh"
short = "Kantor"
title = "Kabar"
description = "Berita."
url = "{url}"
hub = "{hub}"
[announce]
indexnow = "{key}"
endpoint = "{endpoint}"
hub_urls = {batch}
"""
RSS = (
    '<rss xmlns:atom="http://www.w3.org/2005/Atom" version="2.0"><channel><title>{title}</title>'
    '<atom:link rel="self" href="{url}/{path}"/><atom:link rel="hub" href="{hub}"/></channel></rss>'
)


def page(revision: str = "", robots: str = "max-image-preview:large", text: str = "Isi") -> str:
    meta = f'<meta name="kentongan:revision" content="{revision}">' if revision else ""
    return f'<!doctype html><html><head><meta name="robots" content="{robots}">{meta}</head><body>{text}</body></html>'


@dataclass
class Office:
    """A site on loopback, its ledger and who listens: ``write`` builds a file, ``deploy`` puts the site live."""

    root: Path
    ledger: Ledger
    site: Site
    hub: Hub
    engine: IndexNow
    now: datetime = NOW
    before: Manifest | None = None
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        given = {
            "url": self.site.url,
            "hub": f"{self.hub.url}/hub",
            "key": KEY,
            "endpoint": f"{self.engine.url}/indexnow",
            "batch": self.hub.allows,
        }
        (self.root / "office.toml").write_text(OFFICE.format(**{**given, **self.changes}), encoding="utf-8")
        return settings.load(self.root, {})

    @property
    def log(self) -> Announcements:
        return Announcements(self.ledger)

    def write(self, path: str, text: str) -> str:
        file = self.root / "output" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return path

    def feed(self, path: str = "feeds/rss.xml", title: str = "Kabar") -> str:
        return self.write(path, RSS.format(title=title, url=self.site.url, path=path, hub=f"{self.hub.url}/hub"))

    def intend(self, *sent: str, gone: tuple[str, ...] = ()) -> None:
        announce.intend(self.ledger, self.settings, sent, gone, self.before, self.now)

    def live(self) -> None:
        shutil.rmtree(self.site.folder, ignore_errors=True)
        shutil.copytree(self.root / "output", self.site.folder)
        (self.site.folder / f"{KEY}.txt").write_text(KEY, encoding="utf-8")

    def deploy(self, *sent: str, gone: tuple[str, ...] = ()) -> None:
        self.intend(*sent, gone=gone)
        for path in gone:
            (self.root / "output" / path).unlink()
        self.live()

    def tell(self) -> dict[str, announce.Told]:
        return {t.service: t for t in announce.tell(self.ledger, self.settings, http.get, lambda: self.now)}

    def url(self, path: str) -> str:
        return f"{self.site.url}/{path}"

    def topics(self) -> list[str]:
        return [topic for ping in self.hub.pings for topic in ping]

    def listed(self) -> list[str]:
        return [url for urls in self.engine.lists for url in urls]


@pytest.fixture
def office(tmp_path: Path, ledger: Ledger) -> Iterator[Office]:
    servers: list[Any] = [Site(tmp_path / "live"), Hub(), IndexNow()]
    (tmp_path / "output").mkdir()
    yield Office(tmp_path, ledger, *servers)
    for server in servers:
        server.close()


def until(done: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def record(revision: str = "r1", *, slug: str = "satu", public: bool = True, site: str) -> Manifest:
    made = Record(
        id="20261124-aaaaa",
        revision=revision,
        path=f"berita/2026/{slug}.md",
        page=f"berita/{slug}/",
        url=f"{site}/berita/{slug}/",
        title="Satu",
        summary="",
        status="published" if public else "hidden",
        public=public,
        date=NOW.isoformat(),
        due=NOW.isoformat(),
    )
    return Manifest(site=site, title="Kabar", records=(made,))


# -- WebSub


def test_a_subscriber_gets_the_new_feed(office: Office) -> None:
    """W3C WebSub, the whole round: discovery in the feed, subscription, verification of intent, ping, fetch, signed
    distribution of the bytes that were deployed."""
    office.deploy(office.feed(title="Lama"))
    office.tell()
    reader = Subscriber(office.url("feeds/rss.xml"))
    try:
        assert reader.subscribe() == 202
        until(lambda: office.hub.subscriptions)
        office.deploy(office.feed(title="Berita baru"))
        assert office.tell()["websub"] == announce.Told("websub", 1, 0)
        until(lambda: reader.got)
        assert reader.got == [(office.root / "output/feeds/rss.xml").read_bytes()]
        assert b"Berita baru" in reader.got[0]
        assert not office.hub.refused
    finally:
        reader.close()


@pytest.mark.parametrize(("allows", "pings"), [(1, 3), (2, 2), (10, 1)])
def test_a_hub_is_asked_as_it_allows(office: Office, allows: int, pings: int) -> None:
    """One feed a request, or as many as hub_urls says; each changed feed once."""
    office.hub.allows = allows
    paths = [office.feed(f"kategori/{n}/rss.xml") for n in "abc"]
    office.deploy(*paths)
    assert office.tell()["websub"].told == 3
    assert len(office.hub.pings) == pings
    assert sorted(office.topics()) == [office.url(p) for p in paths]
    assert not office.hub.refused


def test_only_topics_are_pinged(office: Office) -> None:
    """A topic is a feed that names a hub, in RSS, Atom and JSON; sitemaps, past months, broken files are none."""
    hub, url = f"{office.hub.url}/hub", office.site.url
    feed = {"title": "Kabar hub", "feed_url": f"{url}/feeds/feed.json", "hubs": [{"type": "WebSub", "url": hub}]}
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="{url}/feeds/atom.xml"/>{{}}</feed>'
    past = '<fh:archive xmlns:fh="http://purl.org/syndication/history/1.0"/>'
    office.deploy(
        office.write("feeds/feed.json", json.dumps(feed)),
        office.write("feeds/atom.xml", atom.format(f'<link rel="hub" href="{hub}"/>')),
        office.write("feeds/arsip/2026-10.xml", atom.format(f'<link rel="hub" href="{hub}"/>{past}')),
        office.write("feeds/tanpa.xml", atom.format("<title>hub</title>")),
        office.write("rusak.xml", "<hub"),
        office.write("rusak.json", "hub"),
        office.write("hub.json", "[1]"),
        office.write("sitemap.xml", f"<urlset><url><loc>{url}/hub/</loc></url></urlset>"),
    )
    office.tell()
    assert sorted(office.topics()) == [f"{url}/feeds/atom.xml", f"{url}/feeds/feed.json"]


def test_a_hub_is_told_when_the_new_bytes_are_live(office: Office) -> None:
    """A hub fetches at once: while the site still shows the old feed it is not told."""
    office.deploy(office.feed(title="Lama"))
    office.tell()
    office.intend(office.feed(title="Baru"))
    told = office.tell()["websub"]
    assert (told.told, told.waiting) == (0, 1)
    assert office.url("feeds/rss.xml") in str(told.reason)
    assert len(office.hub.pings) == 1
    office.live()
    assert office.tell()["websub"].told == 1
    assert len(office.hub.pings) == 2


def test_a_feed_that_went_is_not_waited_for(office: Office) -> None:
    """A feed that is deleted before anybody was told of it is no topic any more."""
    office.intend(office.feed("kategori/a/rss.xml"))
    office.deploy(gone=("kategori/a/rss.xml",))
    assert office.tell() == {}
    assert [r.state for r in office.log.ended()] == ["dropped"]


# -- IndexNow


def test_search_engines_get_the_pages(office: Office) -> None:
    """Pages that are new, changed and gone, by their addresses, escaped; no file that is no page."""
    office.deploy(
        office.write("index.html", page()),
        office.write("berita/satu/index.html", page("r1")),
        office.write("tag/kerja sama & é/index.html", page()),
        office.write("404.html", page(robots="noindex")),
        office.write("gambar/a.jpg", "x"),
    )
    assert office.tell()["indexnow"] == announce.Told("indexnow", 3, 0)
    assert office.listed() == [office.url(p) for p in ("", "berita/satu/", "tag/kerja%20sama%20&%20%C3%A9/")]
    office.deploy(gone=("tag/kerja sama & é/index.html",))
    assert office.tell()["indexnow"].told == 1
    assert office.engine.answers == [200, 200]
    assert office.tell() == {}


def test_a_site_under_a_path(office: Office) -> None:
    """The key file's folder is the site's own, and all addresses are below it."""
    office.changes["url"] = f"{office.site.url}/humas/"
    office.intend(office.write("berita/satu/index.html", page("r1")))
    shutil.copytree(office.root / "output", office.site.folder / "humas")
    (office.site.folder / "humas" / f"{KEY}.txt").write_text(KEY, encoding="utf-8")
    assert office.tell()["indexnow"].told == 1
    assert office.listed() == [office.url("humas/berita/satu/")]


def test_no_more_than_ten_thousand_at_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer lists are divided; each address is told once."""
    office.live()
    office.log.want("indexnow", [Change(office.url(f"berita/{n}/")) for n in range(10_001)], NOW)
    monkeypatch.setattr(announce, "lacking", lambda *_: None)
    assert office.tell()["indexnow"] == announce.Told("indexnow", 10_001, 0)
    assert [len(urls) for urls in office.engine.lists] == [10_000, 1]
    assert len(set(office.listed())) == 10_001


def test_an_article_is_told_of_by_revision(office: Office) -> None:
    """The addresses of its posts come back to its page and nobody is told; a correction is told."""
    path = office.write("berita/satu/index.html", page("r1", text="u-syndication"))
    office.before = record("r1", site=office.site.url)
    office.deploy(path)
    assert office.tell() == {}
    office.deploy(office.write(path, page("r2")))
    assert office.tell()["indexnow"].told == 1
    assert office.listed() == [office.url("berita/satu/")]


def test_hidden_pages_stay_hidden(office: Office) -> None:
    """A page with noindex is nobody's business, unless it was public: then it is to be forgotten."""
    path = office.write("berita/satu/index.html", page("r2", robots="noindex"))
    office.deploy(path)
    office.before = record("r2", public=False, site=office.site.url)
    office.deploy(path, gone=(office.write("berita/satu/index.html", page("r2", robots="noindex")),))
    assert office.tell() == {}
    office.before = record("r1", site=office.site.url)
    office.deploy(office.write(path, page("r2", robots="noindex")))
    assert office.tell()["indexnow"].told == 1


def test_pages_are_told_of_when_live(office: Office) -> None:
    """A page that is not there yet, shows its earlier revision or is not gone yet waits; the others do not."""
    office.before = record("r1", site=office.site.url)
    first = [office.write("berita/satu/index.html", page("r1")), office.write("tag/b/index.html", page())]
    office.live()
    office.intend(
        office.write("berita/satu/index.html", page("r2")),
        office.write("tag/a/index.html", page()),
        first[1],
        gone=("tag/b/index.html",),
    )
    told = office.tell()["indexnow"]
    assert (told.told, told.waiting) == (0, 3)
    (office.root / "output" / "tag/b/index.html").unlink()
    office.live()
    assert office.tell()["indexnow"] == announce.Told("indexnow", 3, 0)
    assert sorted(office.listed()) == [office.url(p) for p in ("berita/satu/", "tag/a/", "tag/b/")]


def test_the_key_file_must_be_there(office: Office) -> None:
    """403 is said in words, nothing is lost, and the next run tells."""
    office.deploy(office.write("index.html", page()))
    (office.site.folder / f"{KEY}.txt").write_text("kunci-lain")
    told = office.tell()["indexnow"]
    assert (told.told, told.waiting) == (0, 1)
    assert "key file" in str(told.reason)
    assert office.engine.answers == [403]
    office.live()
    assert office.tell()["indexnow"].told == 1


@pytest.mark.parametrize(
    ("urls", "answer"),
    [
        (["https://lain.example/"], 422),
        ([], 400),
        (["{site}/a b"], 400),
        (["{site}/"] * 10_001, 400),
    ],
)
def test_the_listener_is_strict(office: Office, urls: list[str], answer: int) -> None:
    """What the real IndexNow refuses, ours refuses; else the tests above would show nothing."""
    office.live()
    (service,) = [s for s in announce.services(office.settings) if s.name == "indexnow"]
    wanted = [u.format(site=office.site.url) for u in urls]
    with pytest.raises(Exception, match=r"IndexNow|refused"):
        service.tell(wanted)
    assert office.engine.answers == [answer]


# -- the ledger


def test_told_once_with_a_receipt(office: Office) -> None:
    """The ledger keeps what was told, when, and the answer, and the next run has nothing to tell."""
    office.deploy(office.feed(), office.write("index.html", page()))
    office.tell()
    rows = {r.service: r for r in office.log.ended()}
    assert {(r.address, r.state, r.answer, r.tries, r.ended) for r in rows.values()} == {
        (office.url("feeds/rss.xml"), "told", "HTTP 204", 1, NOW),
        (office.url(""), "told", "HTTP 200", 1, NOW),
    }
    assert office.tell() == {}
    assert (len(office.hub.pings), len(office.engine.lists)) == (1, 1)


def test_receipts_are_only_added(office: Office) -> None:
    """The database itself refuses to change or delete what was told."""
    office.deploy(office.feed())
    office.tell()
    for change in ("UPDATE announcement SET answer = 'x'", "DELETE FROM announcement"):
        with pytest.raises(sa.exc.IntegrityError, match="only added"), office.ledger.engine.begin() as c:
            c.execute(sa.text(change))


def test_waiting_once(office: Office) -> None:
    """An address that changes again before it was told of waits once, for its newest bytes."""
    office.intend(office.feed(title="Satu"))
    office.intend(office.feed(title="Dua"))
    (row,) = office.log.waiting()
    digest = hashlib.sha256((office.root / "output/feeds/rss.xml").read_bytes()).hexdigest()
    assert row.expects == f"digest {digest}"
    office.live()
    office.tell()
    assert office.topics() == [office.url("feeds/rss.xml")]


def test_an_older_ledger_is_brought_up(tmp_path: Path) -> None:
    """A ledger from before there were announcements gets their table."""
    path = tmp_path / "old.sqlite"
    config = Config()
    config.set_main_option("script_location", str(Path(package.__file__).parent / "migrations"))
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as c:
        config.attributes["connection"] = c
        command.upgrade(config, "0001")
    engine.dispose()
    with Ledger.open(path) as ledger:
        Announcements(ledger).want("websub", [Change("https://a.go.id/feeds/rss.xml")], NOW)
        assert len(Announcements(ledger).waiting("websub")) == 1


# -- what goes wrong


def test_retry_after_is_kept(office: Office) -> None:
    """429: nothing is sent to that service before the time it named, the other is told all the same."""
    office.hub.says = (429, {"Retry-After": "120"})
    office.deploy(office.feed(), office.write("index.html", page()))
    told = office.tell()
    assert (told["websub"].told, told["websub"].waiting, told["indexnow"].told) == (0, 1, 1)
    office.hub.says = None
    office.deploy(office.feed("kategori/a/rss.xml"))
    office.now = NOW + timedelta(seconds=119)
    assert office.tell()["websub"].waiting == 2
    assert office.hub.pings == []
    office.now = NOW + timedelta(seconds=121)
    assert office.tell()["websub"].told == 2


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_a_fault_loses_nothing(office: Office, status: int) -> None:
    """Whatever the services answer is one line; it waits, and the next run tells."""
    office.hub.says = office.engine.says = (status, {})
    office.deploy(office.feed(), office.write("index.html", page()))
    told = office.tell()
    assert {(t.told, t.waiting) for t in told.values()} == {(0, 1)}
    assert all("\n" not in str(t.reason) and str(t.reason) for t in told.values())
    assert {r.tries for r in office.log.waiting()} == {1}
    assert all(r.answer.startswith(f"HTTP {status}") for r in office.log.waiting())
    office.hub.says = office.engine.says = None
    assert {t.told for t in office.tell().values()} == {1}


def test_nobody_there(office: Office) -> None:
    """A hub that cannot be reached is asked once a run, not once for each feed."""
    gone = Server()
    gone.close()
    office.changes = {"hub": f"{gone.url}/hub", "key": ""}
    office.deploy(office.feed(), office.feed("kategori/a/rss.xml"))
    assert office.tell()["websub"].waiting == 2
    assert sorted(r.tries for r in office.log.waiting()) == [0, 1]


def test_a_redirect_is_not_followed(office: Office) -> None:
    """Nothing is told to a place that office.toml does not name."""
    office.hub.says = (307, {"Location": f"{office.engine.url}/indexnow"})
    office.deploy(office.feed())
    assert office.tell()["websub"].waiting == 1
    assert office.engine.answers == []


def test_a_refusal_is_final(office: Office) -> None:
    """What will be refused again is not sent again; the ledger keeps the refusal."""
    office.hub.says = office.engine.says = (400, {})
    office.deploy(office.feed(), office.write("index.html", page()))
    assert all("refused" in str(t.reason) for t in office.tell().values())
    assert {(r.state, r.answer) for r in office.log.ended()} == {("refused", "HTTP 400")}
    office.hub.says = office.engine.says = None
    assert office.tell() == {}


def test_what_never_becomes_live_is_dropped(office: Office) -> None:
    """After two weeks nobody waits for a page that did not come."""
    office.intend(office.write("berita/satu/index.html", page("r1")))
    office.now = NOW + timedelta(days=14)
    assert office.tell()["indexnow"].waiting == 1
    office.now = NOW + timedelta(days=15)
    assert office.tell()["indexnow"].waiting == 0
    assert [r.state for r in office.log.ended()] == ["dropped"]


def test_patience_ends(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow site holds the run up for a minute at most; what was seen live is told, the rest by the next run."""
    office.deploy(*(office.write(f"tag/{n:02}/index.html", page()) for n in range(20)))
    ticks = iter(NOW + timedelta(seconds=25 * n) for n in range(100))
    told = announce.tell(office.ledger, replace(office.settings), http.get, lambda: next(ticks))
    assert [(t.told, t.waiting) for t in told] == [(16, 4)]
    assert office.tell()["indexnow"].told == 4


# -- when nobody is to be told


def test_off_by_default(office: Office) -> None:
    """Without hub and key nothing is written down and nobody asked."""
    office.changes = {"hub": "", "key": ""}
    office.deploy(office.feed(), office.write("index.html", page()))
    assert office.log.waiting() == ()
    assert office.tell() == {}
    assert office.site.asked == []


def test_switched_on_later(office: Office) -> None:
    """Who is switched on is told of what changes from then on, as IndexNow's FAQ asks."""
    office.changes = {"hub": "", "key": ""}
    office.deploy(office.feed(), office.write("index.html", page()))
    office.changes = {}
    assert office.tell() == {}


def test_a_private_site_tells_nobody_outside(office: Office) -> None:
    """The guard of the channels: addresses that no one can open go to loopback only."""
    office.changes = {"hub": "https://hub.contoh.go.id/", "endpoint": "https://api.indexnow.org/indexnow"}
    office.deploy(office.feed(), office.write("index.html", page()))
    assert office.log.waiting() == ()
    office.log.want("websub", [Change(office.url("feeds/rss.xml"))], NOW)
    told = office.tell()["websub"]
    assert (told.told, told.waiting) == (0, 1)
    assert office.site.url in str(told.reason)
    for service in announce.services(office.settings):
        with pytest.raises(Exception, match="cannot be opened by readers"):
            service.tell([office.url("")])


def test_an_earlier_address_of_the_site(office: Office) -> None:
    """What waits from before the site moved is told to nobody."""
    office.log.want("websub", [Change("https://lama.contoh.go.id/feeds/rss.xml")], NOW)
    assert office.tell() == {}


@pytest.mark.parametrize(
    ("changes", "services"),
    [
        ({"hub": "hub.contoh.id"}, {"websub"}),
        ({"hub": "https://a b/"}, {"websub"}),
        ({"hub": "https://nama:sandi@hub.contoh.id/"}, {"websub"}),
        ({"hub": "https://hub.contoh.id:99999/"}, {"websub"}),
        ({"key": "pendek"}, {"indexnow"}),
        ({"key": "garis_bawah"}, {"indexnow"}),
        ({"key": "x" * 129}, {"indexnow"}),
        ({"endpoint": "ftp://a.contoh.id/"}, {"indexnow"}),
    ],
)
def test_malformed_settings(office: Office, changes: dict[str, str], services: set[str]) -> None:
    """A setting that cannot be used stops no run: it is one line there, and doctor says what to do."""
    office.changes = changes
    office.deploy(office.feed(), office.write("index.html", page()))
    told = office.tell()
    assert {name for name, t in told.items() if t.told == 0 and t.reason} == services
    assert {name for name, t in told.items() if t.told == 1} == {"websub", "indexnow"} - services
    symptoms = [s for s in doctor.examine(office.settings, NOW) if s.area == "announce"]
    assert [s.level for s in symptoms] == ["fault"]
    assert symptoms[0].remedy


@pytest.mark.parametrize("key", ["a" * 8, "Z9-" * 42 + "zz"])
def test_well_formed_settings(office: Office, key: str) -> None:
    """Keys of 8 to 128 letters, digits and dashes are well."""
    office.changes = {"key": key}
    assert [s.level for s in doctor.examine(office.settings, NOW) if s.area == "announce"] == ["ok"]


# -- the whole run


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Any]:
    """The project with two articles; a hub and an IndexNow listen."""
    folder = tmp_path / "kecil"
    folder.mkdir()
    clones.copy(folder)
    shutil.rmtree(folder / "content" / "berita")
    made = clones.Clone(folder)
    for name in ("kontak", "zona-integritas"):  # they link to articles
        made.write(f"content/halaman/{name}.md", f"---\ntitle: {name}\nslug: {name}\ntemplate: {name}\n---\n\nIsi.\n")
    for slug in ("satu", "dua"):
        made.write(f"content/berita/2026/{slug}.md", clones.article(slug, title=f"Berita {slug}"))
    made.hub, made.engine = Hub(), IndexNow()  # type: ignore[attr-defined]  # what this test adds
    text = f'hub = "{made.hub.url}/hub"\n\n[announce]\nindexnow = "{KEY}"\nendpoint = "{made.engine.url}/"\n\n[deploy]'
    made.edit("office.toml", "[deploy]", text)
    yield made
    made.hub.close()
    made.engine.close()


def test_publish_tells(clone: Any) -> None:
    """`kentongan publish` tells the hub of its feeds and search engines of its pages, with the key file that it
    built, keeps the receipts, and has nothing to tell the second time."""
    first = clone.run("publish")
    assert first.returncode == 0, first.stdout + first.stderr
    base = f"http://127.0.0.1:{clone.port}"
    pages = {url for urls in clone.engine.lists for url in urls}
    assert {f"{base}/", f"{base}/berita/satu/", f"{base}/berita/dua/", f"{base}/layanan/ptsp/"} <= pages
    topics = [topic for ping in clone.hub.pings for topic in ping]
    assert {f"{base}/feeds/{name}" for name in ("rss.xml", "atom.xml", "feed.json")} <= set(topics)
    assert len(topics) == len(set(topics))
    assert clone.engine.answers == [200]
    assert not clone.hub.refused
    assert f"indexnow: {len(pages)} addresses told." in first.stdout
    assert f"websub: {len(topics)} addresses told." in first.stdout
    receipts = clone.json("receipts", "--told")
    assert {r["address"] for r in receipts if r["service"] == "indexnow"} == pages
    assert {(r["service"], r["state"], r["answer"]) for r in receipts} == {
        ("indexnow", "told", "HTTP 200"),
        ("websub", "told", "HTTP 204"),
    }
    assert clone.run("receipts", "--told").stdout.count(base) == len(receipts)
    again = clone.json("publish")
    assert again["announced"] == []
    assert len(clone.engine.answers) == 1


@pytest.mark.parametrize(
    "kill",
    [
        ("publisher.outreach.announce:intend", "after", 1),
        ("publisher.deploy.local:Folder.write", "after", 40),
        ("publisher.deploy:deploy", "after", 1),
        ("publisher.outreach.announce:tell", "before", 1),
        ("publisher.ledger.announced:Announcements.end", "before", 2),
    ],
)
def test_killed_between_deploy_and_ping(clone: Any, kill: tuple[str, str, int]) -> None:
    """kill -9 wherever it hits: the next run tells every address that the first one changed."""
    assert clone.run("publish", kill=kill).returncode == -signal.SIGKILL
    done = clone.run("publish")
    assert done.returncode == 0, done.stdout + done.stderr
    base = f"http://127.0.0.1:{clone.port}"
    pages = {url for urls in clone.engine.lists for url in urls}
    built = {p.parent for p in (clone.folder / "output").rglob("index.html") if b'"noindex"' not in p.read_bytes()}
    names = {p.relative_to(clone.folder / "output").as_posix() for p in built}
    assert pages == {f"{base}/" if n == "." else f"{base}/{n}/" for n in names}
    assert {f"{base}/feeds/rss.xml", f"{base}/feeds/atom.xml"} <= {t for ping in clone.hub.pings for t in ping}
    assert clone.run("status").stdout.count("still to be told") == 0


def test_posts_do_not_mind(clone: Any) -> None:
    """Hub and search engines out of order: both posts go out, exit code 0, one line each."""
    clone.hub.says = clone.engine.says = (500, {})
    done = clone.run("publish")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(clone.noticeboard()) == 2
    lines = [line for line in done.stdout.splitlines() if line.startswith(("websub", "indexnow"))]
    assert len(lines) == 2
    assert clone.run("status").stdout.count("still to be told") == 2
    clone.hub.says = clone.engine.says = None
    assert clone.run("deliver").returncode == 0
    assert clone.engine.lists
    assert clone.hub.pings
