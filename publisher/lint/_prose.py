"""The words of an article without its markup, each with its line. Plumbing of the rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from publisher.article import Article, Finding
from publisher.messages import Message

_CODE = re.compile(
    r"(?ms)^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)|(?<!`)(`+)(?!`).+?(?<!`)\2(?!`)|<!--.*?-->|<[^<>]*>"
)
# The lengths are bounded, so that a text without an end costs no square of its length.
_TARGET = r"(?:\((?:[^()\n]|\([^()\n]{0,300}\)){0,500}\)|\[[^\]\n]{0,300}\])"
_PICTURE = re.compile(rf"!\[[^\]\n]{{0,500}}\]{_TARGET}")
_LINK = re.compile(rf"\[([^\]\n]{{1,500}})\]{_TARGET}")
_ADDRESS = re.compile(r"(?i)https?://|^[(\"“]?www\.|.@.+\.|^[a-z0-9.-]{1,80}\.(?:go\.id|id|com|org)(?:/|\W*$)")
_DEFINITION = re.compile(r"(?m)^ {0,3}\[[^\]\n]+\]:.*$")
_TOKEN = re.compile(r"\S+")
_MARK = re.compile(r"[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}|~~")
_LIST = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
_WORD = re.compile(r"[^\W_](?:[^\W_]|[-'’./,](?=[^\W_]))*")
# Words with a full stop that ends no sentence: titles, degrees, numbers, places of Indonesian news.
_SHORT = re.compile(
    r"(?:^|[\s(\"“])(?:[A-Za-z]|[A-Za-z]{1,4}(?:\.[A-Za-z]{1,4})+|Drs|Dra|Hj|Ir|Dr|Prof|Tn|Ny|Sdr|Kab|Kec|Ds|Jl|Jln|No|Nomor|"
    r"hlm|dll|dkk|dsb|dst|yth|bpk|tgl|tlp|telp|pkl|Rp|St|Mr|Mrs|etc|approx)\.$",
    re.IGNORECASE,
)
_END = re.compile(r"[.!?…]+[\"”’)\]]*(?=\s+[\"“‘(]?[A-Z0-9])|[.!?…]+[\"”’)\]]*\s*$")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading or list item as plain text; ``line`` is where it begins in the file."""

    text: str
    line: int
    heading: bool = False

    def line_at(self, position: int) -> int:
        """The line of a position in the text."""
        return self.line + self.text.count("\n", 0, position)


def blocks(article: Article) -> Iterator[Block]:
    """The text's paragraphs, headings and list items; tables, code, pictures and addresses are left out."""
    start = article.line("body") or 1
    held: list[str] = []
    first = start
    for number, line in enumerate([*plain(article.body).split("\n"), ""], start):
        bare = line.strip()
        heading = bare.startswith("#")
        if not bare or heading or bare.startswith("|") or _LIST.match(line):
            if held:
                yield Block("\n".join(held), first)
            held = []
        if heading:
            yield Block(bare.strip("# "), number, heading=True)
        elif bare and not bare.startswith("|"):
            if not held:
                first = number
            held.append(_LIST.sub("", line, count=1).strip("> ").strip() if not held else bare.lstrip("> "))


def plain(markdown: str) -> str:
    """Markdown as the words a reader sees, on the same lines."""
    text = _CODE.sub(_blank, markdown)
    text = _DEFINITION.sub("", _PICTURE.sub("", text))
    return _MARK.sub("", _TOKEN.sub(_no_address, _LINK.sub(r"\1", text)))


def _no_address(match: re.Match[str]) -> str:
    return "" if _ADDRESS.search(match.group()) else match.group()


def _blank(match: re.Match[str]) -> str:
    return "\n" * match.group().count("\n") or ("" if match.group().startswith("<") else " ")


def sentences(block: Block) -> Iterator[tuple[int, str]]:
    """The sentences of a block with their positions; a full stop behind a short form ends none."""
    start = 0
    for match in _END.finditer(block.text):
        if match.group().startswith(".") and _SHORT.search(
            block.text[max(start, match.start() - 40) : match.start() + 1]
        ):
            continue
        yield start, block.text[start : match.end()].strip()
        start = match.end()
    if block.text[start:].strip():
        yield start, block.text[start:].strip()


def words(text: str) -> list[str]:
    """The words of a text; a dash or a slash inside one does not part it."""
    return _WORD.findall(text)


def advice(rule: str, article: Article, message: Message, line: int) -> Finding:
    """A finding of the rule ``rule``."""
    return Finding(rule, "advice", message, article.path, line)
