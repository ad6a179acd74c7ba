"""Where the links of a text lead, and what no text may name."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote, urlsplit

from plugins._convert import Run
from publisher.article import Page, Service, picture_path
from publisher.build.addresses import Record
from publisher.build.derived import digest
from publisher.build.html import Attributes, Tag, find_tags, swap_found
from publisher.build.light import Light
from publisher.messages import msg
from publisher.pictures import is_picture


def resolve(run: Run, record: Record) -> None:
    """Makes the links of the record's text lead where a reader's browser can follow."""

    def swap(name: str, attributes: Attributes) -> Attributes:
        found = dict(attributes)
        for key in LINKS[name]:
            given = attributes.get(key)
            if given:
                href = follow(run, record, given)
                if key != "href" and href and not href.startswith(f"{run.site.url}/"):
                    find_elsewhere(run, record, given)
                    href = ""
                found = {k: href if k == key else v for k, v in found.items() if href or k != key}
        return found

    html = run.raw.pop(record.path)
    store(run, record, swap_found(html, _links(run, record.path, html), swap))


def _links(run: Run, path: str, html: str) -> list[Tag]:
    """The tags of a text that may lead elsewhere."""
    key = digest(run.program, html)
    kept: list[Tag] | None = run.state.get(KIND, path, key)
    if kept is None:
        kept = find_tags(html, LINKS)
        run.state.keep(KIND, path, key, kept)
    return kept


KIND = "links"


# what leads elsewhere in a text; pictures are the affair of plugins.pictures
LINKS = {
    **dict.fromkeys(("a", "area", "link"), ("href",)),
    **dict.fromkeys(("audio", "embed", "iframe", "script", "source", "track"), ("src",)),
    "video": ("src", "poster"),
}


def follow(run: Run, record: Record, given: str) -> str:
    """The address that the link ``given`` leads to, "" when it leads nowhere, which becomes a finding."""
    own, asked = run.own[record.path], run.links.asked(given, record.path)
    own.asked.update(filter(None, asked))
    own.sources.update(name for name in asked[:1] if name and not name.endswith(".md"))
    target = run.links.link(given, record.path)
    if target.fault is not None:
        run.find("link", "error", target.fault, record.path, run.line_of(record, given))
    elif target.file and is_picture(run.order.settings.content / target.file):  # no original leaves the house
        path = picture_path(target.file)
        run.pictures.setdefault(target.file, []).append(record.path)
        run.linked.setdefault(path, []).append(record.path)
        return run.site.address(path)
    elif target.file:
        run.offer(target.file, record)
    elif target.href.startswith(f"{run.site.url}/"):
        path = unquote(urlsplit(target.href[len(run.site.url) + 1 :]).path)
        run.linked.setdefault(path, []).append(record.path)
    return target.href


def find_elsewhere(run: Run, record: Record, given: str) -> None:
    """Reports a picture, a film or a sound that no page shows, since another site would learn of every reader."""
    message = msg("“{address}” stands on another site and is not shown; put the file beside the text.", address=given)
    run.find("elsewhere", "error", message, record.path, run.line_of(record, given))


def keep_secrets(run: Run) -> None:
    """Leaves out a text that names the id or the address of an article that is held back."""
    secret = run.secret()
    for path, record in tuple(run.records.items()) if secret else ():
        if isinstance(record, Light):  # it holds none: assemble has seen to that
            continue
        shown = (run.raw[path] if isinstance(record, Page) else record.html, record.summary)
        title = record.name if isinstance(record, Service) else record.title
        if any(s in text for s in secret for text in (*shown, title)):
            message = msg("The text names an article that is held back; take its id or address out.")
            run.find("held", "error", message, path)
            del run.records[path]


def store(run: Run, record: Record, html: str) -> None:
    """Keeps the record's HTML; a page's stands beside it, since Page has no field for it."""
    if isinstance(record, Page):
        run.raw[record.path] = html
    else:
        run.records[record.path] = replace(record, html=html)
