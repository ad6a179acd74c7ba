"""The bytes of a content file as clean text: what no page or feed may carry is taken out, with a finding."""

from __future__ import annotations

import re

from publisher.article import Finding
from publisher.messages import msg

# Spaces and line ends that YAML, XML or splitlines() would take for the end of a line.
_BREAKS = "\x0b\x0c\x1c\x1d\x1e\u2028\u2029"
# What no XML or HTML may hold (controls, surrogates, noncharacters), and what a word processor leaves
# unseen: soft hyphen, zero-width space, marks that turn the direction of writing, lost pictures.
_UNSEEN = "\u00ad\u200b\u202a-\u202e\u2060\ufeff\ufff9-\ufffc"
_NONCHARACTERS = "".join(f"{chr(p + 0xFFFE)}{chr(p + 0xFFFF)}" for p in range(0, 0x110000, 0x10000))
JUNK = re.compile(
    rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef{_UNSEEN}{_NONCHARACTERS}]"
)
_REFERENCE = re.compile(r"&#(?:[xX]0*([0-9a-fA-F]{1,6})|0*([0-9]{1,7}));?")
_NBSP = re.compile(r"(?<=\d)\u00a0(?=\d)|[ \t]*\u00a0[ \u00a0\t]*")


def decode(raw: bytes, path: str) -> tuple[str | None, list[Finding]]:
    """The file's text with "\\n" at the ends of lines and without unseen characters; None with an
    error when it is not UTF-8."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None, [Finding("encoding", "error", msg("The file is saved as UTF-16; save it as UTF-8."), path)]
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        text = raw.decode()
    except UnicodeDecodeError as fault:
        line = lines_of(raw[: fault.start].decode()).count("\n") + 1
        return None, [
            Finding(
                "encoding",
                "error",
                msg(
                    "The character here (byte {byte}) is not UTF-8; open the file, choose “Save as” and save it as "
                    "UTF-8.",
                    byte=f"0x{raw[fault.start]:02X}",
                ),
                path,
                line,
            )
        ]
    return tidy(lines_of(text), path)


def lines_of(text: str) -> str:
    """``text`` with "\\n" at the ends of lines, as the three kinds of computers write them."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def tidy(text: str, path: str) -> tuple[str, list[Finding]]:
    """``text`` without characters that no page or feed may carry, and an advice that says so."""
    found: list[Finding] = []
    first = junk(text)
    if first:
        count = len(JUNK.findall(text))
        found.append(cleaned(first.group(), count, path, text.count("\n", 0, first.start()) + 1))
        text = clean(text)
    if "\ufffd" in text:
        line = text.count("\n", 0, text.index("\ufffd")) + 1
        found.append(
            Finding(
                "characters",
                "advice",
                msg("A character was lost here and is shown as “\ufffd”; write it again."),
                path,
                line,
            )
        )
    return text, found


def junk(text: str) -> re.Match[str] | None:
    """The first character of ``text`` that no page or feed may carry."""
    # Asking for letters, signs and spaces takes far less time; one of these signs stands for a lost picture.
    return None if text.replace("\n", "").isprintable() and "\ufffc" not in text else JUNK.search(text)


def cleaned(character: str, count: int, path: str, line: int) -> Finding:
    """The advice that ``count`` unseen characters were taken out, ``character`` the first of them."""
    return Finding(
        "characters",
        "advice",
        msg(
            "There are unseen characters from a word processor (first: {code}; together: {count}); they were taken "
            "out. Delete and retype the word here.",
            code=f"U+{ord(character):04X}",
            count=count,
        ),
        path,
        line,
    )


def clean(text: str) -> str:
    """``text`` without the characters that no page or feed may carry; see tidy."""
    return JUNK.sub(_instead, text)


def _instead(match: re.Match[str]) -> str:
    """What stands instead of an unwanted character: Windows' quotes and dashes, read with the wrong
    table, come back as what they were."""
    char = match.group()
    if char in _BREAKS:
        return " "
    if "\x80" <= char <= "\x9f":
        return bytes([ord(char)]).decode("cp1252", "ignore")
    return ""


def plain_spaces(text: str) -> str:
    """``text`` with spaces for the no-break spaces of a word processor; one between figures stays."""
    if "\u00a0" not in text:
        return text
    return _NBSP.sub(lambda m: m.group() if m.group() == "\u00a0" and _between_digits(m) else " ", text)


def _between_digits(match: re.Match[str]) -> bool:
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return before.isdigit() and after.isdigit()


def without_references(text: str) -> tuple[str, int]:
    """``text`` without numeric references (``&#7;``) to characters that it may not hold as such, and
    where the first one stood, -1 when there was none."""
    first = -1

    def instead(match: re.Match[str]) -> str:
        nonlocal first
        code = int(match[1], 16) if match[1] else int(match[2])
        if code < 0x110000 and not JUNK.match(chr(code)):
            return match.group()
        first = match.start() if first < 0 else first
        return clean(chr(code)) if code < 0x110000 else ""

    return (_REFERENCE.sub(instead, text) if "&#" in text else text), first
