"""The list as a spreadsheet's file: CSV in, CSV out."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from publisher.errors import UsageFault
from publisher.messages import Message, msg
from publisher.subscribers import Subscriber, Subscribers, day

HEADS = {
    "address": ("alamat", "address", "email"),
    "name": ("nama", "name"),
    "consented": ("persetujuan", "consented"),
    "source": ("sumber", "source"),
}


@dataclass(frozen=True, slots=True)
class Read:
    """What an import did: how many were added, how many were there already, and what is wrong on which line."""

    added: int
    known: int
    wrong: tuple[tuple[int, Message], ...]


def read_csv(book: Subscribers, raw: bytes, now: datetime) -> Read:
    """Adds everybody in a CSV file with the heads alamat, nama, persetujuan, sumber. A line that is wrong is
    left out and named by its number, never by the address."""
    try:
        said = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageFault(msg("The file is not UTF-8; save it as UTF-8.")) from None
    first = said.split("\n", 1)[0]
    rows = csv.DictReader(io.StringIO(said), delimiter=";" if first.count(";") > first.count(",") else ",")
    heads = {h.strip().lower(): h for h in rows.fieldnames or () if h}
    place = {field: next((heads[w] for w in words if w in heads), None) for field, words in HEADS.items()}
    missing = [HEADS[f][0] for f in ("address", "consented", "source") if place[f] is None]
    if missing:
        raise UsageFault(msg("The first line must name the columns; missing: {columns}.", columns=", ".join(missing)))
    added, known, wrong = 0, 0, []
    for row in rows:
        values = {f: str(row.get(h) or "").strip() if h else "" for f, h in place.items()}
        try:
            person = Subscriber(values["address"], values["name"], day(values["consented"]), values["source"])
            new = book.add(person, now)
        except UsageFault as fault:
            wrong.append((rows.line_num, fault.message))
            continue
        added, known = added + new, known + (not new)
    return Read(added, known, tuple(wrong))


def to_csv(people: Sequence[Subscriber]) -> str:
    """Everybody, as ``read_csv`` takes it, with the refusals; a cell that a spreadsheet would run is only text."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(("alamat", "nama", "persetujuan", "sumber", "ditolak", "jawaban"))
    for p in people:
        table.writerow([_inert(v) for v in (p.address, p.name, p.consented, p.source, p.refused or "", p.answer)])
    return out.getvalue()


def _inert(value: object) -> str:
    said = str(value)
    return f"'{said}" if said.startswith(("=", "+", "-", "@")) else said
