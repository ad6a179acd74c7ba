"""The newsletter against a mail server on loopback that refuses, stalls and loses replies."""

from __future__ import annotations

import logging
import os
import signal
import ssl
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import trustme

from publisher import channels, errors
from publisher.channels import email
from publisher.post import Once
from publisher.subscribers import Subscriber, Subscribers
from tests.channels._mailbox import Mailbox

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
KEY = "key"
PEOPLE = ("a@desa.example", "b@desa.example", "c@desa.example")


class Clock:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def open_email(mailbox: Mailbox, state: Path, clock: Clock, **given: Any) -> email.Channel:
    setup = channels.Setup(
        name="email",
        network="email",
        site="https://kabar.kantor.go.id",
        state=state,
        zone=ZoneInfo("Asia/Jakarta"),
        secrets={"password": "fake-mail-password"},
    )
    options = email.Options(
        **{"server": mailbox.address, "sender": "Kabar Kantor <kabar@kantor.go.id>", **given},
    )
    return email.Channel(setup, options, clock=clock, stopwatch=given.get("stopwatch", lambda: clock.now.timestamp()))


def subscribe(state: Path, *addresses: str) -> None:
    with Subscribers.open(state, NOW - timedelta(days=9)) as book:
        for address in addresses:
            book.add(Subscriber(address, "", date(2026, 1, 2), "formulir"), NOW)


@pytest.fixture
def channel(mailbox: Mailbox, tmp_path: Path, clock: Clock) -> email.Channel:
    subscribe(tmp_path, *PEOPLE)
    return open_email(mailbox, tmp_path, clock)


def received(mailbox: Mailbox) -> Counter[str]:
    return Counter(str(m["To"]) for m in mailbox.stored)


def test_everybody_gets_one_message(channel: email.Channel, mailbox: Mailbox, record: Callable[..., Any]) -> None:
    """One each, plain text first, with a lasting id and a way out; a repeat sends nobody a second one."""
    post = channel.compose(record(title="Surat\nnikah: gratis — <b>sehari</b>"))
    receipt = channel.send(post, {}, KEY)
    assert channel.send(post, {}, KEY) == receipt
    assert channel.find(post, KEY, NOW) == receipt
    assert received(mailbox) == dict.fromkeys(PEOPLE, 1)
    message = mailbox.stored[0]
    assert message["Subject"] == "Surat nikah: gratis — <b>sehari</b>"
    assert message["From"] == "Kabar Kantor <kabar@kantor.go.id>"
    assert message["List-Unsubscribe"] == "<mailto:kabar@kantor.go.id?subject=berhenti>"
    assert message["Message-ID"].endswith("@kantor.go.id>")
    assert len({m["Message-ID"] for m in mailbox.stored}) == len(PEOPLE)
    plain, rich = message.iter_parts()
    assert (plain.get_content_type(), rich.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_content().startswith(post.text.splitlines()[0])
    assert post.link in plain.get_content()
    assert "utm_medium=email" in post.link
    assert "&lt;b&gt;sehari" in rich.get_content()
    assert 'alt="Kartu berita bimbingan nikah"' in rich.get_content()
    assert all(a not in message.as_string() for a in PEOPLE[1:])


def test_a_line_of_one_dot_arrives(channel: email.Channel, mailbox: Mailbox, record: Callable[..., Any]) -> None:
    """A dot alone on a line ends no message half-way."""
    post = channel.compose(record(posts=(("email", "satu\n.\n..dua"),)))
    channel.send(post, {}, KEY)
    plain = next(iter(mailbox.stored[0].iter_parts())).get_content().replace("\r\n", "\n")
    assert plain.startswith("satu\n.\n..dua\n\nhttps://")


def test_who_is_refused_is_written_down_and_the_others_are_served(
    channel: email.Channel, mailbox: Mailbox, tmp_path: Path, clock: Clock, record: Callable[..., Any]
) -> None:
    """550 for one and 452 for another: the first is noted, the second gets it later, nobody twice."""
    mailbox.answers = {
        "RCPT a@desa.example": {"status": 550, "body": "5.1.1 <a@desa.example> unknown"},
        "RCPT b@desa.example": [{"status": 452, "body": "4.2.2 full"}, {"status": 250}],
    }
    post = channel.compose(record())
    with pytest.raises(errors.TryLater) as raised:
        channel.send(post, {}, KEY)
    assert raised.value.account
    assert raised.value.after == 900
    assert "desa.example" not in str(raised.value) + raised.value.detail
    assert channel.find(post, KEY, NOW) is None, "somebody waits, so it is not done"
    clock.pass_by(minutes=15)
    channel.send(post, {}, KEY)
    assert received(mailbox) == {"b@desa.example": 1, "c@desa.example": 1}
    with Subscribers.open(tmp_path, NOW) as book:
        refused = {p.address: (p.refused, p.answer) for p in book.all()}
    assert refused["a@desa.example"] == (1, "SMTP 550 5.1.1")


def test_an_address_that_is_refused_again_and_again_gets_no_more(
    channel: email.Channel, mailbox: Mailbox, record: Callable[..., Any]
) -> None:
    """After three refusals in a row nothing is tried; one message that arrives begins the count anew."""
    mailbox.answers = {"RCPT a@desa.example": {"status": 550}}
    for n in range(4):
        channel.send(channel.compose(record(id=f"20261124-n{n}")), {}, f"key {n}")
    assert mailbox.tried.count("a@desa.example") == 3


def test_a_box_that_stays_full_is_given_up(
    channel: email.Channel, mailbox: Mailbox, clock: Clock, record: Callable[..., Any]
) -> None:
    """A mailing ends although somebody cannot be reached."""
    mailbox.answers = {"RCPT a@desa.example": {"status": 452}}
    post = channel.compose(record())
    for _ in range(4):
        with pytest.raises(errors.TryLater):
            channel.send(post, {}, KEY)
        clock.pass_by(minutes=15)
    channel.send(post, {}, KEY)
    assert received(mailbox) == {"b@desa.example": 1, "c@desa.example": 1}


@pytest.mark.parametrize("word", ["cut", "reset"])
def test_a_reply_that_is_lost_is_never_sent_again(
    word: str, channel: email.Channel, mailbox: Mailbox, tmp_path: Path, clock: Clock, record: Callable[..., Any]
) -> None:
    """The server has the message and its answer was lost: unknown for this one, and all others get theirs."""
    mailbox.answers = {"DATA b@desa.example": {"status": word}}
    post = channel.compose(record())
    with pytest.raises(errors.TryLater):
        channel.send(post, {}, KEY)
    clock.pass_by(minutes=5)
    receipt = channel.send(post, {}, KEY)
    assert received(mailbox) == dict.fromkeys(PEOPLE, 1)
    with Subscribers.open(tmp_path, NOW) as book:
        mailing = book.mailing(KEY)
    assert mailing is not None
    assert (mailing.sent, mailing.unknown) == (2, 1)
    assert channel.find(post, KEY, NOW) == receipt


def test_who_stops_meanwhile_gets_nothing(
    channel: email.Channel, mailbox: Mailbox, tmp_path: Path, clock: Clock, record: Callable[..., Any]
) -> None:
    """Somebody deleted while the mailing waits is not written to; somebody new gets the next one."""
    mailbox.answers = {"RCPT": [{"status": 421}, {"status": 250}]}
    post = channel.compose(record())
    with pytest.raises(errors.TryLater):
        channel.send(post, {}, KEY)
    with Subscribers.open(tmp_path, NOW) as book:
        assert book.delete("B@desa.example")
        book.add(Subscriber("d@desa.example", "", date(2026, 1, 2), "formulir"), NOW)
    clock.pass_by(hours=1)
    channel.send(post, {}, KEY)
    assert received(mailbox) == {"a@desa.example": 1, "c@desa.example": 1}


def test_a_long_mailing_lets_go_and_goes_on(
    mailbox: Mailbox, tmp_path: Path, clock: Clock, record: Callable[..., Any]
) -> None:
    """One step never outlasts the ledger's lease: it stops, and the next one goes on with the rest."""
    subscribe(tmp_path, *PEOPLE)
    ticks = iter(range(0, 10_000, 200))
    channel = open_email(mailbox, tmp_path, clock)
    channel._stopwatch = lambda: float(next(ticks))
    post = channel.compose(record())
    for expected in (1, 2):
        with pytest.raises(errors.TryLater) as raised:
            channel.send(post, {}, KEY)
        assert (raised.value.account, raised.value.after) == (True, 5)
        assert len(mailbox.stored) == expected
    channel.send(post, {}, KEY)
    assert received(mailbox) == dict.fromkeys(PEOPLE, 1)


def test_the_provider_s_share_of_an_hour_is_kept(
    mailbox: Mailbox, tmp_path: Path, clock: Clock, record: Callable[..., Any]
) -> None:
    """No more than ``per_hour`` leave in an hour; the rest follow when it is over."""
    subscribe(tmp_path, *PEOPLE)
    channel = open_email(mailbox, tmp_path, clock, per_hour=2)
    post = channel.compose(record())
    with pytest.raises(errors.TryLater) as raised:
        channel.send(post, {}, KEY)
    assert raised.value.after == 3600
    assert len(mailbox.stored) == 2
    clock.pass_by(hours=1)
    channel.send(post, {}, KEY)
    assert received(mailbox) == dict.fromkeys(PEOPLE, 1)


def test_nobody_subscribes(mailbox: Mailbox, tmp_path: Path, clock: Clock, record: Callable[..., Any]) -> None:
    """Without subscribers the channel waits for a person instead of saying that it was sent."""
    channel = open_email(mailbox, tmp_path, clock)
    with pytest.raises(errors.Held, match="subscribers"):
        channel.send(channel.compose(record()), {}, KEY)


def test_a_list_made_anew_does_not_vouch_for_the_past(
    channel: email.Channel, mailbox: Mailbox, tmp_path: Path, clock: Clock, record: Callable[..., Any]
) -> None:
    """When the list was lost, nobody can say who has got what: a person decides, nothing is sent again by itself."""
    post = channel.compose(record())
    assert channel.find(post, KEY, NOW) is None
    for since in (NOW - timedelta(days=30), None):
        if since is None:
            (tmp_path / "subscribers.sqlite").unlink()
        with pytest.raises(errors.OutcomeUnknown):
            channel.find(post, KEY, since or NOW)


def test_a_wrong_password_holds_the_channel(
    mailbox: Mailbox, tmp_path: Path, clock: Clock, record: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    """A password that is refused is a person's affair; a right one logs in; neither is ever shown."""
    caplog.set_level(logging.DEBUG)
    subscribe(tmp_path, *PEOPLE)
    channel = open_email(mailbox, tmp_path, clock, user="kabar")
    post = channel.compose(record())
    mailbox.answers = {"AUTH": {"status": 535}}
    with pytest.raises(errors.Held) as raised:
        channel.send(post, {}, KEY)
    mailbox.answers = {}
    channel.send(post, {}, KEY)
    assert received(mailbox) == dict.fromkeys(PEOPLE, 1)
    seen = caplog.text + str(raised.value) + raised.value.detail + repr(channel)
    assert "fake-mail-password" not in seen
    assert "desa.example" not in seen


@pytest.fixture
def tls_mailbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[tuple[Mailbox, trustme.CA]]:
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    server = Mailbox(tls_context=context, require_starttls=True)
    yield server, ca
    server.close()


def test_the_line_is_encrypted_and_the_server_known(
    tls_mailbox: tuple[Mailbox, trustme.CA],
    tmp_path: Path,
    clock: Clock,
    record: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """STARTTLS with a certificate that is verified: a stranger's holds the channel, a known one's is used."""
    server, ca = tls_mailbox
    subscribe(tmp_path, *PEOPLE)
    channel = open_email(server, tmp_path, clock)
    post = channel.compose(record())
    with pytest.raises(errors.Held, match="certificate"):
        channel.send(post, {}, KEY)
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    channel.send(post, {}, KEY)
    assert received(server) == dict.fromkeys(PEOPLE, 1)


SENDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from publisher import channels, errors
from publisher.channels import email
from publisher.post import Post
setup = channels.Setup(name="email", network="email", site="https://kabar.kantor.go.id", state=Path(sys.argv[1]),
                       zone=ZoneInfo("Asia/Jakarta"), secrets={"password": "x"})
options = email.Options(server=sys.argv[2], sender="kabar@kantor.go.id")
channel = email.Channel(setup, options)
try:
    channel.send(Post("Kabar", extra=(("subject", "Kabar"),)), {}, "key")
except errors.TryLater:
    sys.exit(3)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_sender_sends_nobody_a_second_one(mailbox: Mailbox, tmp_path: Path) -> None:
    """Killed again and again in the middle, it goes on with the rest: nobody twice, and only those whose message
    was on its way at that moment may have got none."""
    people = [f"p{n}@desa.example" for n in range(60)]
    subscribe(tmp_path, *people)
    kills = 0
    while True:
        before = len(mailbox.stored)
        process = subprocess.Popen([sys.executable, "-c", SENDER, str(tmp_path), mailbox.address])
        while process.poll() is None and len(mailbox.stored) < before + 9:
            pass
        if process.poll() is not None:
            assert process.returncode == 0
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    assert kills >= 3
    counts = received(mailbox)
    assert max(counts.values()) == 1
    with Subscribers.open(tmp_path, NOW) as book:
        mailing = book.mailing("key")
    assert mailing is not None
    assert mailing.sent + mailing.unknown == 60
    assert mailing.unknown <= kills
    assert len(counts) >= mailing.sent


@pytest.mark.parametrize(
    "given",
    [
        {"server": "https://mail.kantor.go.id"},
        {"server": "smtp://user:word@mail.kantor.go.id"},
        {"sender": "Kabar"},
        {"sender": "Kabar\r\nBcc: x@y.example <kabar@kantor.go.id>"},
        {"unsubscribe": "a@b.example\r\nBcc: c@d.example"},
    ],
)
def test_a_wrong_setting_is_refused(given: dict[str, str]) -> None:
    """No setting makes a message with a header of its own, or a line without a server."""
    with pytest.raises(ValueError, match="write"):
        email.Options(**{"server": "smtps://mail.kantor.go.id", "sender": "kabar@kantor.go.id", **given})


def test_how_the_account_stands(mailbox: Mailbox, tmp_path: Path, clock: Clock) -> None:
    """A login that works and a list that is empty are told before the first message; a wrong one is Held."""
    channel = open_email(mailbox, tmp_path, clock, user="kabar")
    assert [s.level for s in channel.check()] == ["ok", "advice"]
    subscribe(tmp_path, *PEOPLE)
    assert [s.level for s in channel.check()] == ["ok"]
    mailbox.answers = {"AUTH": {"status": 535}}
    with pytest.raises(errors.Held):
        list(channel.check())


def test_what_it_promises() -> None:
    """The list of who got what is our key; a message that was sent cannot be changed or taken back."""
    assert email.Channel.once is Once.KEY
    assert not issubclass(email.Channel, channels.Edits)
    assert not issubclass(email.Channel, channels.Withdraws)
