"""The texts of articles, services and pages as HTML, and what that says to their editors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from publisher.article import Article, Finding, Service, Status
from publisher.build import markup
from publisher.build.addresses import Record
from publisher.errors import ContentFault
from publisher.messages import Message, msg


def rendered(records: Iterable[Record], findings: list[Finding]) -> Iterator[tuple[str, str]]:
    """Content path and HTML of each of ``records`` whose text can be rendered."""
    for record in records:
        if isinstance(record, Article) and record.status is Status.WITHDRAWN:
            yield record.path, ""
            continue
        lang = "id" if isinstance(record, Service) else record.lang
        try:
            html, gone = markup.rendered(record.body, lang)
        except ContentFault as fault:
            findings.append(Finding("text", "error", fault.message, record.path))
            continue
        findings += [Finding("html", "advice", _left_out(n), record.path, _line(record, f"<{n}")) for n in gone]
        yield record.path, html


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
