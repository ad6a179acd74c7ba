"""Results as people read them, lines and tables, and as data for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from publisher.cli._console import WELL, Console
from publisher.cli._terminal import print_table
from publisher.messages import Message, msg

if TYPE_CHECKING:
    from plugins.run import Built
    from publisher.article import Finding
    from publisher.deploy import Deployed
    from publisher.ledger import Delivery
    from publisher.ledger.announcement import Announcement
    from publisher.outreach.announce import Told
    from publisher.publish import Delivered


# How many texts that were put in order a build names: an archive taken over from elsewhere may have thousands.
CLEANED = 20


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that left an article out."""
    return [f for f in findings if f.level == "error"]


def findings(console: Console, found: Sequence[Finding], *, most: int | None = None) -> None:
    """One line each with place and level, and how many there are; of the advice at most ``most`` lines."""
    marks = {"error": msg("wrong"), "advice": msg("advice")}
    wrong = len(errors(found))
    room = len(found) if most is None else most
    for f in found:
        if f.level == "advice":
            room -= 1
            if room < 0:
                continue
        place = f"{f.path}:{f.line}" if f.line else f.path
        console.print(f"{place}: {marks[f.level].say(console.lang)}: {f.message.say(console.lang)}")
    if found:
        console.print(msg("Wrong: {wrong}. Advice: {advice}.", wrong=wrong, advice=len(found) - wrong))
    if room < 0:
        console.print(msg("{count} more of advice: `kentongan check` shows all.", count=-room))


def built(console: Console, built: Built) -> None:
    """What was left out or cleaned, how much of the site is new, and which files in it no build wrote."""
    findings(console, built.findings, most=CLEANED)
    if built.changed or built.removed:
        counts = {"changed": len(built.changed), "removed": len(built.removed)}
        console.print(msg("Built: {changed} files changed, {removed} removed.", **counts))
    else:
        console.print(msg("Built: nothing has changed."))
    if built.strangers:
        some = ", ".join(built.strangers[:3]) + (" …" if len(built.strangers) > 3 else "")
        console.print(msg("No build wrote these files, yet a deploy sends them: {files}", files=some))


def deployed(console: Console, done: Deployed) -> None:
    """How much travelled to the target."""
    if done.uploaded or done.deleted:
        counts = {"sent": len(done.uploaded), "deleted": len(done.deleted), "target": console.settings.target}
        console.print(msg("Deployed to {target}: {sent} files sent, {deleted} deleted.", **counts))
    else:
        console.print(msg("Deployed: nothing to send."))


def delivered(console: Console, delivered: Delivered) -> None:
    """What went out or stays open, what was held back, and who else was told."""
    for channel, count in delivered.withheld.items():
        console.print(
            msg(
                "{count} posts at once for {channel} were held back; if they are to go out, add --yes.",
                channel=channel,
                count=count,
            )
        )
    for article, count in delivered.dangling:
        console.print(
            msg(
                "{article} was deleted, but {count} posts still lead to it; `kentongan withdraw {article}` takes them "
                "back.",
                article=article,
                count=count,
            )
        )
    for ending in delivered.ending:
        console.print(ending)
    for hold in delivered.outcome.holds:
        console.print(msg("Channel {channel} is held: {reason}", channel=hold.channel, reason=hold.reason))
    if delivered.deliveries:
        deliveries(console, delivered.deliveries)
    else:
        console.print(msg("Nothing new to send."))
    for told in delivered.told:
        console.print(_said_of(told))


def _said_of(told: Told) -> Message:
    """What became of the announcements to one service."""
    counts = {"service": told.service, "told": told.told, "waiting": told.waiting}
    if told.reason is None:
        return msg("{service}: {told} addresses told.", service=told.service, told=told.told)
    if not told.told and not told.waiting:
        return msg("{service} was not told of anything: {reason}", service=told.service, reason=told.reason)
    return msg(
        "{service}: {told} addresses told, {waiting} wait for the next run: {reason}", reason=told.reason, **counts
    )


def announced(console: Console, rows: Sequence[Announcement], as_json: bool) -> int:
    """What hub and search engines were told, as a table or as JSON."""
    names = ("service", "address", "state", "wanted", "ended", "tries", "answer")
    if as_json:
        console.json(
            [{n: v.isoformat() if isinstance(v := getattr(r, n), datetime) else v for n in names} for r in rows]
        )
        return WELL
    states = {"told": msg("told"), "refused": msg("refused"), "dropped": msg("dropped")}
    zone = console.settings.zone
    table = [
        (
            (r.ended or r.wanted).astimezone(zone).strftime("%d/%m/%Y %H.%M"),
            r.service,
            states[r.state].say(console.lang),
            r.answer,
            r.address,
        )
        for r in rows
    ]
    if table:
        print_table(console, (msg("time"), msg("told to"), msg("state"), msg("answer"), msg("address")), table)
    else:
        console.print(msg("No receipts yet."))
    return WELL


def deliveries(console: Console, rows: Sequence[Delivery], *, ids: bool = False) -> None:
    """One line each; ``ids`` where a person may want to decide about one of them."""
    states = {
        "planned": msg("planned"),
        "queued": msg("queued"),
        "sending": msg("sending"),
        "sent": msg("sent"),
        "failed": msg("failed"),
        "unknown": msg("unknown"),
        "cancelled": msg("cancelled"),
    }
    kinds = {"reshare": msg("again"), "edit": msg("edit"), "withdraw": msg("take back")}
    zone = console.settings.zone
    table = [
        (
            (d.sent_at or d.due).astimezone(zone).strftime("%d/%m/%Y %H.%M"),
            d.channel if d.kind == "post" else f"{d.channel} ({kinds[d.kind].say(console.lang)})",
            states[d.state].say(console.lang),
            *([d.id] if ids else []),
            d.title,
            d.remote_url or (d.why.say(console.lang) if d.why else ""),
        )
        for d in rows
    ]
    own = [msg("id")] if ids else []
    heads = (msg("time"), msg("channel"), msg("state"), *own, msg("article"), msg("address or reason"))
    print_table(console, heads, table)


def finding_data(finding: Finding, lang: str) -> dict[str, object]:
    """What a program may read of a finding."""
    return {
        "level": finding.level,
        "path": finding.path,
        "line": finding.line,
        "rule": finding.rule,
        "message": finding.message.say(lang),
    }


def delivery_data(delivery: Delivery, lang: str) -> dict[str, object]:
    """What a program may read of a delivery; secrets are in none of it."""
    names = ("id", "article", "title", "channel", "network", "kind", "state", "attempts", "revision")
    return {
        **{name: str(getattr(delivery, name)) for name in names},
        "attempts": delivery.attempts,
        "due": delivery.due.isoformat(),
        "reason": delivery.why.say(lang) if delivery.why else "",
        "remote_id": delivery.remote_id,
        "url": delivery.remote_url,
        "sent_at": delivery.sent_at.isoformat() if delivery.sent_at else None,
    }


def told_data(told: Told, lang: str) -> dict[str, object]:
    """What a program may read of the announcements to one service."""
    return {**asdict(told), "reason": told.reason.say(lang) if told.reason else ""}
