"""Search without a server: one Pagefind bundle a year, and one for what has no year.

Pagefind reads every page it is given (10,000 pages: 17–19 s), so the news of a year is a bundle of its
own, made again only when that year changed; the browser merges them. What is indexed is written here
from our own values, so that the theme can change without a new index. Pagefind stems Indonesian words:
"pelayanan", "layanan" and "melayani" find the same.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from publisher.article import Article, Page, Service, article_path
from publisher.errors import MachineFault
from publisher.messages import msg
from publisher.months import Chain, chained

# Where the bundles stand below the site's root, one folder a group.
FOLDER = "cari/indeks"
# The group of services and standing pages.
LASTING = "tetap"
ENGINE = frozenset({"pagefind.js", "pagefind-worker.js", "wasm.id.pagefind"})
# Everything is indexed as Indonesian: one engine, one index, English articles included.
LANGUAGE = "id"
ENTRY = "pagefind-entry.json"
# What every data file of Pagefind 1.5 begins with; CBOR follows, the whole in gzip.
MAGIC = b"pagefind_dcd"
SECONDS = 600
VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One page of the site as search sees it. ``path`` is its folder below the site's root, ``html`` its
    text, ``aliases`` other names it is found by, ``filters`` pairs of a name and a value."""

    path: str
    title: str
    html: str
    summary: str = ""
    aliases: tuple[str, ...] = ()
    date: str = ""
    filters: tuple[tuple[str, str], ...] = ()


Source = Article | Service | tuple[Page, str]  # of a standing page, its HTML too


@dataclass(frozen=True, slots=True)
class Group:
    """What is indexed together: articles, services or pages; ``services`` are those of the register by id. Texts are
    looked at only when ``entries`` are asked for."""

    sources: Sequence[Source]
    services: Mapping[str, Service]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is searched. What has no word cannot be found and is left out."""
        return tuple(sorted(self.each(), key=lambda e: e.path))

    def each(self) -> Iterator[Entry]:
        """The same in any order, one at a time."""
        return filter(_has_words, (_entry(source, self.services) for source in self.sources))

    def digest(self, known: Callable[[Source, Callable[[], str]], str]) -> str:
        """That of the entries; ``known`` remembers of a source the mark of its entry, or makes it."""
        marks = (known(source, partial(self._mark, source)) for source in self.sources)
        return _digest(sorted(filter(None, marks)))

    def _mark(self, source: Source) -> str:
        entry = _entry(source, self.services)
        return mark(entry) if _has_words(entry) else ""


def groups(
    articles: Sequence[Article],
    services: Mapping[str, Service],
    pages: Iterable[tuple[Page, str]],
    *,
    known: Container[str] = (),
) -> dict[str, Group]:
    """What is searched, by group: a year of the news ("2026") or LASTING. ``articles`` are those of the
    lists, ``services`` the register by id, ``pages`` the standing pages with their HTML. No group is without
    words: Pagefind takes none; the groups ``known`` are known to have some."""
    chain = (
        articles
        if isinstance(articles, Chain)
        else chained(sorted(articles, key=lambda a: a.due, reverse=True), lambda a: a.due)
    )
    years = {str(year): Chain(parts) for year, parts in groupby(chain.parts, key=lambda part: part.year)}
    found: dict[str, Sequence[Source]] = {LASTING: (*services.values(), *pages), **years}
    return {
        name: Group(sources, services)
        for name, sources in sorted(found.items())
        if name in known or any(_has_words(_entry(source, services)) for source in sources)
    }


def _entry(source: Source, services: Mapping[str, Service]) -> Entry:
    if isinstance(source, Article):
        return _article(source, services)
    return _service(source) if isinstance(source, Service) else _page(*source)


def in_order(groups: Iterable[str]) -> tuple[str, ...]:
    """The groups as the browser loads them: what lasts, then the newest year first. The first has the engine."""
    return tuple(sorted(groups, key=lambda g: (g == LASTING, g), reverse=True))


def digest(entries: Iterable[Entry]) -> str:
    """The same for the same entries and the same Pagefind; then the bundle is the same too."""
    return _digest(sorted(map(mark, entries)))


def mark(entry: Entry) -> str:
    """The same for the same entry."""
    text = json.dumps(asdict(entry), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _digest(marks: Iterable[str]) -> str:
    from importlib.metadata import version

    return hashlib.sha256("\n".join((str(VERSION), version("pagefind_bin"), LANGUAGE, *marks)).encode()).hexdigest()


def bundle(entries: Iterable[Entry], target: Path, *, engine: bool) -> None:
    """Writes the bundle of ``entries`` into the folder ``target``; with the ``engine`` for one of them.

    Raises MachineFault when Pagefind is not there or does not do its work.
    """
    with TemporaryDirectory(prefix="kentongan-") as folder:
        pages, made = Path(folder, "pages"), Path(folder, "made")
        pages.mkdir()
        for entry in entries:
            file = pages / entry.path / "index.html"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(document(entry))
        _run(pages, made)
        _settle(made)
        for file in sorted(p for p in made.rglob("*") if p.is_file()):
            name = file.relative_to(made).as_posix()
            if _is_data(name) or (engine and name in ENGINE):
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target / name)


def document(entry: Entry) -> bytes:
    """The page that Pagefind reads: title before text, other names weighing more than the text."""
    from lxml import html
    from lxml.builder import E

    body = html.fragment_fromstring(entry.html or "<p></p>", create_parent="div")
    aliases = [E.p(name, {"data-pagefind-weight": "5"}) for name in entry.aliases]
    marks = [E.span(value, {"data-pagefind-filter": name}) for name, value in entry.filters]
    if entry.date:
        marks.append(E.span(entry.date, {"data-pagefind-meta": "date", "data-pagefind-sort": "date"}))
    if entry.summary:
        marks.append(E.span(entry.summary, {"data-pagefind-meta": "summary"}))
    main = E.main({"data-pagefind-body": ""}, E.h1(entry.title), E.p(entry.summary), *aliases, body)
    page = E.html({"lang": LANGUAGE}, E.head(E.title(entry.title)), E.body(main, *marks))
    return b"<!doctype html>\n" + bytes(html.tostring(page, encoding="utf-8"))


def _has_words(entry: Entry) -> bool:
    texts = (entry.title, entry.summary, *entry.aliases, re.sub(r"<[^>]*>|&\w+;", " ", entry.html))
    return any(letter.isalnum() for text in texts for letter in text)


def _is_data(name: str) -> bool:
    """Whether a file of a bundle belongs to its group: all but the engine and the ready interfaces."""
    return name == ENTRY or name.endswith((".pf_meta", ".pf_index", ".pf_fragment", ".pf_filter"))


def _run(pages: Path, made: Path) -> None:
    try:
        from pagefind_bin import get_executable
    except ImportError as fault:
        raise MachineFault(msg("Pagefind is not installed; run the installation of the README again.")) from fault
    command = [get_executable(), "--site", pages, "--output-path", made, "--force-language", LANGUAGE, "--silent"]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=SECONDS)  # noqa: S603 - our own words
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise MachineFault(msg("Pagefind cannot run on this computer: {detail}", detail=str(fault))) from fault
    if done.returncode or not (made / ENTRY).is_file():
        detail = (done.stderr or done.stdout).decode("utf-8", "replace").strip()[-300:]
        raise MachineFault(msg("Pagefind could not make the search index: {detail}", detail=detail))


def _settle(made: Path) -> None:
    """Puts filters and sorts in order. Pagefind writes them in one of chance, so that no two indexes of the
    same pages have the same bytes; the parts are named by their digest, here as there."""
    meta = next(made.glob("*.pf_meta"))
    version, pages, index, filters, sorts, *rest = _unpacked(meta)
    named = {}
    for file in sorted(made.glob("filter/*.pf_filter")):
        name, values = _unpacked(file)
        named[file.stem] = _pack([name, sorted(values)], file, 7)
    filters = sorted([name, named[part]] for name, part in filters)
    entry = json.loads((made / ENTRY).read_bytes())
    entry["languages"][LANGUAGE]["hash"] = _pack([version, pages, index, filters, sorted(sorts), *rest], meta, 10)
    (made / ENTRY).write_text(json.dumps(entry, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _unpacked(file: Path) -> list[Any]:
    import gzip

    import cbor2

    found = cbor2.loads(gzip.decompress(file.read_bytes()).removeprefix(MAGIC))
    return list(found)


def _pack(value: list[Any], old: Path, letters: int) -> str:
    """Writes ``value`` in the place of ``old``, named by its own digest; the name without folder and ending."""
    import gzip

    import cbor2

    raw = MAGIC + cbor2.dumps(value)
    name = f"{LANGUAGE}_{hashlib.sha256(raw).hexdigest()[:letters]}"
    before = old.name.rpartition(f"{LANGUAGE}_")[0]  # "pagefind." of the list of pages
    old.unlink()
    old.with_name(f"{before}{name}{old.suffix}").write_bytes(gzip.compress(raw, mtime=0))
    return name


def _article(article: Article, services: Mapping[str, Service]) -> Entry:
    named = [services[s] for s in article.services if s in services]
    filters = [("tahun", str(article.due.year)), *(("layanan", s.name) for s in named)]
    if article.category:
        filters.append(("kategori", article.category))
    return Entry(
        path=article_path(article),
        title=article.title,
        html=article.html,
        summary=article.summary,
        aliases=tuple(n for s in named for n in (s.name, *s.aliases)),
        date=article.due.date().isoformat(),
        filters=tuple(filters),
    )


def _service(service: Service) -> Entry:
    known = (*service.requirements, service.cost, service.duration, service.hours, service.place, service.complaint)
    return Entry(
        path=f"layanan/{service.id}/",
        title=service.name,
        html=service.html + _paragraphs(known),
        summary=service.summary,
        aliases=service.aliases,
        filters=(("layanan", service.name),),
    )


def _page(page: Page, html: str) -> Entry:
    return Entry(path=f"{page.slug}/", title=page.title, html=html, summary=page.summary)


def _paragraphs(texts: Iterable[str]) -> str:
    from html import escape

    return "".join(f"<p>{escape(t)}</p>" for t in texts if t)
