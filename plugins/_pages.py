"""Pages that need not be made again: their keys, and what stands of them in the output folder."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from operator import is_
from pathlib import Path
from typing import Any

from jinja2 import Template, nodes

from plugins._marks import ShownMarks
from publisher.build.check import Look, Problem, address, hashes, split
from publisher.build.keys import Reading, Reads, Unfollowed, hashed, said
from publisher.build.state import State, unpacked
from publisher.messages import Message, msg

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


@dataclass(frozen=True, slots=True)
class Page:
    """What is known of a page beside its key and its stamp: the ``parts`` of its key (a few bytes each: the templates,
    then every name that they read), the paths of the site that it leads to (eight bytes of a digest each), and its
    dead links as pairs of target and link."""

    parts: bytes
    targets: bytes = b""
    dead: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the pages of one template have in common: the marks of what they read by name, None of what each is given
    for itself; ``given`` are the values that were marked, ``names`` theirs."""

    marks: dict[str, str | None]
    digest: str
    given: dict[str, Any]
    names: tuple[str, ...]

    def holds(self, context: Mapping[str, Any], more: Mapping[str, Any]) -> bool:
        """Whether the same values are still given by the ``context``, or by ``more``."""
        found = map(context.get, self.names, map(more.get, self.names))
        return all(map(is_, found, self.given.values()))


_Place = tuple[str, frozenset[str]]  # a template and the names of what it is given for one page
_SEVERAL = ""  # the digest of a place whose pages did not all have the same in common


class Pages:
    """The pages of one build. ``made`` and ``kept`` are those that were made anew and those that were not, with their
    keys, by their paths below the output folder; ``marks`` are what keys are made of. ``is_left`` says that all of it
    stands as the last build left it; ``asked`` is a page of which somebody wants to know why it is made or not."""

    def __init__(
        self, state: State, output: Path, program: str, marks: ShownMarks, *, is_left: bool, asked: str | None = None
    ) -> None:
        self._state = state
        self._output = output
        self._program = program
        self._is_left = is_left
        self.marks = marks
        self._asked = asked
        self._reading = Reading(state, program, _is_barred)
        self._reads: dict[str, Reads | None] = {}
        self._shared: dict[_Place, _Shared] = {}
        self._kind = f"page {output}"
        last: tuple[frozenset[str], dict[_Place, str]] | None = state.get(KIND, str(output), program)
        self._secret, self._shared_last = last or (frozenset(), {})
        self._shared_now: dict[_Place, str] = {}
        rows = state.rows(self._kind)
        self._names = frozenset(name for name, _ in rows)
        self.last: dict[str, str] = {name: unpacked(raw) or "" for name, raw in rows} if last else {}
        self._targets: Mapping[str, bytes] = {}
        self._dead: dict[str, tuple[tuple[str, str], ...]] = {}
        self._found: dict[str, tuple[str, ...]] = {}
        self._made_of: dict[str, bytes] = {}
        self._again: set[str] = set()  # kept pages that were looked at once more
        self.made: dict[str, str] = {}
        self.kept: dict[str, str] = {}

    def key(self, path: str, template: Template, values: Mapping[str, Any], context: Mapping[str, Any]) -> str:
        """All that decides what ``template`` makes of ``values`` and of the ``context`` of all pages; "" when that
        cannot be told."""
        known = self._read_by(template)
        if known is None:
            return ""
        try:
            shared = self._common(template, known, values, context)
            own = [mark or self.marks.named(name, values[name]) for name, mark in shared.marks.items() if mark is None]
        except Unfollowed:
            return ""
        self._found[path] = tuple(own)
        return hashed("\n".join((shared.digest, path, *own)))

    def _common(self, template: Template, known: Reads, values: Collection[str], context: Mapping[str, Any]) -> _Shared:
        place = (str(template.name), frozenset(values))
        shared = self._shared.get(place)
        more = template.environment.globals
        if shared is None or not shared.holds(context, more):
            names = (*known.names, *ASKED)
            given = {n: context[n] if n in context else more.get(n) for n in names if n not in values}
            marks = {n: None if n in values else self.marks.named(n, given[n]) for n in names}
            said = (f"{name}={mark}" for name, mark in marks.items())
            shared = _Shared(marks, hashed("\n".join((self._program, known.digest, *said))), given, tuple(given))
            self._shared[place] = shared
            several = self._shared_now.setdefault(place, shared.digest) != shared.digest
            self._shared_now[place] = _SEVERAL if several else shared.digest
        return shared

    def keep(
        self, paths: Collection[str], template: Template, names: Collection[str], context: Mapping[str, Any]
    ) -> bool:
        """Keeps pages without a look at each, if they may be: the caller says that what each is given by ``names`` is
        as it was, this method looks whether what ``template`` makes of it is. False when they must be looked at."""
        known = self._read_by(template)
        if known is None or not self._is_left or self._asked is not None:
            return False
        try:
            digest = self._common(template, known, names, context).digest
        except Unfollowed:
            return False
        if self._shared_last.get((str(template.name), frozenset(names))) != digest:
            return False
        last = self.last
        found = {path: last[path][1:].partition(" ")[0] for path in paths if path in last}
        if len(found) != len(paths):
            return False
        self.kept.update(found)
        return True

    def make(self, path: str, key: str, template: Template, values: Mapping[str, Any]) -> None:
        """Notes that the page was made."""
        self.made[path] = key
        self._made_of[path] = self.parts(path, template, values)

    def parts(self, path: str, template: Template, values: Mapping[str, Any]) -> bytes:
        """The parts of the key that was worked out for ``path``."""
        known = self._read_by(template)
        if known is None:
            return b""
        marks = self._shared[str(template.name), frozenset(values)].marks
        own = iter(self._found[path])
        found = [known.digest, *(next(own) if mark is None else mark for mark in marks.values())]
        return b"".join(blake2b(f.encode(), digest_size=PART).digest() for f in found)

    def why(self, path: str, template: Template, values: Mapping[str, Any]) -> Message:
        """Why the page, which has a key, is made anew."""
        last, known = self.last.get(path), self._read_by(template)
        if last is None or known is None:
            return msg("It is new, or nothing is remembered of it.")
        names = ("", *dict.fromkeys((*known.names, *ASKED)))
        before, now = (split(parts, PART) for parts in (self._page(path).parts, self.parts(path, template, values)))
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
        last = self.last.get(path, "")
        return last[1:].startswith(key) and (self._is_left or last[1:] == _noted(key, self._output, path))

    def recheck(self, look: Look, before: Iterable[str], secret: Collection[str]) -> Iterator[Problem]:
        """What is wrong with the pages that were kept: links to files of the last site that are gone, ``before`` being
        its files, links that were dead before, and words that are ``secret`` since."""
        gone = hashes(address(path) for path in frozenset(before) - look.files)
        here = Look(self._output, look.site, look.files, frozenset(secret) - self._secret)
        for path in self.kept:
            if (here.secret is not None and here.is_secret(path)) or (
                gone and not gone.isdisjoint(split(self._page(path).targets))
            ):
                self._again.add(path)
                yield from here.file(path)
            elif self.last[path].startswith(_DEAD):
                yield from look.dead(path, self._page(path).dead)
        look.targets.update(here.targets)
        self._secret = frozenset(secret)

    def targets(self, path: str) -> bytes:
        """Where the page led when it was last made, all of which was there then."""
        return self._page(path).targets if self.last.get(path, "").startswith(_WELL) else b""

    def checked(self, targets: Mapping[str, bytes], found: Iterable[Problem]) -> None:
        """Notes where the pages lead."""
        self._targets = targets
        for problem in found:
            if problem.link:
                self._dead[problem.path] = (*self._dead.get(problem.path, ()), (problem.target, problem.link))

    def save(self) -> None:
        """Notes how the pages stand now."""
        for path, key in (*self.made.items(), *((path, self.kept[path]) for path in self._again)):
            dead = self._dead.get(path, ())
            parts = self._page(path).parts if path in self._again else self._made_of[path]
            page = Page(parts, self._targets.get(path, b""), dead)
            light = f"{_DEAD if dead else _WELL}{_noted(key, self._output, path)}"
            self._state.put(self._kind, path, light, page)
        self._state.drop(self._kind, self._names - self.kept.keys() - self.made.keys())
        self._state.keep(KIND, str(self._output), self._program, (self._secret, self._shared_now))

    def _page(self, path: str) -> Page:
        page: Page = self._state.heavy(self._kind, path)
        return page

    def _read_by(self, template: Template) -> Reads | None:
        name = str(template.name)
        if name not in self._reads:
            try:
                self._reads[name] = self._reading.of(template.environment, name)
            except Unfollowed:
                self._reads[name] = None
        return self._reads[name]


# the first letter of what is noted of a page: it has dead links, or none
_DEAD, _WELL = "!", "="


def _noted(key: str, output: Path, path: str) -> str:
    """The key of a page and what changes when somebody writes to its file."""
    try:
        seen = os.stat(f"{output}{os.sep}{path}")  # noqa: PTH116 - of many
    except OSError:
        return ""
    return f"{key} {seen.st_size} {seen.st_mtime_ns} {seen.st_ino}"


Stamp = tuple[int, int, int]


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
