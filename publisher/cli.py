"""The command line: read the arguments, call one function, print, choose the exit code.

Source texts are English; ``main`` puts them into the person's language before Typer shows them.
"""

from __future__ import annotations

import contextlib
import functools
import gettext
import inspect
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from publisher import __version__
from publisher.errors import KentonganError, UsageFault, refusal
from publisher.messages import CATALOGUES, DEFAULT, DOMAIN, LANGUAGES, Message, msg, translator

if TYPE_CHECKING:
    from plugins.run import Built
    from publisher.article import Finding
    from publisher.deploy import Deployed
    from publisher.ledger import Delivery
    from publisher.ledger.announcement import Announcement
    from publisher.outreach.announce import Told
    from publisher.publish import Delivered
    from publisher.settings import Settings

WELL, STOPPED, USAGE, PARTLY = 0, 1, 2, 3
LATE = 5  # minutes from which on a run that catches up says so
NARROW = 100  # columns below which a table cannot be read
EXIT_CODES = (
    "Exit codes: 0 all well; 1 stopped, nothing changed; 2 usage or environment; "
    "3 done, but an article was left out or a delivery needs a person."
)

Lang = Annotated[str, typer.Option("--lang", metavar="id|en", help="Language of the messages (KENTONGAN_LANG).")]
Url = Annotated[str, typer.Option("--url", metavar="URL", help="The site's address for this run (KENTONGAN_URL).")]
Content = Annotated[Path | None, typer.Option("--content", metavar="DIR", help="Folder of the content.")]
Output = Annotated[Path | None, typer.Option("--output", metavar="DIR", help="Folder of the built site.")]
State = Annotated[Path | None, typer.Option("--state", metavar="DIR", help="Folder of ledger, manifest and caches.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
Yes = Annotated[bool, typer.Option("--yes", help="Yes to many posts at once on real channels.")]
Remove = Annotated[
    list[str], typer.Option("--remove", metavar="ID", help="Confirm that the page of this deleted article may go.")
]

SHARED: dict[str, tuple[Any, Any]] = {
    "lang": (Lang, ""),
    "url": (Url, ""),
    "content": (Content, None),
    "output": (Output, None),
    "state": (State, None),
}


class Group(TyperGroup):
    """The commands in the order of the day's work; an unknown one is answered with the nearest."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names in the order in which they were written down."""
        return list(self.commands)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """The usage line in the person's language."""
        _usage(self, ctx, formatter)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that ``args`` name. Raises UsageFault for an unknown one."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            import difflib

            near = difflib.get_close_matches(args[0], self.commands, n=1)
            if near:
                raise UsageFault(
                    msg("There is no command “{name}”; did you mean “{near}”?", name=args[0], near=near[0])
                )
            raise UsageFault(msg("There is no command “{name}”; see `kentongan --help`.", name=args[0]))
        return super().resolve_command(ctx, args)


class Command(TyperCommand):
    """One command."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """The usage line in the person's language."""
        _usage(self, ctx, formatter)


def _usage(command: Any, ctx: Any, formatter: Any) -> None:
    formatter.write_usage(
        ctx.command_path, " ".join(command.collect_usage_pieces(ctx)), prefix=gettext.gettext("Usage: ")
    )


app = typer.Typer(
    name="kentongan",
    cls=Group,
    no_args_is_help=True,
    context_settings={"help_option_names": ["--help", "-h"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Carries the news of a government office to the citizens: site, feeds, cards and posts, once to each channel.",
    epilog=EXIT_CODES,
)


@dataclass(frozen=True, slots=True)
class Console:
    """What a command gets: the checked settings, the time, and a way to speak to the person."""

    settings: Settings
    now: datetime

    def clock(self) -> datetime:
        """The time at this moment, in the office's zone."""
        return datetime.now(self.settings.zone)

    @property
    def lang(self) -> str:
        """The language that the person reads."""
        return self.settings.lang

    def print(self, message: Message | str = "") -> None:
        """One line on standard output, seen at once by whoever reads it."""
        text = message.say(self.lang) if isinstance(message, Message) else message
        print(text, flush=True)  # noqa: T201 - the command line prints

    def warn(self, message: Message | str) -> None:
        """One line on standard error."""
        text = message.say(self.lang) if isinstance(message, Message) else message
        print(text, file=sys.stderr)  # noqa: T201 - the command line prints

    def json(self, value: object) -> None:
        """``value`` as JSON on standard output."""
        print(json.dumps(value, ensure_ascii=False, indent=2, default=str))  # noqa: T201 - the command line prints


feeds = typer.Typer(
    name="feeds",
    cls=Group,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Looks after the feeds and sitemaps.",
    epilog=f"Example: kentongan feeds check\n\n{EXIT_CODES}",
)


def command(
    example: str, *, under: typer.Typer = app, name: str = ""
) -> Callable[[Callable[..., int]], Callable[..., None]]:
    """Makes a function a command: it gets a Console, returns the exit code, and takes the shared options.

    ``name`` is the command's when it is not the function's; ``under`` is the group that it belongs to.
    """

    def wrap(function: Callable[..., int]) -> Callable[..., None]:
        own = inspect.signature(function, eval_str=True)

        @functools.wraps(function)
        def run(ctx: typer.Context, **given: Any) -> None:
            shared: dict[str, Any] = {
                k: given.pop(k) or (ctx.obj or {}).get(k) for k in SHARED if k not in own.parameters
            }
            if ctx.args:
                raise UsageFault(
                    msg("“{words}” is too much; put several words in quotation marks.", words=" ".join(ctx.args))
                )
            try:
                code = function(open_console(**shared), **given)
                sys.stdout.flush()
            except KeyboardInterrupt:  # Typer would make an exit without a word of it
                raise typer.Abort from None
            raise typer.Exit(code)

        parameters = [p for name, p in own.parameters.items() if name != "console"]
        keyword = inspect.Parameter.KEYWORD_ONLY
        missing = {k: v for k, v in SHARED.items() if k not in own.parameters}
        parameters += [inspect.Parameter(k, keyword, default=d, annotation=a) for k, (a, d) in missing.items()]
        context = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
        ordered = [context, *(p.replace(kind=keyword) for p in parameters)]
        run.__signature__ = inspect.Signature(ordered)  # type: ignore[attr-defined]  # Typer reads it
        run.__annotations__ = {p.name: p.annotation for p in ordered}
        del run.__wrapped__  # else the signature of the inner function is read
        under.command(
            name=name or function.__name__.rstrip("_"),
            cls=Command,
            epilog=f"{example}\n\n{EXIT_CODES}",
            context_settings={"allow_extra_args": True},  # said in our words above
        )(run)
        return run

    return wrap


def open_console(
    lang: str = "", url: str = "", content: Path | None = None, output: Path | None = None, state: Path | None = None
) -> Console:
    """The settings of the project in this folder, checked, and the time, read once."""
    from publisher.settings import load

    settings = load(Path.cwd(), lang=lang or "", url=url or "", content=content, output=output, state=state)
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")  # reproducible-builds.org: the moment of a build
    try:
        now = datetime.fromtimestamp(int(fixed), UTC) if fixed else datetime.now(UTC)
    except (ValueError, OverflowError, OSError) as fault:
        raise UsageFault(msg("SOURCE_DATE_EPOCH must be seconds since 1970, not “{text}”.", text=fixed)) from fault
    return Console(settings, now.astimezone(settings.zone))


@app.callback(invoke_without_command=True)
def shared(
    ctx: typer.Context,
    lang: Lang = "",
    url: Url = "",
    content: Content = None,
    output: Output = None,
    state: State = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        print(f"kentongan {__version__}")  # noqa: T201 - the command line prints
        raise typer.Exit(WELL)
    ctx.obj = {"lang": lang, "url": url, "content": content, "output": output, "state": state}


@command('Example: kentongan new "Surat Nikah Selesai Sehari"')
def new(
    console: Console,
    title: Annotated[str, typer.Argument(help="The headline.", metavar="TITLE")],
    author: Annotated[str, typer.Option("--author", metavar="NAME", help="The byline.")] = "",
) -> int:
    """Begins a new article. The file has an id, today's date and every field explained."""
    from publisher.content import new_article

    path = new_article(console.settings.content, title, console.now, author=author)
    console.print(msg("Written: {file}. It is a draft; set “status: published” when it is ready.", file=_shown(path)))
    return WELL


@command("Example: kentongan check --fix")
def check(
    console: Console,
    fix: Annotated[bool, typer.Option("--fix", help="Write the missing ids; change nothing else.")] = False,
    as_json: Json = False,
) -> int:
    """Says what is wrong in the content. Names file, line and what to do."""
    from publisher import publish

    if fix:
        for path in publish.fix(console.settings):
            console.warn(msg("Id written: {file}", file=path))
    findings = publish.check(console.settings)
    if as_json:
        console.json([_finding(f, console.lang) for f in findings])
    else:
        _print_findings(console, findings)
    return PARTLY if _errors(findings) else WELL


@command("Example: kentongan build")
def build(console: Console) -> int:
    """Builds the site. Nothing is deployed or posted."""
    from publisher import publish

    with Progress(console) as say:
        built = publish.build(console.settings, console.now, say)
    _print_findings(console, _errors(built.findings))
    _print_built(console, built)
    return PARTLY if _errors(built.findings) else WELL


@command("Example: kentongan serve --port 8001")
def serve(
    console: Console,
    port: Annotated[
        int,
        typer.Option(
            "--port", metavar="1-65535", min=1, max=65535, help="Port of the preview; the next free one if taken."
        ),
    ] = 8001,
) -> int:
    """Previews the site on this computer. Drafts and embargoed articles are shown too; a change reloads the page."""
    from publisher import publish

    publish.preview(console.settings, port, console.print, partial(_print_findings, console), console.clock)
    return WELL


@command("Example: kentongan card content/berita/2026/satu-meja.md --open")
def card(
    console: Console,
    file: Annotated[Path | None, typer.Argument(help="The article; without it all of a month.", metavar="FILE")] = None,
    month: Annotated[str, typer.Option("--month", metavar="YYYY-MM", help="That month, not the last 31 days.")] = "",
    show: Annotated[bool, typer.Option("--open", help="Show them in the browser.")] = False,
    as_json: Json = False,
) -> int:
    """Draws the cards of an article, a draft too. Without FILE it makes a page of all cards of the last month."""
    from publisher import contact_sheet

    if file and month:
        raise UsageFault(msg("Give a file or --month, not both."))
    with Progress(console, quiet=as_json) as say:
        if file:
            made = contact_sheet.of_article(console.settings, file, console.now, say)
        else:
            made = contact_sheet.of_month(console.settings, month, console.now, say)
    if as_json:
        console.json(
            {
                "page": str(made.page),
                "files": [str(f) for f in made.files],
                "findings": [_finding(f, console.lang) for f in made.findings],
            }
        )
    else:
        _print_findings(console, made.findings)
        for path in made.files if file else ():
            console.print(_shown(path))
        console.print(msg("All cards on one page: {file}", file=_shown(made.page)))
    if show:
        _open(console, made.page)
    return PARTLY if made.findings else WELL


@command("Example: kentongan deploy --remove 20261124-x7k2m")
def deploy(console: Console, remove: Remove = []) -> int:  # noqa: B006 - Typer copies it
    """Sends the built site to its target. Only what changed travels, deletions last."""
    from publisher import publish

    with Progress(console) as say:
        done = publish.deploy(console.settings, console.clock, say, confirmed=remove)
    _print_deployed(console, done)
    return WELL


@command("Example: kentongan plan")
def plan(console: Console) -> int:
    """Plans what should go out. Writes it into the ledger and sends nothing."""
    from publisher import publish

    rows = publish.plan(console.settings, console.clock)
    if not rows:
        console.print(msg("Nothing new to send."))
    _print_deliveries(console, rows)
    return WELL


@command("Example: kentongan deliver")
def deliver(console: Console, yes: Yes = False) -> int:
    """Sends what is due. Waits until each page is live and prints the receipts."""
    from publisher import publish

    with Progress(console) as say:
        delivered = publish.deliver(console.settings, console.clock, say, yes=yes)
    _print_delivered(console, delivered)
    return PARTLY if delivered.needs_person else WELL


@command("Example: kentongan publish --dry-run")
def publish_(
    console: Console,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would go out, word for word; change nothing.")
    ] = False,
    yes: Yes = False,
    remove: Remove = [],  # noqa: B006 - Typer copies it
    due: Annotated[
        bool, typer.Option("--due", help="Only what has fallen due; nothing when nothing has. For a timer.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Does it all and prints the receipts. Checks, builds, deploys, plans, waits until the pages are live, delivers."""
    from publisher import publish

    if dry_run:
        return _dry_run(console, as_json)
    if due:
        return publish_due(console, yes=yes)
    with Progress(console, quiet=as_json) as say:
        report = publish.publish(console.settings, console.clock, say, now=console.now, yes=yes, confirmed=remove)
    wrong = _errors(report.built.findings)
    if as_json:
        console.json(
            {
                "built": {"changed": len(report.built.changed), "removed": len(report.built.removed)},
                "findings": [_finding(f, console.lang) for f in report.built.findings],
                "deployed": {"uploaded": len(report.deployed.uploaded), "deleted": len(report.deployed.deleted)},
                "planned": [d.id for d in report.planned],
                "deliveries": [_delivery(d, console.lang) for d in report.delivered.deliveries],
                "withheld": report.delivered.withheld,
                "announced": [_told(t, console.lang) for t in report.delivered.told],
            }
        )
    else:
        _print_findings(console, wrong)
        _print_built(console, report.built)
        _print_deployed(console, report.deployed)
        _print_delivered(console, report.delivered)
    return PARTLY if wrong or report.delivered.needs_person else WELL


@command("Example: kentongan feeds check", under=feeds, name="check")
def feeds_check(
    console: Console,
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of the built site; without it the output folder.", metavar="[DIR]")
    ] = None,
    as_json: Json = False,
) -> int:
    """Looks through the feeds, sitemaps and pages of a built site. Names the file and what is wrong in it."""
    from publisher import publish

    findings = publish.audit(console.settings, console.now, folder)
    if as_json:
        console.json([_finding(f, console.lang) for f in findings])
    elif findings:
        _print_findings(console, findings)
    else:
        console.print(msg("Feeds, sitemaps and pages are in order."))
    return PARTLY if _errors(findings) else WELL


app.add_typer(feeds)


def publish_due(console: Console, *, yes: bool = False) -> int:
    """Does what has fallen due and says how late it is."""
    from publisher import publish

    now = console.clock()
    at = publish.falls_due(console.settings, now)
    if at is None or at > now:
        console.print(msg("Nothing is due."))
        return WELL
    late = int((now - at).total_seconds() // 60)
    if late >= LATE:
        console.print(msg("This was due {minutes} minutes ago and is caught up with now.", minutes=late))
    with Progress(console) as say:
        done = publish.publish_due(console.settings, console.clock, say, yes=yes)
    if isinstance(done, publish.Report):
        _print_built(console, done.built)
        _print_deployed(console, done.deployed)
        done = done.delivered
    if done is None:
        return WELL
    _print_delivered(console, done)
    return PARTLY if done.needs_person else WELL


@command("Example: kentongan status --json")
def status(console: Console, as_json: Json = False) -> int:
    """Shows what waits and what needs a person. Every delivery is shown with its reason."""
    from publisher import publish

    found = publish.status(console.settings, console.now)
    if as_json:
        console.json([_delivery(d, console.lang) for d in found.deliveries])
        return PARTLY if found.needs_person else WELL
    for hold in found.holds:
        console.print(msg("Channel {channel} is held: {reason}", channel=hold.channel, reason=hold.reason))
    if found.deliveries:
        _print_deliveries(console, found.deliveries, ids=True)
    else:
        console.print(msg("Nothing waits and nothing is open."))
    console.print(msg("Sent so far: {count}. See `kentongan receipts`.", count=found.sent))
    for service, count in found.untold.items():
        console.print(msg("{service} is still to be told of {count} addresses.", service=service, count=count))
    return PARTLY if found.needs_person else WELL


@command("Example: kentongan receipts --channel mastodon --json")
def receipts(
    console: Console,
    channel: Annotated[str, typer.Option("--channel", metavar="NAME", help="Only this channel.")] = "",
    article: Annotated[str, typer.Option("--article", metavar="ID", help="Only this article.")] = "",
    told: Annotated[
        bool, typer.Option("--told", help="Instead of posts: what the hub and search engines were told.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Shows what went out. Says when, on which channel and at which address."""
    from publisher import publish

    if told:
        return _print_announced(console, publish.announced(console.settings), as_json)
    rows = publish.receipts(console.settings, channel=channel, article=article)
    if as_json:
        console.json([_delivery(d, console.lang) for d in rows])
    elif rows:
        _print_deliveries(console, rows)
    else:
        console.print(msg("No receipts yet."))
    return WELL


@command("Example: kentongan channels")
def channels(
    console: Console,
    action: Annotated[
        str, typer.Argument(metavar="[check]", help="check: ask each account about its token and quota.")
    ] = "",
    as_json: Json = False,
) -> int:
    """Lists the channels and what each lacks. Networks that no channel uses yet stand below."""
    from publisher import publish

    if action == "check":
        return _check_channels(console, as_json)
    if action:
        raise UsageFault(msg("“{words}” is not known here; it takes “check” or nothing.", words=action))
    rows = publish.channels(console.settings)
    if as_json:
        console.json([{**asdict(r), "problem": r.problem.say(console.lang) if r.problem else ""} for r in rows])
        return WELL
    on, off = msg("on"), msg("off")
    table = [
        (
            r.name,
            r.network,
            (on if r.on else off).say(console.lang),
            r.problem.say(console.lang) if r.problem else "",
            translator(console.lang)(r.about),
        )
        for r in rows
    ]
    _print_table(console, (msg("channel"), msg("network"), msg("switch"), msg("missing"), msg("about")), table)
    return WELL


def _check_channels(console: Console, as_json: bool) -> int:
    from publisher import publish

    found = publish.check_channels(console.settings)
    zone = console.settings.zone
    rows = [
        {
            "channel": name,
            "level": s.level,
            "message": s.message.say(console.lang),
            "ends": s.ends.astimezone(zone).isoformat() if s.ends else "",
        }
        for name, s in found
    ]
    if as_json:
        console.json(rows)
    else:
        marks = {"ok": msg("well"), "advice": msg("advice"), "fault": msg("fault")}
        table = [(r["channel"], marks[r["level"]].say(console.lang), r["message"], r["ends"][:10]) for r in rows]
        _print_table(console, (msg("channel"), msg("state"), msg("message"), msg("ends")), table)
    return PARTLY if any(s.level == "fault" for _, s in found) else WELL


@command("Example: kentongan adopt")
def adopt(console: Console) -> int:
    """Lets this ledger take over the live site. For after a restore; what is due is looked up before it is sent."""
    from publisher import publish

    publish.adopt(console.settings, console.clock)
    console.print(
        msg("The site belongs to this ledger now. What is due is looked up on its channel before it is sent.")
    )
    return WELL


@command("Example: kentongan restore .kentongan/backup/ledger-20261124T020000Z.sqlite")
def restore(
    console: Console,
    file: Annotated[Path | None, typer.Argument(help="The copy; without it the newest one.", metavar="[FILE]")] = None,
) -> int:
    """Brings the ledger back from a copy. The file it replaces is kept beside it."""
    from publisher import publish

    source, aside = publish.restore(console.settings, console.clock, file)
    console.print(msg("Restored from {file}.", file=_shown(source)))
    if aside:
        console.print(msg("The ledger that was there is now {file}.", file=_shown(aside)))
    return WELL


@command("Example: kentongan doctor")
def doctor(console: Console) -> int:
    """Says what is missing on this machine. Says what is about to expire too, and what to do."""
    from publisher.doctor import examine

    symptoms = examine(console.settings, console.now)
    marks = {"ok": msg("well"), "advice": msg("advice"), "fault": msg("fault")}
    areas = {
        "address": msg("address"),
        "announce": msg("announcements"),
        "backup": msg("backup"),
        "cards": msg("cards"),
        "channels": msg("channels"),
        "clock": msg("clock"),
        "deploy": msg("deploy"),
        "folders": msg("folders"),
        "ledger": msg("ledger"),
        "office": msg("office"),
    }
    for s in symptoms:
        area = areas[s.area].say(console.lang) if s.area in areas else s.area
        console.print(f"[{marks[s.level].say(console.lang)}] {area}: {s.message.say(console.lang)}")
        if s.remedy:
            console.print("    → " + s.remedy.say(console.lang))
    return USAGE if any(s.level == "fault" for s in symptoms) else WELL


def _dry_run(console: Console, as_json: bool) -> int:
    from publisher import publish

    draft = publish.dry_run(console.settings, console.now)
    wrong = _errors(draft.findings)
    if as_json:
        posts = [
            {"channel": n.channel, "article": n.article, "title": n.title, "text": n.post.text} for n in draft.posts
        ]
        console.json({"findings": [_finding(f, console.lang) for f in draft.findings], "posts": posts})
        return PARTLY if wrong else WELL
    _print_findings(console, wrong)
    for new in draft.posts:
        console.print(f"── {new.channel} · {new.title}")
        console.print(new.post.text)
        for media in new.post.media:
            console.print(msg("[picture: {alt}]", alt=media.alt))
        console.print()
    console.print(msg("Would go out: {count}. Nothing was changed.", count=len(draft.posts)))
    return PARTLY if wrong else WELL


def _finding(finding: Finding, lang: str) -> dict[str, object]:
    return {
        "level": finding.level,
        "path": finding.path,
        "line": finding.line,
        "rule": finding.rule,
        "message": finding.message.say(lang),
    }


def _delivery(delivery: Delivery, lang: str) -> dict[str, object]:
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


def _errors(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that left an article out."""
    return [f for f in findings if f.level == "error"]


def _print_findings(console: Console, findings: Sequence[Finding]) -> None:
    marks = {"error": msg("wrong"), "advice": msg("advice")}
    for f in findings:
        place = f"{f.path}:{f.line}" if f.line else f.path
        console.print(f"{place}: {marks[f.level].say(console.lang)}: {f.message.say(console.lang)}")
    wrong = len(_errors(findings))
    if findings:
        console.print(msg("Wrong: {wrong}. Advice: {advice}.", wrong=wrong, advice=len(findings) - wrong))


def _print_built(console: Console, built: Built) -> None:
    if built.changed or built.removed:
        counts = {"changed": len(built.changed), "removed": len(built.removed)}
        console.print(msg("Built: {changed} files changed, {removed} removed.", **counts))
    else:
        console.print(msg("Built: nothing has changed."))
    if built.strangers:
        some = ", ".join(built.strangers[:3]) + (" …" if len(built.strangers) > 3 else "")
        console.print(msg("No build wrote these files, yet a deploy sends them: {files}", files=some))


def _print_deployed(console: Console, done: Deployed) -> None:
    if done.uploaded or done.deleted:
        counts = {"sent": len(done.uploaded), "deleted": len(done.deleted), "target": console.settings.target}
        console.print(msg("Deployed to {target}: {sent} files sent, {deleted} deleted.", **counts))
    else:
        console.print(msg("Deployed: nothing to send."))


def _print_delivered(console: Console, delivered: Delivered) -> None:
    for channel, count in delivered.withheld.items():
        console.print(
            msg(
                "{count} posts at once for {channel} were held back; if they are to go out, add --yes.",
                channel=channel,
                count=count,
            )
        )
    for hold in delivered.outcome.holds:
        console.print(msg("Channel {channel} is held: {reason}", channel=hold.channel, reason=hold.reason))
    if delivered.deliveries:
        _print_deliveries(console, delivered.deliveries)
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


def _print_announced(console: Console, rows: Sequence[Announcement], as_json: bool) -> int:
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
        _print_table(console, (msg("time"), msg("told to"), msg("state"), msg("answer"), msg("address")), table)
    else:
        console.print(msg("No receipts yet."))
    return WELL


def _told(told: Told, lang: str) -> dict[str, object]:
    return {**asdict(told), "reason": told.reason.say(lang) if told.reason else ""}


def _print_deliveries(console: Console, rows: Sequence[Delivery], *, ids: bool = False) -> None:
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
    _print_table(console, heads, table)


def _print_table(console: Console, heads: Sequence[Message], rows: Sequence[Sequence[str]]) -> None:
    """A table in a terminal, two lines a row in a narrow one, lines divided by tabs in none."""
    if not sys.stdout.isatty():
        for row in rows:
            console.print("\t".join(row))
        return
    if shutil.get_terminal_size().columns < NARROW:
        for row in rows:
            console.print(" · ".join(cell for cell in row[:-1] if cell))
            console.print(f"  {row[-1]}")
        return
    from rich import box
    from rich.console import Console as Terminal
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, head in enumerate(heads):
        table.add_column(
            head.say(console.lang), overflow="fold", no_wrap=False, ratio=None if number < len(heads) - 2 else 1
        )
    for row in rows:
        cells = [Text(cell) for cell in row]
        if row[-1].startswith(("http://", "https://", "file://")):
            cells[-1].stylize(f"link {row[-1]}")
        table.add_row(*cells)
    Terminal().print(table)


def _open(console: Console, page: Path) -> None:
    """Shows a page on this computer in the person's browser."""
    import webbrowser

    if not webbrowser.open(page.as_uri()):
        console.warn(msg("No browser could be started; open {file} yourself.", file=_shown(page)))


def _shown(path: Path) -> str:
    """``path`` as a person would type it here."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


class Progress:
    """Long work in a terminal gets a bar; elsewhere a line a step that has no count, and nothing more."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self._console = console
        self._quiet = quiet
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Callable[[Message, int, int], None]:
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console as Terminal
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
            from rich.progress import Progress as Bar

            columns = (BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
            self._bar = Bar(*columns, console=Terminal(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task("", total=None)
        return self._say

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def _say(self, what: Message, done: int, of: int) -> None:
        text = what.say(self._console.lang)
        if self._bar:
            self._bar.update(self._task, completed=done, total=of or None, description=text)
        elif not of and not self._quiet:
            with contextlib.suppress(BrokenPipeError):  # nobody reads it: no reason to stop half-way
                self._console.warn(text)


def main() -> NoReturn:
    """Runs the command line and exits with its code; every error is one message in the person's language."""
    lang = _language(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    command = translated(typer.main.get_command(app), lang)
    try:
        code = command.main(args=sys.argv[1:], prog_name="kentongan", standalone_mode=False)
        sys.stdout.flush()
    except SystemExit as end:  # completion ends like this, and Typer when nobody reads what is printed
        code = end.code if isinstance(end.code, int) else WELL
        if isinstance(end.__context__, BrokenPipeError):
            code = _read_by_nobody()
    except BrokenPipeError:
        code = _read_by_nobody()
    except (KentonganError, TyperException, KeyboardInterrupt, typer.Abort, OSError) as fault:
        text, code = _explained(fault, lang)
        print(text, file=sys.stderr)  # noqa: T201 - the command line prints
    sys.exit(code)


def translated(command: Any, lang: str) -> Any:
    """The command and all below it, with help texts in ``lang`` and Typer's own words too."""
    os.environ["LANGUAGE"] = lang
    gettext.bindtextdomain(DOMAIN, CATALOGUES)
    gettext.textdomain(DOMAIN)
    say = translator(lang)
    command.help = say(" ".join((command.help or "").split())) if command.help else command.help
    command.epilog = "\n\n".join(_said(part, say) for part in (command.epilog or "").split("\n\n"))
    words = {
        "completion": msg("Set up completion for the shell in use."),
        "show": msg("Print the completion for the shell in use."),
        "help": msg("Show this help."),
    }
    for param in command.params:
        if param.name == "install_completion":
            param.help = words["completion"].say(lang)
        elif param.name == "show_completion":
            param.help = words["show"].say(lang)
        elif getattr(param, "help", None):
            param.help = say(param.help)
    own = command.get_help_option
    command.get_help_option = lambda ctx: _helped(own(ctx), words["help"].say(lang))
    for child in getattr(command, "commands", {}).values():
        translated(child, lang)
    return command


def _said(part: str, say: Callable[[str], str]) -> str:
    """A paragraph below the help: an example keeps its command and gets its first word translated."""
    if part.startswith("Example: "):
        return say(msg("Example:").text) + " " + part.removeprefix("Example: ")
    return say(part) if part else part


def _helped(option: Any, text: str) -> Any:
    if option is not None:
        option.help = text
    return option


def _language(arguments: Sequence[str]) -> str:
    """The language before anything is read: --lang, the environment, else Indonesian."""
    for number, argument in enumerate(arguments):
        given = arguments[number + 1 : number + 2] if argument == "--lang" else [argument.removeprefix("--lang=")]
        if argument.startswith("--lang") and given and given[0] in LANGUAGES:
            return given[0]
    said = os.environ.get("KENTONGAN_LANG") or _in_env_file("KENTONGAN_LANG")
    return said if said in LANGUAGES else DEFAULT


def _in_env_file(name: str) -> str:
    """The variable in ``.env``, which settings.py reads too late for help and usage."""
    if not Path(".env").is_file():
        return ""
    from dotenv import dotenv_values

    try:
        return dotenv_values(".env", encoding="utf-8-sig").get(name) or ""
    except (OSError, ValueError):  # settings.py says what is wrong with it
        return ""


def _explained(fault: BaseException, lang: str) -> tuple[str, int]:
    """What is printed about ``fault``, in the person's language, and the exit code."""
    if type(fault).__name__ == "NoArgsIsHelpError":
        return str(fault), USAGE
    code = STOPPED
    if isinstance(fault, KentonganError):
        text, code = fault.say(lang), fault.exit_code
    elif isinstance(fault, TyperException):
        text, code = _usage_message(fault).say(lang), fault.exit_code
    elif isinstance(fault, OSError):
        text, code = _machine_message(fault).say(lang), USAGE
    else:
        text = msg("Stopped by you. What was begun is safe; run the command again.").say(lang)
    return f"{msg('Error').say(lang)}: {text}", code


def _usage_message(fault: TyperException) -> Message:
    """Typer's complaint in our words; its classes have no public names yet."""
    kind = type(fault).__name__
    option, param = getattr(fault, "option_name", ""), getattr(fault, "param", None)
    if kind == "NoSuchOption":
        near = getattr(fault, "possibilities", None)
        if near:
            return msg("There is no option “{option}”; did you mean “{near}”?", option=option, near=near[0])
        return msg("There is no option “{option}”; see --help.", option=option)
    if kind == "BadOptionUsage":
        if any(a.startswith(f"{option}=") for a in sys.argv):
            return msg("{option} takes no value; see --help.", option=option)
        return msg("{option} needs a value behind it; see --help.", option=option)
    if kind == "MissingParameter":
        return msg("{name} is missing; see --help.", name=_name_of(param))
    if kind == "BadParameter":
        return msg("{name} cannot be that; it takes {what}.", name=_name_of(param), what=_what(param))
    return msg("The call is not right ({detail}); see --help.", detail=fault.message)


def _what(param: Any) -> str:
    return str(getattr(param, "metavar", "") or "…")


def _name_of(param: Any) -> str:
    """An option by its name on the command line, an argument in capitals as the help shows it."""
    if param.opts and param.opts[0].startswith("-"):
        return str(param.opts[0])
    return str(param.metavar or param.name).upper()


def _machine_message(fault: OSError) -> Message:
    if fault.filename:
        return msg("The computer refuses {file}: {detail}.", file=str(fault.filename), detail=refusal(fault))
    return msg("The computer refuses: {detail}.", detail=refusal(fault))


def _read_by_nobody() -> int:
    """Whoever reads what we print has gone, which is well; Python must not notice at the exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return WELL


from publisher import cli_outreach, cli_posts  # noqa: E402, F401 - their commands follow those above
