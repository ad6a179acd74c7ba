"""Old addresses that lead on: which there are, and the lines for the hosts that read such lists."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import quote

from publisher.article import Article, Finding, article_path
from publisher.messages import Message, msg


@dataclass(frozen=True, slots=True)
class Redirect:
    """An old address and the new one, both below the site's root and not percent-encoded."""

    old: str
    new: str

    @property
    def file(self) -> str:
        """Where a page for the old address stands; "" when only a host can lead on from there."""
        if self.old.endswith("/"):
            return f"{self.old}index.html"
        return self.old if self.old.endswith((".html", ".htm")) else ""


def plan(
    moves: Iterable[tuple[Article, str]], taken: Collection[str]
) -> tuple[tuple[Redirect, ...], tuple[Finding, ...]]:
    """The redirects of ``moves`` (an article and an address it had) by old address, and what is wrong.

    ``taken`` are the addresses that have a page of their own: such a page is never replaced, so that
    no redirect leads to another one or to itself.
    """
    found: dict[str, Redirect] = {}
    findings = []
    for article, address in moves:
        redirect = Redirect(address.removesuffix("index.html"), article_path(article))
        fault = _fault(redirect, taken, found)
        if fault is None:
            found[redirect.old] = redirect
        elif redirect.old != redirect.new:
            findings.append(Finding("former", "advice", fault, article.path, article.line("former")))
    return tuple(found[k] for k in sorted(found)), tuple(findings)


def _fault(redirect: Redirect, taken: Collection[str], found: dict[str, Redirect]) -> Message | None:
    old = redirect.old
    if old == redirect.new or old in taken or (redirect.file and redirect.file in taken):
        return msg("At the old address “{text}” stands a page of today; it was ignored.", text=old)
    other = found.get(old)
    if other is not None and other.new != redirect.new:
        return msg("The old address “{text}” leads to {other} already; it was ignored.", text=old, other=other.new)
    return None


def netlify(redirects: Iterable[Redirect], base: str) -> bytes:
    """The file ``_redirects`` that Netlify and Cloudflare Pages read; ``base`` is the path of the site."""
    lines = (f"{_encoded(base, r.old)} {_encoded(base, r.new)} 301\n" for r in redirects)
    return "".join(lines).encode()


def apache(redirects: Iterable[Redirect], base: str) -> bytes:
    """An ``.htaccess`` for Apache. RedirectMatch, since Redirect would match every longer path too."""
    lines = (
        f'RedirectMatch 301 "^{_quoted(re.escape(_plain(base, r.old).rstrip("/")))}/?$" "{_encoded(base, r.new)}"\n'
        for r in redirects
    )
    return "".join(lines).encode()


def nginx(redirects: Iterable[Redirect], base: str) -> bytes:
    """A map for nginx, to be included in ``http``: it gives ``$kentongan_moved``, "" for every other address."""
    lines = "".join(
        f'    "{_quoted(old)}" "{_encoded(base, r.new)}";\n'
        for r in redirects
        for old in dict.fromkeys((_plain(base, r.old), _plain(base, r.old).rstrip("/")))
    )
    return f'map $uri $kentongan_moved {{\n    default "";\n{lines}}}\n'.encode()


def _plain(base: str, address: str) -> str:
    return f"{base.rstrip('/')}/{address}"


def _encoded(base: str, address: str) -> str:
    return quote(_plain(base, address), safe="/-._~")


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
