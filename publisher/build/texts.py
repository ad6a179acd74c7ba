"""The texts of articles, services and pages as HTML, and what that says to their editors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from publisher.article import Article, Finding, Service, Status
from publisher.build import clean, html, markup, quick
from publisher.build.addresses import Record
from publisher.build.cores import gathered
from publisher.build.derived import code_digest, digest, file_digest
from publisher.build.state import State
from publisher.errors import ContentFault
from publisher.messages import CATALOGUES, Message, msg

KIND = "text"
SECONDS = 0.004  # one article of 550 words
Made = tuple[str, tuple[str, ...]]


def rendered(
    records: Iterable[Record], findings: list[Finding], state: State | None = None
) -> Iterator[tuple[str, str]]:
    """Content path and HTML of each of ``records`` whose text can be rendered; ``state`` spares rendering one again."""
    asked = tuple(records)
    for record, made in zip(asked, _made(asked, state), strict=True):
        if isinstance(made, Message):
            findings.append(Finding("text", "error", made, record.path))
            continue
        text, gone = made
        findings += [Finding("html", "advice", _left_out(n), record.path, _line(record, f"<{n}")) for n in gone]
        yield record.path, text


def remembered(record: Record, state: State) -> str | None:
    """The HTML of a text that was ``rendered`` with this ``state``; None when it was not, or could not be kept."""
    made: Made | None = state.get(KIND, record.path, digest(hand(), *_job(record)))
    return None if made is None else made[0]


def _made(records: tuple[Record, ...], state: State | None) -> Iterator[Made | Message]:
    by = hand() if state is not None else ""
    keys = [digest(by, *_job(r)) for r in records]
    kept: list[Made | None] = [
        state.get(KIND, r.path, k) if state else None for r, k in zip(records, keys, strict=True)
    ]
    new = iter(gathered(render, [_job(r) for r, found in zip(records, kept, strict=True) if found is None], SECONDS))
    for record, key, found in zip(records, keys, kept, strict=True):
        made = next(new) if found is None else found
        if state is not None and found is None and not isinstance(made, Message):
            state.keep(KIND, record.path, key, made)
        yield made


def _job(record: Record) -> tuple[str, str]:
    """The Markdown text and its language; nothing is shown of a withdrawn article."""
    lang = "id" if isinstance(record, Service) else record.lang
    is_gone = isinstance(record, Article) and record.status is Status.WITHDRAWN
    return ("" if is_gone else record.body), lang


def render(job: tuple[str, str]) -> Made | Message:
    """The HTML of a text in a language with the names of what was left out, or why it cannot be rendered."""
    text, lang = job
    try:
        return markup.rendered(text, lang) if text else ("", ())
    except ContentFault as fault:
        return fault.message


@lru_cache(maxsize=1)
def hand() -> str:
    """The digest of all that decides what becomes of a text, beside the text itself."""
    code = [code_digest(Path(module.__file__ or "")) for module in (markup, clean, html, quick)]
    words = [file_digest(p) for p in sorted(CATALOGUES.rglob("*.mo"))]
    return digest(*code, *words, *map(version, ("markdown", "nh3", "lxml")))


def left_out(records: Iterable[Record]) -> tuple[Finding, ...]:
    """What a page will not take of what authors wrote; texts that can hold nothing of it are not rendered."""
    findings: list[Finding] = []
    list(rendered((r for r in records if markup.has_elements(r.body) or "data:" in r.body.lower()), findings))
    return tuple(findings)


def _line(record: Record, tag: str) -> int:
    """The line on which ``tag`` begins, 0 when it is not known."""
    at = record.body.lower().find(tag)
    first = record.line("body") if isinstance(record, Article) else 0
    return first + record.body.count("\n", 0, at) if first and at >= 0 else 0


def _left_out(name: str) -> Message:
    if name == "iframe":
        return msg("What <iframe> shows comes from another site; a link to it stands in its place.")
    return msg("A page takes no <{name}> out of a text; it was left out.", name=name)
