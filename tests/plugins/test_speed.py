"""Speed without a price: what a build leaves out of its work never shows in what it leaves behind."""

from __future__ import annotations

import gc
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from jinja2 import Template

from plugins import letters as az
from plugins import periods as lists
from plugins import run
from plugins._convert import Run
from plugins._months import News
from plugins.run import Built, build
from publisher.build import journal, letters, periods, unchanged
from publisher.build.staging import Staging
from publisher.build.state import FILENAME
from publisher.cli import _build
from tests.conftest import FULL, WIB
from tests.plugins.conftest import PAGES, SERVICE, Office, project, tree

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=WIB)
SLUGS = ("satu", "dua", "tiga", "empat", "lima")
OLD = ("2026-03-10 08:00", "2026-03-09 08:00", "2026-01-01 00:00", "2025-12-31 23:30", "2025-10-01 07:00")
DATES = ("2026-11-23 08:00", "2026-11-20 08:00", "2026-10-25 08:00", "2026-11-26 08:00", *OLD)
TAGS = ("layanan, haji", "haji", "layanan", "zakat, haji")
BODIES = (
    "Isi berita.",
    "Lihat [PTSP](../../layanan/ptsp.md) dan [satu](satu.md).",
    "Lihat ![meja](/berita/meja.png) dan [tiga](/berita/tiga/).",
    "## Judul\n\nTabel:\n\n| a | b |\n| --- | ---: |\n| 1 | 2 |\n",
    "Tidak ada [berkas](hilang.pdf) di sini, <b>tebal</b>.",
)
MORE = (
    "services: [ptsp]",
    "image: /berita/meja.png\nimage_alt: Meja",
    "embargo: 2026-11-25 07:00",
    "modified: 2026-11-23 10:00",
    "correction: [{date: 2026-11-24, text: Salah tulis.}]",
    "correction: [{date: 2026-12-01, text: Salah lagi.}]",
    "status: hidden",
    "status: draft",
    "status: withdrawn\nwithdrawn: Keliru.",
    "lang: en\ntranslation_of: 20261101-satu\nsomething: odd",
    "former: [lama, lebih-lama]",
    "attachments: [surat.pdf]",
    "category: Lain",
)
THEMES = (
    ("templates/article.html", "<!-- lain -->"),
    ("templates/_parts.html", "{# lain #}"),
    ("templates/base.html", "<!-- {{ articles|length }} -->"),
    ("static/css/site.css", "/* lain */"),
)


class Killed(BaseException):
    """Ends a build as a kill does: nobody catches it."""


class Site(RuleBasedStateMachine):
    """A small site that is edited and built, again and again."""

    preview = False

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="kentongan-"))
        self.office = Office(project(self.folder / "kantor"), NOW)
        self.now = NOW
        self.count = 0
        self.limits = pytest.MonkeyPatch()

    def teardown(self) -> None:
        self.limits.undo()
        shutil.rmtree(self.folder)

    @initialize(most=st.sampled_from((1, 100)))
    def begin(self, most: int) -> None:
        """``most`` is how much stands on one page of a list before it is divided."""
        for place, name in ((periods, "LIMIT"), (periods, "NEWEST"), (letters, "ONE_PAGE"), (az, "ONE_PAGE")):
            self.limits.setattr(place, name, most)
        for slug in PAGES:
            self.office.write(f"halaman/{slug}.md", f"---\ntitle: {slug}\n---\n\nIsi {slug}.\n")
        self.office.write("layanan/ptsp.md", SERVICE)
        self.office.write("berita/2026/surat.pdf", "%PDF-1.4")
        self.office.picture("berita/meja.png")
        self.office.article("satu", more="services: [ptsp]")
        for number, date in enumerate(OLD[:3]):  # months that are kept as a whole
            self.office.article(f"arsip-{number}", date=date, tags=TAGS[number % 2])
        for slug, date in zip(SLUGS[2:], OLD[2:], strict=True):
            self.office.article(slug, date=date, more="services: [ptsp]")

    @rule(
        slug=st.sampled_from(SLUGS),
        body=st.sampled_from(BODIES),
        date=st.sampled_from(DATES),
        tags=st.sampled_from(TAGS),
        title=st.sampled_from(("", "Judul baru", "Lain lagi")),
        more=st.lists(st.sampled_from(MORE), max_size=3, unique_by=lambda m: m.split(":")[0]),
    )
    def write(self, slug: str, body: str, date: str, tags: str, title: str, more: list[str]) -> None:
        """Adds an article or edits it: text, title, tags, date, embargo, status and all else."""
        category = any(m.startswith("category") for m in more)
        file = self.office.article(slug, body, date=date, tags=tags, title=title, more="\n".join(more))
        if category:
            file.write_text(file.read_text(encoding="utf-8").replace("category: Pelayanan\n", ""), encoding="utf-8")

    @rule(slug=st.sampled_from(SLUGS))
    def delete(self, slug: str) -> None:
        (self.office.root / f"content/berita/2026/{slug}.md").unlink(missing_ok=True)

    @rule(slug=st.sampled_from(SLUGS), name=st.sampled_from(("pindah", "baru")))
    def rename(self, slug: str, name: str) -> None:
        """The file and with it the address."""
        file = self.office.root / f"content/berita/2026/{slug}.md"
        if file.exists():
            file.rename(file.with_name(f"{name}.md"))

    @rule(name=st.sampled_from(("PTSP", "Meja depan")), gone=st.booleans())
    def edit_service(self, name: str, gone: bool) -> None:
        text = SERVICE.replace("Pelayanan Terpadu Satu Pintu", name)
        file = self.office.write("layanan/ptsp.md", text)
        if gone:
            file.unlink()

    @rule(colour=st.sampled_from(("green", "red")))
    def paint(self, colour: str) -> None:
        self.office.picture("berita/meja.png", colour)

    @rule(hours=st.sampled_from((1, 25, 49, 24 * 8, 24 * 32)))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(theme=st.sampled_from(THEMES), on=st.booleans())
    def edit_theme(self, theme: tuple[str, str], on: bool) -> None:
        path, text = theme
        file = self.office.root / "theme" / path
        plain = file.read_text(encoding="utf-8").replace(text, "")
        file.write_text(plain + text * on, encoding="utf-8")

    @rule(line=st.sampled_from(('phone = "0283"', 'hub = "https://hub.contoh.id/"', "")))
    def edit_settings(self, line: str) -> None:
        file = self.office.root / "office.toml"
        first = file.read_text(encoding="utf-8").split("phone")[0].split("hub")[0]
        file.write_text(f"{first}{line}\n", encoding="utf-8")

    @rule()
    def edit_data(self) -> None:
        self.count += 1
        self.office.write("data/pernyataan.toml", f"innovations = {self.count}\n")
        state = self.office.root / ".kentongan"
        state.mkdir(exist_ok=True)
        post = f'{{"20261101-satu": [{{"network": "x", "url": "https://x.com/{self.count}"}}]}}'
        (state / "syndication.json").write_text(post, encoding="utf-8")

    @rule(path=st.sampled_from(("index.html", "feeds/rss.xml", "berita/satu/index.html")), gone=st.booleans())
    def spoil(self, path: str, gone: bool) -> None:
        """Somebody edits or deletes what was built."""
        file = self.office.output / path
        if file.exists() and gone:
            file.unlink()
        elif file.exists():
            file.write_text("rusak", encoding="utf-8")

    @rule(how=st.sampled_from(("gone", "damaged", "all")))
    def lose(self, how: str) -> None:
        """The memory of builds is lost, or all of the state."""
        state = self.office.root / ".kentongan"
        if how == "all":
            shutil.rmtree(state, ignore_errors=True)
        elif (state / FILENAME).exists():
            (state / FILENAME).unlink() if how == "gone" else (state / FILENAME).write_bytes(b"SQLite format 3\0" * 99)

    @rule(after=st.integers(1, 30))
    def kill(self, after: int) -> None:
        """A build ends amid its work; the next one finishes it."""
        steps = 0
        place = journal.place

        def step(name: str) -> None:
            nonlocal steps
            steps += 1
            if steps == after:
                raise Killed

        def killed(*given: Any, **more: Any) -> Any:
            return place(*given, **more, step=step)

        journal.place = killed  # type: ignore[assignment]
        try:
            self.build(self.office.output, self.office.root / ".kentongan")
        except Killed:
            return
        finally:
            journal.place = place

    @invariant()
    def equals_a_clean_build(self) -> None:
        """The same files with the same bytes, none more, and the same findings; a second build finds nothing to do."""
        state = self.office.root / ".kentongan"
        self.count += 1
        clean = self.folder / f"bersih-{self.count}"
        clean.mkdir()
        is_pending = journal.is_pending(Staging(self.office.output, state))
        if is_pending:  # what a killed build wrote counts, and this one puts it in place
            found = self.build(self.office.output, state).findings
        for name in ("manifest.json", "syndication.json"):  # who had an address first; what is out
            if (state / name).exists():
                shutil.copy(state / name, clean)
        if not is_pending:
            found = self.build(self.office.output, state).findings
        assert found == self.build(clean / "output", clean).findings
        assert tree(self.office.output) == tree(clean / "output")
        if not self.preview:
            assert (state / "manifest.json").read_bytes() == (clean / "manifest.json").read_bytes()
        again = self.build(self.office.output, state)
        assert (again.changed, again.removed, again.findings) == ((), (), found)
        shutil.rmtree(clean)

    @rule(slug=st.sampled_from(PAGES), gone=st.booleans())
    def edit_page(self, slug: str, gone: bool) -> None:
        """A standing page, to which others lead."""
        self.count += 1
        file = self.office.write(f"halaman/{slug}.md", f"---\ntitle: {slug}\n---\n\nIsi {self.count}.\n")
        if gone:
            file.unlink()

    def build(self, output: Path, state: Path) -> Built:
        settings = replace(self.office.settings, output=output, state=state)
        return build(settings, self.now, preview=self.preview)


Site.TestCase.settings = settings(
    max_examples=8 if FULL else 2,
    stateful_step_count=12 if FULL else 6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestSite = pytest.mark.timeout(1200)(Site.TestCase)  # three builds a step


class Preview(Site):
    """The editor's preview of such a site, which is published between from the same state."""

    preview = True

    @rule()
    def publish(self) -> None:
        """Builds the site for readers."""
        build(replace(self.office.settings, output=self.office.root / "situs"), self.now)


Preview.TestCase.settings = settings(Site.TestCase.settings, max_examples=4 if FULL else 1)
TestPreview = pytest.mark.timeout(1200)(Preview.TestCase)


def test_an_unchanged_preview_is_not_made_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """`serve` begins at once; what only a preview shows is in it still."""
    office.article("nanti", date="2027-01-01 08:00")
    office.article("konsep", more="status: draft")
    office.build(preview=True)
    with monkeypatch.context() as patch:
        patch.setattr("plugins.run._run", None)
        assert office.build(preview=True).changed == ()
    office.article("urus-surat", "Isi lain.")
    office.build(preview=True)
    shown = tree(office.root / ".kentongan" / "preview")
    assert {f"berita/{slug}/index.html" for slug in ("nanti", "konsep", "urus-surat")} < shown.keys()


def test_the_search_index_can_wait(office: Office) -> None:
    """Without it a build leaves the index as it stands; the next one that is asked for all makes it."""
    index = office.output / "cari/indeks"
    office.build()
    old = tree(index)
    office.article("urus-surat", "Loket dibuka pukul tujuh.")
    assert any(path.startswith("berita/urus-surat/") for path in build(office.settings, NOW, search=False).changed)
    assert tree(index) == old
    assert all(path.startswith("cari/indeks/") for path in office.build().changed)
    assert tree(index) != old


def test_a_process_lets_go_of_what_a_build_needed(office: Office) -> None:
    """A preview that runs all day does not grow with each save."""
    office.build(preview=True)
    run.let_go()
    assert [found for found in gc.get_objects() if isinstance(found, Run)] == []


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on no build may start Pelican."""

    def refuse() -> None:
        monkeypatch.setattr("plugins.run._pelican", lambda: pytest.fail("Pelican was started"))

    return refuse


def test_an_unchanged_site_is_found_unchanged_before_pelican_is_loaded(
    office: Office, refused: Callable[[], None]
) -> None:
    """Nothing edited and nothing due: the answer, findings and manifest included, comes from what was noted."""
    office.article("dua", "Lihat [hilang](hilang.pdf).")
    first = office.build()
    refused()
    second = office.build()
    assert (second.changed, second.removed, second.findings) == ((), (), first.findings)
    assert second.manifest == first.manifest


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("content/berita/2026/urus-surat.md", "Datang", "Pergi!"),
        ("theme/templates/base.html", "color-scheme", "couleur-plan"),
        ("office.toml", "Contoh", "Contah"),
        ("output/404.html", "html", "htmm"),
    ],
)
def test_an_edit_is_seen_whatever_the_clock_of_the_disk(office: Office, path: str, old: str, new: str) -> None:
    """One of the same length within the disk's tick too, of what a build reads or of what it left."""
    office.build()
    file = office.root / path
    stat = file.stat()
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + path.startswith("output")))
    assert office.build().changed


@pytest.fixture
def command(office: Office) -> Callable[[], tuple[str, set[str]]]:
    """`kentongan build` in a process of its own: what it says, and which modules it loads."""
    code = (
        "import sys; sys.argv = ['kentongan', 'build']\n"
        "from publisher.__main__ import main\n"
        "try: main()\n"
        "finally: print(*sys.modules, sep='\\n', file=sys.stderr)\n"
    )
    more = {"SOURCE_DATE_EPOCH": "1795485600", "KENTONGAN_LANG": "en"}
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **more}

    def run() -> tuple[str, set[str]]:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=office.root, env=environ, capture_output=True, text=True, check=True
        )
        return done.stdout, set(done.stderr.splitlines())

    return run


def test_the_command_does_not_load_what_it_does_not_need(command: Callable[[], tuple[str, set[str]]]) -> None:
    """An unchanged site is found unchanged without Pelican, Typer, pydantic, Pillow, SQLAlchemy, requests or rich."""
    assert "pelican" in command()[1]
    said, loaded = command()
    assert said == "Built: nothing has changed.\n"
    assert not loaded & {"pelican", "typer", "pydantic", "PIL", "lxml", "sqlalchemy", "requests", "tweepy", "rich"}


def test_the_command_loads_little_after_an_edit(office: Office, command: Callable[[], tuple[str, set[str]]]) -> None:
    """An edit is built without Typer, the other commands, pydantic, channels and ledger."""
    command()
    office.article("dua", "Baru.")
    said, loaded = command()
    assert re.search(r"^Built: \d+ files changed", said)
    assert "pelican" in loaded
    assert not loaded & {"typer", "pydantic", "sqlalchemy", "requests", "tweepy", "publisher.cli._commands"}
    assert not loaded & {"publisher.publish", "publisher.ledger", "publisher.channels", "publisher.outreach"}


def test_a_site_seen_changed_is_not_looked_at_again(
    office: Office, refused: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`kentongan build` looks once at a site that changed. When the last build was asked in other words, the checked
    settings tell whether it was asked the same."""
    looks: list[str] = []
    find = unchanged.find

    def seen(*given: Any, **asked: str) -> unchanged.Look:
        looks.extend(asked)
        return find(*given, **asked)

    monkeypatch.setattr(unchanged, "find", seen)
    monkeypatch.chdir(office.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795485600")
    assert _build.alone("en") == 0
    office.article("dua", "Baru.")
    looks.clear()
    assert _build.alone("en") == 0
    assert looks == ["call"]
    looks.clear()
    refused()
    monkeypatch.setenv("KENTONGAN_X_TOKEN", "lain")
    assert _build.alone("en") == 0
    assert looks == ["call", "office"]


def test_settings_that_are_the_same_are_not_checked_again(office: Office) -> None:
    """A build after an edit loads neither pydantic nor what only channels and the ledger need; a build after a change
    of office.toml checks it, and so does one that remembers nothing."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom datetime import datetime, UTC\n"
        "from publisher.build.office import known\nfrom publisher.settings import load\nfrom plugins import run\n"
        "run.build(load(Path.cwd(), {}, known=known), datetime(2026, 11, 24, tzinfo=UTC))\n"
        "print(sorted({m.partition('.')[0] for m in sys.modules}))\n"
    )

    def loaded() -> set[str]:
        environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=office.root, env=environ, capture_output=True, text=True, check=True
        )
        return set(done.stdout.replace("'", "").strip("[]\n").split(", "))

    assert "pydantic" in loaded()
    office.article("dua", "Baru.")
    seen = loaded()
    assert "pelican" in seen
    assert not seen & {"pydantic", "sqlalchemy", "requests", "tweepy", "typer"}
    file = office.root / "office.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("Contoh", "Contah"), encoding="utf-8")
    assert "pydantic" in loaded()
    (office.root / ".kentongan/build.sqlite3").unlink()
    assert "pydantic" in loaded()


def written(office: Office) -> list[str]:
    """The pages that the next build makes anew."""
    made: list[str] = []
    render = Template.render

    def counted(self: Template, *given: Any, **more: Any) -> str:
        made.append(str(given[0]["output_file"]))
        return render(self, *given, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "render", counted)
        office.build()
    return made


def test_only_what_an_edit_touches_is_made_anew(office: Office) -> None:
    """An article's own page, its neighbours' and the lists that it stands in; no page of another one."""
    for number, slug in enumerate(("satu", "dua", "tiga", "empat")):
        office.article(slug, date=f"2026-11-1{number} 08:00", tags="haji")
    office.build()
    office.article("lima", date="2026-11-19 08:00", tags="haji")
    made = written(office)
    assert {"berita/lima/index.html", "berita/empat/index.html", "berita/urus-surat/index.html"} <= set(made)
    assert not {f"berita/{slug}/index.html" for slug in ("satu", "dua", "tiga")} & set(made)
    assert not [path for path in made if path.startswith(("kontak", "privasi"))]


def test_a_list_that_stays_is_not_looked_at(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit of one text: periods, feeds and letters that do not hold it are taken as they were."""
    for place, name in ((periods, "LIMIT"), (periods, "NEWEST"), (letters, "ONE_PAGE"), (az, "ONE_PAGE")):
        monkeypatch.setattr(place, name, 1)
    for number, tag in enumerate(("haji", "haji", "zakat", "zakat")):
        office.article(f"nomor-{number}", date=f"2026-1{number % 2}-11 08:00", tags=tag)
    office.build()
    divided: list[str] = []
    cut = periods.shelf

    def counted(home: str, articles: Any, most: int) -> Any:
        divided.append(home)
        return cut(home, articles, most)

    monkeypatch.setattr(lists, "shelf", counted)
    monkeypatch.setattr(az, "by_letter", lambda entries: pytest.fail("the letters were looked at"))
    office.article("nomor-3", "Isi lain.", date="2026-11-11 08:00", tags="zakat")
    office.build()
    assert "tag/zakat/" in divided
    assert "tag/haji/" not in divided


Looked = Callable[[], tuple[set[str], set[str]]]


@pytest.fixture
def looked(office: Office, monkeypatch: pytest.MonkeyPatch) -> Looked:
    """Five months with two articles each, built; builds again and gives the months that do not hold as a whole, and of
    the others those whose pages are looked at."""
    for month in range(3, 8):
        for day in (3, 1):
            tag = "haji" if month % 2 else "zakat"
            office.article(f"bulan-{month}-{day}", date=f"2026-0{month}-0{day} 08:00", tags=tag)
    office.build()
    look, found = News.look, (set[str](), set[str]())

    def seen(news: News, pages: Any) -> None:
        look(news, pages)
        found[0].update(m.columns.name for m in news.months if m.sealed is None)
        found[1].update(m.columns.name for m in news.months if m.sealed is not None and m.items is not None)

    def build() -> tuple[set[str], set[str]]:
        office.build()
        return found

    monkeypatch.setattr(News, "look", seen)
    return build


def test_months_that_stay_are_not_looked_at(office: Office, looked: Looked) -> None:
    """But for the next ones, whose pages may show the article: as a neighbour, or among the last three about the
    same."""
    office.article("bulan-5-3", "Isi lain.", date="2026-05-03 08:00", tags="haji")
    assert looked() == ({"2026-05", "2026-11"}, {"2026-06", "2026-07"})


def test_a_month_whose_pages_show_another_article_follows_it(office: Office, looked: Looked) -> None:
    """A new title stands on the pages of the next months, which lead to it."""
    office.article("bulan-5-3", date="2026-05-03 08:00", tags="haji", title="Judul yang lain")
    looked()
    for page in ("bulan-6-1", "bulan-7-1"):
        assert "Judul yang lain" in (office.output / f"berita/{page}/index.html").read_text(encoding="utf-8")


def test_what_a_new_article_names_is_looked_at(office: Office, looked: Looked) -> None:
    """An id, an address or an original in a month that stays: the article that has it is compared."""
    office.write("berita/2026/salinan.md", office.article("bulan-4-1", date="2026-04-01 08:00").read_text("utf-8"))
    office.article("terjemahan", more="lang: en\ntranslation_of: 20261101-bulan-6-1")
    office.article("baru", more="slug: bulan-3-1")
    assert looked()[0] == {"2026-03", "2026-04", "2026-06", "2026-11"}
    found = {(f.rule, Path(f.path).stem) for f in office.build().findings if f.level == "error"}
    assert found == {("id", "salinan"), ("slug", "baru")}


def test_a_link_into_a_month_that_stays_dies_with_its_page(office: Office, looked: Looked) -> None:
    """The page that leads there is made anew, and its text is told of."""
    office.article("bulan-4-1", "Lihat [itu](bulan-6-1.md).", date="2026-04-01 08:00", tags="zakat")
    looked()
    (office.root / "content/berita/2026/bulan-6-1.md").unlink()
    found = office.build().findings
    assert [(f.rule, f.path) for f in found if f.level == "error"] == [("link", "berita/2026/bulan-4-1.md")]


def test_a_month_that_cannot_be_read_any_more_costs_time_only(office: Office, looked: Looked) -> None:
    """Its articles are read from their files."""
    with closing(sqlite3.connect(office.root / ".kentongan" / FILENAME)) as base, base:
        base.execute("update light set value = x'00' where name like '%bulan-4-3.md'")
    office.article("bulan-5-1", "Isi lain.", date="2026-05-01 08:00", tags="haji")  # leads to that one
    looked()
    assert "Isi lain." in (office.output / "berita/bulan-5-1/index.html").read_text(encoding="utf-8")
    found = tree(office.output)
    shutil.rmtree(office.output)
    shutil.rmtree(office.root / ".kentongan")
    office.build()
    assert tree(office.output) == found


def test_another_program_makes_every_page_anew(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version of ours, or of a library, may make other pages of the same content and theme."""
    office.article("satu")
    office.build()
    more = office.root / "versi"
    more.write_text("2", encoding="utf-8")
    known = unchanged.Place.program
    monkeypatch.setattr(unchanged.Place, "program", lambda place: (*known(place), str(more)))
    assert {"index.html", "berita/satu/index.html", "kontak/index.html"} <= set(written(office))


def test_the_address_of_a_post_is_one_pages_affair(office: Office) -> None:
    """A channel has taken an article: no page of another one is made anew."""
    office.article("dua")
    office.build()
    posts = '{"20261101-dua": [{"network": "x", "url": "https://x.com/1"}]}'
    (office.root / ".kentongan/syndication.json").write_text(posts, encoding="utf-8")
    assert [path for path in written(office) if path.startswith("berita/")] == ["berita/dua/index.html"]


def test_a_theme_that_reads_everything_everywhere_is_told(office: Office) -> None:
    """A list of all news in base.html makes every page hang on every article; the site is right all the same."""
    file = office.root / "theme/templates/base.html"
    file.write_text(file.read_text(encoding="utf-8") + "<!-- {{ articles|length }} -->", encoding="utf-8")
    found = [(f.rule, f.path) for f in office.build().findings]
    assert ("speed", "theme/templates/base.html") in found
    office.article("lima")
    assert "berita/urus-surat/index.html" in written(office)
    assert office.page("berita/urus-surat").endswith("<!-- 2 -->")


def test_a_link_dies_with_the_page_it_leads_to(office: Office) -> None:
    """A page that is not made anew is told of all the same, in every build, until the link lives again."""
    office.article("dua", "Lihat [daftar](/tag/zakat/).")
    office.article("tiga", tags="zakat")
    assert office.build().findings == ()
    (office.root / "content/berita/2026/tiga.md").unlink()
    for _ in range(2):
        assert [(f.rule, f.path) for f in office.build().findings] == [("link", "berita/2026/dua.md")]
        office.write("data/lain.toml", f"a = {_}\n")
    office.article("tiga", tags="zakat")
    assert office.build().findings == ()


def test_a_page_whose_links_die_one_by_one_is_told_of_each(office: Office) -> None:
    """A page that was kept and looked at again still says where else it leads."""
    first, second = "kontak", "privasi"
    office.build()
    for gone, expected in ((first, {first}), (second, {first, second})):
        (office.root / f"content/halaman/{gone}.md").unlink()
        told = {f.path for f in office.build().findings if f.rule == "page"}
        assert told == {f"halaman/{slug}.md" for slug in expected}


def test_a_build_says_why_a_page_is_made_anew(office: Office) -> None:
    """By the name under which its template reads what changed; of a page that is kept it says that too."""

    def reason(page: str) -> str:
        said: list[str] = []
        build(office.settings, office.now, say=lambda what, done, of: said.append(str(what)), why=page)
        return next(s for s in said if s.startswith(page))

    page = "berita/urus-surat/index.html"
    assert "new" in reason(page)
    assert reason(page) == f"{page} stays as it is."
    office.article("lain", date="2025-01-01 08:00", tags="haji")
    assert reason(page).endswith("reads as: article.")
    office.write("data/x.toml", "a = 1\n")
    assert reason("layanan/index.html").endswith("reads as: data.")
    file = office.root / "theme/templates/base.html"
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert "template changed" in reason(page)
    (office.output / page).write_text("", encoding="utf-8")
    assert "changed or deleted" in reason(page)
