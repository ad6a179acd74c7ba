"""Newsletter by e-mail to those who agreed: one message each, plain and in HTML; nobody gets the same one twice."""

from __future__ import annotations

import hashlib
import smtplib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from publisher import text
from publisher.channels import Renew, Setup, Standing, barred
from publisher.channels._letter import Letterhead
from publisher.channels._smtp import PORTS, REST, Reply, Server
from publisher.channels._words import Wording, excess, word
from publisher.errors import Held, MachineFault, OutcomeUnknown
from publisher.manifest import Record
from publisher.messages import msg
from publisher.post import Limits, Once, Post, Receipt
from publisher.settings.check import Section
from publisher.subscribers import ADDRESS, Addressee, Subscribers

# Our own choice: what is read in two minutes. RFC 5322 sets no limit but on a line, which the encoding keeps.
LIMITS = Limits(characters=5000, measure=text.graphemes, pictures=0)
SECRETS = ("password",)
# One run sends so long and then lets go: well under the ledger's lease (advance.Rules).
PATIENCE = 240.0
SOON = 5.0
AGAIN = timedelta(minutes=15)
HOUR = timedelta(hours=1)


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


class Channel:
    """All who agreed. E-mail knows no key; the list of what was sent to whom is ours, so a repeat goes on where
    it stopped and sends nobody a second message."""

    real = True
    once = Once.KEY
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
        self._state = setup.state
        self._lang = setup.lang
        self._head = Letterhead(
            sender=options.sender,
            unsubscribe=options.unsubscribe or parseaddr(options.sender)[1],
            site=setup.site,
        )
        self._mail = Server(
            channel=setup.name,
            address=options.server,
            own=self._head.domain,
            user=options.user,
            password=setup.secrets["password"],
        )
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
                raise self._mail.wait(max(pause, SOON), f"{mailing.waiting} of {mailing.total} wait")
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
        with self._mail.line():
            yield Standing("ok", msg("{channel} is connected as {name}.", channel=self.name, name=self._head.sender))
        with self._book() as book:
            count = len(book.all())
        if not count:
            nobody = msg("Nobody subscribes to {channel} yet; see `kentongan subscribers`.", channel=self.name)
            yield Standing("advice", nobody)

    def _carry(self, book: Subscribers, post: Post, key: str) -> None:
        """Until nobody is due, time is up, or the provider's share of the hour is used."""
        until = self._stopwatch() + PATIENCE
        with self._mail.line() as smtp:
            while addressee := book.next(key, self._clock()):
                self._hourly(book)
                if self._stopwatch() > until:
                    raise self._mail.wait(SOON, "the next batch follows")
                self._one(book, smtp, post, key, addressee)

    def _hourly(self, book: Subscribers) -> None:
        now = self._clock()
        count, first = book.since(now - HOUR) if self._per_hour else (0, None)
        if first and count >= self._per_hour:
            raise self._mail.wait(max((first + HOUR - now).total_seconds(), SOON), "the hour's share is used")

    def _one(self, book: Subscribers, smtp: smtplib.SMTP, post: Post, key: str, to: Addressee) -> None:
        """One message. Its intent is on disk before the first word of it leaves."""
        content = self._head.message(post, key, to.address, self._clock())
        leaves = False
        try:
            reply = Reply.of(smtp.mail(self._head.address))
            if reply.code != 250:
                raise self._mail.refused(reply)
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
            raise self._mail.wait(REST, type(fault).__name__) from None

    def _note(self, book: Subscribers, key: str, to: Addressee, reply: Reply, *, stored: bool) -> None:
        """Writes down what became of one message."""
        now = self._clock()
        if reply.code == 421:  # the server closes the line, whoever it was for
            book.later(key, to.id, now, AGAIN, str(reply))
            raise self._mail.wait(REST, str(reply))
        if stored and reply.code == 250:
            book.sent(key, to.id, now)
        elif 400 <= reply.code < 500:
            book.later(key, to.id, now, AGAIN, str(reply))
        elif 500 <= reply.code < 600:
            book.refuse(key, to.id, now, str(reply))
        else:
            book.unknown(key, to.id, now, str(reply))

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
