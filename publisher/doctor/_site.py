"""The office and its site: what office.toml says, the address, where the site goes, who is told of changes."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from publisher.doctor._symptom import Symptom, ending, of_fault, reason
from publisher.errors import KentonganError, SettingsFault
from publisher.messages import msg
from publisher.settings import OFFICE_FILE, PREFERRED, Settings, announce_faults, is_loopback, is_private

# what citizens ask for first; while it is open the site says "belum tersedia, tanyakan ke kantor"
OPEN_FIELDS = ("address", "hours", "phone", "whatsapp", "email", "accounts")


def look_at_office(settings: Settings, now: datetime) -> Iterator[Symptom]:
    """The fields of office.toml that citizens ask for."""
    office = settings.office
    empty = [name for name in OPEN_FIELDS if not getattr(office, name)]
    if empty:
        yield Symptom(
            "office",
            "advice",
            msg("Not known yet in {file}: {fields}.", file=OFFICE_FILE, fields=", ".join(empty)),
            msg("Fill them in once the office has confirmed them; until then citizens are told to ask."),
        )
    else:
        yield Symptom("office", "ok", msg("{file} is filled in.", file=OFFICE_FILE))
    if office.google_news == PREFERRED and not office.news_link:
        yield Symptom(
            "office",
            "advice",
            msg("Google takes no site under a path or without a public name as a preferred source."),
            msg("Empty google_news in {file}, or give the site a domain of its own.", file=OFFICE_FILE),
        )
    yield from _look_at_logo(settings)


def _look_at_logo(settings: Settings) -> Iterator[Symptom]:
    """Whether cards and search results can show the office's logo."""
    from publisher.cards import logo

    try:
        if settings.office.logo:
            logo.read(settings.root / settings.office.logo)
    except SettingsFault as fault:
        yield Symptom(
            "office",
            "fault",
            fault.message,
            msg("Put a file there that can be used, or empty logo in {file}.", file=OFFICE_FILE),
        )


def look_at_address(settings: Settings, now: datetime) -> Iterator[Symptom]:
    """Whether anybody outside can open the site."""
    url = settings.office.url
    if is_loopback(url):
        yield Symptom(
            "address",
            "advice",
            msg("The site's address {url} is this computer: nobody else can open it.", url=url),
            msg("Channels other than the noticeboard send nothing until url in {file} is public.", file=OFFICE_FILE),
        )
    elif is_private(url):
        yield Symptom(
            "address",
            "advice",
            msg("The site's address {url} is private or not https.", url=url),
            msg("Channels other than the noticeboard send nothing until url in {file} is public.", file=OFFICE_FILE),
        )
    else:
        yield Symptom("address", "ok", msg("The site's address is {url}.", url=url))


def look_at_target(settings: Settings, now: datetime) -> Iterator[Symptom]:
    """Whether all is there to deploy: address, secrets, packages, certificate, the rights of the key."""
    from publisher import target

    try:
        found = target.read_target(settings)
        if not target.has_packages(found):
            raise target.missing_packages(found)
    except KentonganError as fault:
        yield of_fault("deploy", fault)
        return
    yield Symptom("deploy", "ok", msg("The site goes to {target}.", target=found.name))
    if found.kind == "local" and not is_loopback(settings.office.url):
        yield Symptom(
            "deploy",
            "advice",
            msg("The site's address is {url}, but the site goes to a folder.", url=settings.office.url),
            msg("Have a web server serve that folder, or set target under [deploy]."),
        )
    if found.certificate:
        yield from _look_at_certificate(found.certificate, now)
    if found.key and os.name != "nt" and Path(found.key).stat().st_mode & 0o077:
        yield Symptom(
            "deploy",
            "advice",
            msg("Others on this computer can read the private key {file}.", file=found.key),
            msg("Run: chmod 600 {file}", file=found.key),
        )


def _look_at_certificate(path: str, now: datetime) -> Iterator[Symptom]:
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(path)
        ends = [_moment(str(c["notAfter"])) for c in context.get_ca_certs()]
    except (ssl.SSLError, OSError) as fault:
        yield Symptom(
            "deploy",
            "fault",
            msg("The certificate {file} cannot be read ({detail}).", file=path, detail=reason(fault)),
            msg("Ask whoever runs the server for the file of its authority, in PEM form."),
        )
        return
    yield from ending(
        "deploy",
        min(ends, default=None),
        now,
        msg("the certificate {file}", file=path),
        msg("Ask whoever runs the server for a new one."),
    )


def look_at_announcements(settings: Settings, now: datetime) -> Iterator[Symptom]:
    """Whether hub and search engines can be told what changed; nothing to say when nobody is to be told."""
    faults, office = announce_faults(settings.office), settings.office
    for message in faults.values():
        yield Symptom("announce", "fault", message, msg("Mend it in {file}, or empty it.", file=OFFICE_FILE))
    if not faults and (office.hub or office.announce.indexnow):
        yield Symptom("announce", "ok", msg("Hub and search engines can be told what changed."))


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)
