"""Newsletter by e-mail to those who agreed: one message each, plain and in HTML; nobody gets the same one twice."""

from __future__ import annotations

import hashlib
import html
import re
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import quote, urlsplit

from pydantic import Field, field_validator

from publisher import text
from publisher.channels import Renew, Setup, Standing, barred
from publisher.channels._words import Wording, excess, word
from publisher.errors import ChannelError, Held, MachineFault, OutcomeUnknown, TryLater
from publisher.manifest import Record
from publisher.messages import msg
from publisher.post import Limits, Once, Post, Receipt
from publisher.settings import is_loopback
from publisher.settings.check import Section
from publisher.subscribers import ADDRESS, Addressee, Subscribers

# Our own choice: what is read in two minutes. RFC 5322 sets no limit but on a line, which the encoding keeps.
LIMITS = Limits(characters=5000, measure=text.graphemes, pictures=0)
SECRETS = ("password",)
# One run sends so long and then lets go: well under the ledger's lease (advance.Rules).
PATIENCE = 240.0
SILENCE = 60.0
SOON = 5.0
REST = 300.0
AGAIN = timedelta(minutes=15)
HOUR = timedelta(hours=1)
PORTS = {"smtp": 587, "smtps": 465}


class Options(Section):
    """Keys of office.toml that only e-mail knows: ``server`` is smtp://… (with STARTTLS) or smtps://…, ``sender``
    the name and address that stand above the messages, ``user`` who logs in, ``unsubscribe`` where to write to
    get no more (the sender's address when it is left out), ``per_hour`` how many the provider lets through."""

    server: str
    sender: str
    user: str = ""
    unsubscribe: str = ""
    per_hour: int = Field(default=0, ge=0)

    @field_validator("server")
    @classmethod
    def _server(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.username:
            raise ValueError(msg("write the server like smtps://mail.kantor.go.id or smtp://mail.kantor.go.id:587"))
        return value.rstrip("/")

    @field_validator("sender")
    @classmethod
    def _sender(cls, value: str) -> str:
        if not value.isprintable() or not ADDRESS.fullmatch(parseaddr(value)[1]):
            raise ValueError(msg("write the sender like Kabar Kantor <kabar@kantor.go.id>"))
        return value

    @field_validator("unsubscribe")
    @classmethod
    def _unsubscribe(cls, value: str) -> str:
        if value and not ADDRESS.fullmatch(value):
            raise ValueError(msg("write an e-mail address"))
        return value


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said: the code, and the finer one behind it; its words may hold an address."""

    code: int
    finer: str = ""

    @classmethod
    def of(cls, answer: tuple[int, bytes]) -> Reply:
        found = re.search(rb"\b[245]\.\d{1,3}\.\d{1,3}\b", answer[1])
        return cls(answer[0], found[0].decode() if found else "")

    def __str__(self) -> str:
        return f"SMTP {self.code} {self.finer}".strip()


class Channel:
    """All who agreed. E-mail knows no key; the list of what was sent to whom is ours, so a repeat goes on where
    it stopped and sends nobody a second message."""

    real = True
    once = Once.KEY
    key_seconds = None
    limits = LIMITS

    def __init__(
        self,
        setup: Setup,
        options: Options,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = setup.name
        self.network = setup.network
        self.server = options.server
        self._barred = barred(options.server, setup.site)
        self._site = setup.site
        self._state = setup.state
        self._lang = setup.lang
        self._sender = options.sender
        self._address = parseaddr(options.sender)[1]
        self._user = options.user
        self._password = setup.secrets["password"]
        self._unsubscribe = options.unsubscribe or self._address
        self._per_hour = options.per_hour
        self._clock = clock
        self._stopwatch = stopwatch
        self._wording = Wording.of(setup, LIMITS, medium="email")

    def compose(self, record: Record) -> Post:
        """Text with link; the title is the subject, the card is shown from our page."""
        subject = " ".join(text.tidy(record.title).split())
        card = record.card_in(LIMITS.card) or record.photo
        shown = (("card", card.path), ("alt", text.tidy(card.alt) or subject)) if card else ()
        return replace(word(record, self._wording), extra=(("subject", subject), *shown))

    def excess(self, record: Record) -> int:
        """By how much the text written by hand is too long."""
        return excess(record, self._wording)

    def prepare(self, post: Post, site: Path, done: Mapping[str, str], renew: Renew) -> Mapping[str, str]:
        """There is nothing to upload."""
        return {}

    def send(self, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Sends to everybody who has not got it yet. Raises TryLater while somebody still waits: the next try
        goes on from there."""
        if self._barred:
            raise Held(self._barred)
        with self._book() as book:
            mailing = book.begin(key, self._clock())
            if not mailing.total:
                raise Held(msg("Nobody subscribes to {channel} yet; see `kentongan subscribers`.", channel=self.name))
            if mailing.waiting:
                self._carry(book, post, key)
                mailing = book.begin(key, self._clock())
            if mailing.waiting and mailing.due:
                pause = (mailing.due - self._clock()).total_seconds()
                raise self._wait(max(pause, SOON), f"{mailing.waiting} of {mailing.total} wait")
            return Receipt(_id(key), "", book.end(key, self._clock()))

    def find(self, post: Post, key: str, since: datetime) -> Receipt | None:
        """The receipt when everybody was written to. None when somebody waits: sending then goes on, and who
        has got it, or may have, gets no second one."""
        lost = OutcomeUnknown(
            msg("{channel} does not know what was sent before its list was made anew.", channel=self.name)
        )
        if not Subscribers.exist(self._state):
            raise lost
        with self._book() as book:
            mailing = book.mailing(key)
            if mailing is None and book.born > since:
                raise lost
            return Receipt(_id(key), "", mailing.ended) if mailing and mailing.ended else None

    def at_home(self) -> bool:
        """Whether the list of subscribers, which knows who has got what, is here."""
        return Subscribers.exist(self._state)

    def check(self) -> Iterator[Standing]:
        """Whether the server lets us in, and how many subscribe."""
        with self._line():
            yield Standing("ok", msg("{channel} is connected as {name}.", channel=self.name, name=self._sender))
        with self._book() as book:
            count = len(book.all())
        if not count:
            nobody = msg("Nobody subscribes to {channel} yet; see `kentongan subscribers`.", channel=self.name)
            yield Standing("advice", nobody)

    def _carry(self, book: Subscribers, post: Post, key: str) -> None:
        """Until nobody is due, time is up, or the provider's share of the hour is used."""
        until = self._stopwatch() + PATIENCE
        with self._line() as smtp:
            while addressee := book.next(key, self._clock()):
                self._hourly(book)
                if self._stopwatch() > until:
                    raise self._wait(SOON, "the next batch follows")
                self._one(book, smtp, post, key, addressee)

    def _hourly(self, book: Subscribers) -> None:
        now = self._clock()
        count, first = book.since(now - HOUR) if self._per_hour else (0, None)
        if first and count >= self._per_hour:
            raise self._wait(max((first + HOUR - now).total_seconds(), SOON), "the hour's share is used")

    def _one(self, book: Subscribers, smtp: smtplib.SMTP, post: Post, key: str, to: Addressee) -> None:
        """One message. Its intent is on disk before the first word of it leaves."""
        content = self._message(post, key, to.address)
        leaves = False
        try:
            reply = Reply.of(smtp.mail(self._address))
            if reply.code != 250:
                raise self._refused(reply)
            reply = Reply.of(smtp.rcpt(to.address))
            if reply.code in (250, 251, 252):
                if not book.intend(key, to.id, self._clock()):
                    smtp.rset()
                    return
                reply = Reply.of(smtp.docmd("DATA"))
                if reply.code == 354:
                    leaves = True
                    smtp.send(content)
                    reply = Reply.of(smtp.getreply())
            self._note(book, key, to, reply, stored=leaves)
            if not leaves:
                smtp.rset()
        except (smtplib.SMTPException, OSError) as fault:
            if leaves:
                book.unknown(key, to.id, self._clock(), type(fault).__name__)
            else:
                book.later(key, to.id, self._clock(), timedelta(), type(fault).__name__)
            raise self._wait(REST, type(fault).__name__) from None

    def _note(self, book: Subscribers, key: str, to: Addressee, reply: Reply, *, stored: bool) -> None:
        """Writes down what became of one message."""
        now = self._clock()
        if reply.code == 421:  # the server closes the line, whoever it was for
            book.later(key, to.id, now, AGAIN, str(reply))
            raise self._wait(REST, str(reply))
        if stored and reply.code == 250:
            book.sent(key, to.id, now)
        elif 400 <= reply.code < 500:
            book.later(key, to.id, now, AGAIN, str(reply))
        elif 500 <= reply.code < 600:
            book.refuse(key, to.id, now, str(reply))
        else:
            book.unknown(key, to.id, now, str(reply))

    def _message(self, post: Post, key: str, address: str) -> bytes:
        """The message as it goes over the line, its end included."""
        message = EmailMessage(policy=SMTP)
        message["From"] = self._sender
        message["To"] = address
        message["Subject"] = dict(post.extra).get("subject", "")
        message["Date"] = format_datetime(self._clock().astimezone(UTC))
        name = hashlib.sha256(f"{key}\0{address.lower()}".encode()).hexdigest()[:32]
        message["Message-ID"] = f"<{name}@{self._address.rsplit('@', 1)[1]}>"
        message["List-Unsubscribe"] = f"<mailto:{quote(self._unsubscribe, safe='@')}?subject=berhenti>"
        message["Content-Language"] = post.lang
        message["Auto-Submitted"] = "auto-generated"
        ending = msg(
            "You get this message because you agreed to it. To get no more, write “berhenti” to {address}.",
            address=self._unsubscribe,
        ).say(post.lang)
        message.set_content(f"{post.text}\n\n-- \n{ending}\n", cte="quoted-printable")
        message.add_alternative(self._html(post, ending), subtype="html", cte="quoted-printable")
        return re.sub(rb"(?m)^\.", b"..", message.as_bytes().rstrip()) + b"\r\n.\r\n"

    def _html(self, post: Post, ending: str) -> str:
        """The same words; the link leads, the card has its description, nothing tells us that it was read."""
        said = html.escape(post.text, quote=False)
        if post.link:
            link = html.escape(post.link)
            parts = urlsplit(post.link)
            shown = html.escape(parts.netloc + parts.path)
            said = said.replace(html.escape(post.link, quote=False), f'<a href="{link}">{shown}</a>')
        body = "".join("<p>" + p.replace("\n", "<br>") + "</p>" for p in said.split("\n\n"))
        extra = dict(post.extra)
        card = ""
        if extra.get("card"):
            source = html.escape(f"{self._site}/{quote(extra['card'])}")
            card = f'<p><img src="{source}" alt="{html.escape(extra["alt"])}" width="560" style="max-width:100%"></p>'
        return (
            f'<!DOCTYPE html><html lang="{html.escape(post.lang)}"><head><meta charset="utf-8">'
            f"<title>{html.escape(extra.get('subject', ''))}</title></head>"
            f'<body style="font-family:sans-serif;max-width:36em">{card}{body}'
            f"<hr><p><small>{html.escape(ending)}</small></p></body></html>"
        )

    @contextmanager
    def _line(self) -> Iterator[smtplib.SMTP]:
        """A line to the server, encrypted and logged in. Raises TryLater or Held; nobody was written to."""
        try:
            smtp = self._open()
        except ssl.SSLCertVerificationError as fault:
            raise Held(
                msg("{channel} has no certificate that can be trusted; check the server.", channel=self.name),
                detail=str(fault.verify_message),
            ) from None
        except smtplib.SMTPAuthenticationError as fault:
            raise self._refused(Reply(fault.smtp_code)) from None
        except (smtplib.SMTPException, OSError) as fault:
            raise TryLater(
                msg("{channel} cannot be reached now; it will be tried again.", channel=self.name),
                detail=type(fault).__name__,
            ) from None
        try:
            yield smtp
        finally:
            try:
                smtp.quit()
            except (smtplib.SMTPException, OSError):
                smtp.close()

    def _open(self) -> smtplib.SMTP:
        parts = urlsplit(self.server)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        context = ssl.create_default_context()
        own = self._address.rsplit("@", 1)[1]
        if parts.scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, port, own, timeout=SILENCE, context=context)
        else:
            smtp = smtplib.SMTP(host, port, own, timeout=SILENCE)
        try:
            smtp.ehlo()
            if parts.scheme == "smtp" and not (is_loopback(self.server) and not smtp.has_extn("starttls")):
                smtp.starttls(context=context)
                smtp.ehlo()
            if self._user:
                smtp.login(self._user, self._password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _refused(self, reply: Reply) -> ChannelError:
        """The server takes no message from us at all."""
        if 400 <= reply.code < 500:
            return self._wait(REST, str(reply))
        return Held(
            msg(
                "{channel} does not let this account do that; check the account and its access key.", channel=self.name
            ),
            detail=str(reply),
        )

    def _wait(self, after: float, detail: str) -> TryLater:
        return TryLater(
            msg("{channel} goes on with the next messages.", channel=self.name),
            after=after,
            account=True,
            detail=detail,
        )

    @contextmanager
    def _book(self) -> Iterator[Subscribers]:
        try:
            with Subscribers.open(self._state, self._clock()) as book:
                yield book
        except MachineFault as fault:
            raise Held(fault.message, detail=fault.where) from fault


def _id(key: str) -> str:
    """The name of a mailing in the receipt."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]
