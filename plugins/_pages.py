"""Pages that need not be made again: their keys, and what stands of them in the output folder."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from jinja2 import Template, nodes
from pelican.contents import Content
from pelican.urlwrappers import URLWrapper

from publisher.article import Article
from publisher.build.check import Look, Problem
from publisher.build.derived import digest
from publisher.build.keys import Marks, Reading, Reads, Unfollowed, said
from publisher.build.state import State
from publisher.messages import Message, msg
from publisher.structured import Facts

KIND = "pages"
PART = 4  # bytes that tell one value from another; only to say why, the key itself is whole
# What leads from an article to others and to its posts: its own page may show it; in a list it is not followed.
RELATIONS = frozenset({"next", "posts", "previous", "related", "translations"})
# Values that change with every article: an article's page that reads one is made anew with every other article.
WHOLE = frozenset({"all_articles", "archive", "articles", "authors", "categories", "dates", "feed_groups"}) | frozenset(
    {"hidden_articles", "letters", "period_archives", "tags"}
)
# what functions and filters ask for, beside what stands in a template
ASKED = ("article", "page", "site")

Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it stands in the output folder: what it was made from, its stamp, the ``parts`` of its key (a few
    bytes each: the templates, then every name that they read), the paths of the site that it leads to (eight bytes
    of a digest each), and its dead links as pairs of target and link."""

    key: str
    stamp: Stamp
    parts: bytes
    targets: bytes = b""
    dead: tuple[tuple[str, str], ...] = ()


class Pages:
    """The pages of one build. ``made`` and ``kept`` are those that were made anew and those that were not, with their
    keys, by their paths below the output folder."""

    def __init__(self, state: State, output: Path, program: str, facts: Facts) -> None:
        self._output = output
        self._program = program
        self._marks = Marks(lambda value: _stands_for(value, facts))
        self._reading = Reading(state, program, _is_barred)
        self._reads: dict[str, Reads | None] = {}
        last = state.get(KIND, str(output), program)
        self.last: dict[str, Page] = last[0] if last else {}
        self._secret: frozenset[str] = last[1] if last else frozenset()
        self._targets: dict[str, bytes] = {}
        self._dead: dict[str, tuple[tuple[str, str], ...]] = {}
        self._parts: dict[str, bytes] = {}
        self.made: dict[str, str] = {}
        self.kept: dict[str, str] = {}

    def key(self, path: str, template: Template, values: Mapping[str, Any]) -> str:
        """All that decides what ``template`` makes of ``values``; "" when that cannot be told."""
        known = self._read_by(template)
        if known is None:
            return ""
        found = [known.digest]
        try:
            for name in (*known.names, *ASKED):
                value = values[name] if name in values else template.environment.globals.get(name)
                found.append(self._mark(name, value))
        except Unfollowed:
            return ""
        self._parts[path] = b"".join(blake2b(f.encode(), digest_size=PART).digest() for f in found)
        return digest(self._program, path, *found)

    def why(self, path: str, template: Template) -> Message:
        """Why the page, which has a key, is made anew."""
        last, known = self.last.get(path), self._read_by(template)
        if last is None or known is None:
            return msg("It is new, or nothing is remembered of it.")
        names = ("", *known.names, *ASKED)
        before, now = (_split(parts, PART) for parts in (last.parts, self._parts[path]))
        other = [name for name, old, new in zip(names, before, now, strict=False) if old != new]
        if not other:
            return msg("Its file was changed or deleted.")
        if not other[0]:
            return msg("A template changed that it is made of.")
        return msg("Changed is what its template reads as: {names}.", names=", ".join(dict.fromkeys(other)))

    def slow(self, template: Template) -> Iterator[tuple[str, str]]:
        """The values that ``template`` reads and that change with every article, with the template that names each."""
        known = self._read_by(template)
        for name in sorted(WHOLE.intersection(known.names)) if known is not None else ():
            yield self._reading.who(name), name

    def is_there(self, path: str, key: str) -> bool:
        """Whether the page stands in the output folder as it would be made from ``key``."""
        last = self.last.get(path)
        return last is not None and last.key == key and stamp(self._output / path) == last.stamp

    def recheck(self, look: Look, before: Iterable[str], secret: Collection[str]) -> Iterator[Problem]:
        """What is wrong with the pages that were kept: links to files of the last site that are gone, ``before`` being
        its files, links that were dead before, and words that are ``secret`` since."""
        gone = _hashes(_address(path) for path in frozenset(before) - look.files)
        here = Look(self._output, look.site, look.files, frozenset(secret) - self._secret)
        for path in self.kept:
            page = self.last[path]
            if (here.secret is not None and here.is_secret(path)) or (
                gone and not gone.isdisjoint(_split(page.targets))
            ):
                yield from here.file(path)
            else:
                yield from look.dead(path, page.dead)
        self._secret = frozenset(secret)

    def checked(self, targets: Mapping[str, Iterable[str]], found: Iterable[Problem]) -> None:
        """Notes where the pages lead."""
        self._targets = {path: b"".join(sorted(_hashes(ways))) for path, ways in targets.items()}
        for problem in found:
            if problem.link:
                self._dead[problem.path] = (*self._dead.get(problem.path, ()), (problem.target, problem.link))

    def save(self, state: State) -> None:
        """Notes how the pages stand now."""
        now = {path: self._page(path, key, self.last[path].targets) for path, key in self.kept.items()}
        now |= {path: self._page(path, key, self._targets.get(path, b"")) for path, key in self.made.items()}
        state.keep(KIND, str(self._output), self._program, (now, self._secret))

    def _page(self, path: str, key: str, targets: bytes) -> Page:
        return Page(key, stamp(self._output / path), self._parts[path], targets, self._dead.get(path, ()))

    def _read_by(self, template: Template) -> Reads | None:
        name = str(template.name)
        if name not in self._reads:
            try:
                self._reads[name] = self._reading.of(template.environment, name)
            except Unfollowed:
                self._reads[name] = None
        return self._reads[name]

    def _mark(self, name: str, value: object) -> str:
        mark = self._marks.of(value)
        if name != "article" or not isinstance(value, Content):
            return mark
        return digest(mark, *(f"{r}={self._marks.of(getattr(value, r, None))}" for r in sorted(RELATIONS)))


def _address(path: str) -> str:
    """The path that links to the file ``path`` lead to."""
    return path.removesuffix("index.html") if path == "index.html" or path.endswith("/index.html") else path


def _hashes(paths: Iterable[str]) -> frozenset[bytes]:
    return frozenset(blake2b(p.encode("utf-8", "surrogatepass"), digest_size=8).digest() for p in paths)


def _split(raw: bytes, size: int = 8) -> Iterator[bytes]:
    return (raw[at : at + size] for at in range(0, len(raw), size))


def stamp(file: Path) -> Stamp:
    """What changes when somebody writes to the file; none for one that is not there."""
    try:
        seen = file.stat()
    except OSError:
        return 0, 0, 0
    return seen.st_size, seen.st_mtime_ns, seen.st_ino


def _is_barred(tree: nodes.Template) -> bool:
    """Whether the template may read what is in no key: what an article in a list leads to, or the clock."""
    for found in tree.find_all(nodes.Getattr):
        if found.attr == "now" or (found.attr in RELATIONS and not _is_article(found.node)):
            return True
    return not RELATIONS.isdisjoint(said(tree))


def _is_article(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "article"


def _stands_for(value: object, facts: Facts) -> object:
    """What stands for values of Pelican, and for those that are read together with the clock."""
    if isinstance(value, Content):
        return tuple(getattr(value, name, None) for name in _OWN)
    if isinstance(value, URLWrapper):
        return value.name, value.slug, value.url, value.save_as, getattr(value, "shelf", None)
    if isinstance(value, Facts):
        return value.site, value.office
    if isinstance(value, Article):
        times = (facts.changed(value), len(facts.corrections(value)), value.is_held(facts.now))
        return (*times, *(getattr(value, name) for name in _FIELDS))
    return None


# what an article or a page of Pelican has that is not all in its record
_OWN = (
    *("record", "_content", "url", "save_as", "lang", "held", "revision"),
    *("people", "topics", "section", "service_records", "shelf", "news"),
)
_FIELDS = tuple(name for name, field in Article.__dataclass_fields__.items() if field.compare)
