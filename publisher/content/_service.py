"""One file of layanan/ as a Service of the register."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from publisher.article import Benefit, Service
from publisher.content import _pictures as pictures
from publisher.content import _values as values
from publisher.content._fields import Fields
from publisher.messages import msg
from publisher.slugs import DEVICES

FIELDS = (
    "id",
    "name",
    "aliases",
    "kind",
    "innovation",
    "online",
    "owner",
    "audience",
    "status",
    "since",
    "until",
    "moved_to",
    "requirements",
    "cost",
    "duration",
    "hours",
    "place",
    "link",
    "complaint",
    "legal_basis",
    "lke",
    "benefit",
    "replicated_by",
    "summary",
    "updated",
)
BENEFIT_FIELDS = ("before", "after", "source", "date")
KINDS = ("orisinal", "adaptasi", "replikasi", "arahan pusat")
STATUS = ("aktif", "dialihkan", "berhenti")
FLAGS: Mapping[str, bool | None] = MappingProxyType(
    {"yes": True, "ya": True, "true": True, "no": False, "tidak": False, "false": False, "unknown": None}
)


def service(fields: Fields, body: str, line: int, folder: Path, zone: ZoneInfo) -> Service:
    """The service that the fields and the text below them make; what is wrong goes into ``fields.found``."""
    stem = posixpath.basename(fields.path).rsplit(".", 1)[0]
    ident = fields.text("id") or stem
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", ident) or ident in DEVICES:
        fields.error(
            "id",
            "id",
            msg("The id of a service, “{id}”, may only hold a–z, 0–9 and dashes; so must the file's name.", id=ident),
        )
    elif ident != stem:
        fields.error(
            "id",
            "id",
            msg("The file of the service “{id}” must be called {id}.md; rename the file, not the id.", id=ident),
        )
    pictures.check(fields, body, line, folder)
    return Service(
        id=ident,
        name=values.title(fields, "name"),
        path=fields.path,
        body=body,
        aliases=fields.texts("aliases"),
        kind=_kind(fields),
        innovation=_flag(fields, "innovation"),
        online=_flag(fields, "online"),
        owner=fields.text("owner"),
        audience=fields.text("audience"),
        status=values.choice(fields, "status", STATUS, "aktif"),
        since=fields.text("since"),
        until=fields.text("until"),
        moved_to=fields.text("moved_to"),
        requirements=fields.texts("requirements"),
        cost=fields.text("cost"),
        duration=fields.text("duration"),
        hours=fields.text("hours"),
        place=fields.text("place"),
        link=_link(fields),
        complaint=fields.text("complaint"),
        legal_basis=fields.texts("legal_basis"),
        lke=fields.texts("lke", commas=True),
        benefit=_benefit(fields),
        replicated_by=fields.texts("replicated_by"),
        summary=fields.text("summary"),
        updated=fields.when("updated", zone),
    )


def _kind(fields: Fields) -> str:
    kind = fields.text("kind").lower()
    if kind and kind not in KINDS:
        fields.advice(
            "kind",
            "kind",
            msg(
                "“{field}” cannot be “{text}” and counts as not known; known are: {known}.",
                field="kind",
                text=kind,
                known=", ".join(KINDS),
            ),
        )
        return ""
    return kind


def _flag(fields: Fields, key: str) -> bool | None:
    text = fields.text(key).lower()
    if text and text not in FLAGS:
        fields.advice(
            key,
            key,
            msg(
                "“{field}” cannot be “{text}” and counts as not known; known are: {known}.",
                field=key,
                text=text,
                known="yes, no, unknown",
            ),
        )
    return FLAGS.get(text)


def _link(fields: Fields) -> str:
    link = fields.text("link")
    if link and not (
        values.is_url(link) or re.fullmatch(r"(?i)(?:mailto:[^\s@<>\"]+@[^\s@<>\"]+|tel:\+?[0-9-]+)", link)
    ):
        fields.advice("link", "link", msg("“{text}” is no web address and was ignored; write https://…", text=link))
        return ""
    return link


def _benefit(fields: Fields) -> Benefit:
    table = fields.table("benefit")
    for name in table:
        if name not in BENEFIT_FIELDS:
            fields.advice(
                "unknown_field",
                "benefit",
                msg("There is no field “{field}”; it was ignored.", field=f"benefit: {name}"),
            )
    return Benefit(**{name: fields.inner("benefit", table, name) for name in BENEFIT_FIELDS})
