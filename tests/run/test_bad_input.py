"""What people get wrong, through the real command: one clear message, the right exit code, nothing lost."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from publisher.messages import Message, msg
from tests.run import clones

MARKED = {
    "KENTONGAN_MASTODON_TOKEN": "RAHASIA-token-mastodon",
    "KENTONGAN_X_API_KEY": "RAHASIA-kunci-x",
    "KENTONGAN_X_API_SECRET": "RAHASIA-sandi-x",
    "KENTONGAN_X_ACCESS_TOKEN": "RAHASIA-akses-x",
}
LANGUAGES = ("en", "id")


@pytest.fixture
def office(small: Any) -> Any:
    """The small site with secrets in its environment and in .env."""
    small.secrets = dict(MARKED)
    small.write(".env", "KENTONGAN_X_ACCESS_SECRET=RAHASIA-di-env\n")
    return small


def run(clone: Any, *arguments: str, lang: str = "en", **more: Any) -> Any:
    """The command; whatever happens, it shows no traceback and no secret."""
    done = clone.run(*arguments, lang=lang, **more)
    return _plain(done)


def _plain(done: Any) -> Any:
    said = done.stdout + done.stderr
    assert "Traceback" not in said, said.splitlines()[-1]
    assert "RAHASIA" not in said
    return done


def one_error(done: Any, code: int, message: Message, where: str = "", lang: str = "en") -> None:
    """The only error is this message, where it happened before it, after at most what was being done."""
    said = message.say(lang)
    assert lang == "en" or said != message.say("en"), "no translation"
    wanted = f"{where}: {said}" if where else said
    assert last_error(done, code, lang) == wanted


def last_error(done: Any, code: int, lang: str = "en") -> str:
    """The one error on the last line of standard error, without the word before it."""
    word = f"{msg('Error').say(lang)}: "
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stdout == ""
    *doing, last = done.stderr.splitlines()
    assert all(line.endswith("…") for line in doing), done.stderr
    assert last.startswith(word)
    return str(last.removeprefix(word))


# Content: the file is left out, the others go on

NEW = "berita/2026/salah.md"
Case = tuple[dict[str, str | bytes], str, str, Message]


def faulty() -> dict[str, Case]:
    """By name: the files, where it is said, the level and the message."""
    article = clones.article
    good = article("salah", title="Berita Salah")
    two = {NEW: good, "berita/2026/lain.md": article("lain", id="20261120-salah", title="Berita Lain")}
    slugs = {NEW: good, "berita/2026/lain.md": article("salah", id="20261120-lainn", title="Berita Lain")}
    picture = article("salah", more="image: foto.jpg\nimage_alt: Ruang layanan\n")
    line = picture.split("\n").index("image: foto.jpg") + 1
    body = good.split("\n").index("Isi berita tentang layanan.") + 1
    return {
        "yaml": (
            {NEW: good.replace("title: Berita Salah", "title: Berita: Salah")},
            f"{NEW}:3",
            "error",
            msg('This line cannot be read: put the text after the first colon in quotation marks ("…").'),
        ),
        "title": (
            {NEW: good.replace("title: Berita Salah\n", "")},
            f"{NEW}:1",
            "error",
            msg("The field “{field}” is missing; write it.", field="title"),
        ),
        "date": (
            {NEW: good.replace("2026-11-20 08:00", "31 November 2026")},
            f"{NEW}:4",
            "error",
            msg(
                "“{text}” in “{field}” is no date; write it like 2026-11-24 09:15.",
                text="31 November 2026",
                field="date",
            ),
        ),
        "id": (
            two,
            f"{NEW}:2",
            "error",
            msg(
                "This file has the id of {other}, as a copy has; remove the line “id: …” here and run "
                "`kentongan check --fix`.",
                other="berita/2026/lain.md",
            ),
        ),
        "slug": (
            slugs,
            f"{NEW}:5",
            "error",
            msg(
                "The slug “{slug}” belongs to {other} already; give this one another.",
                slug="salah",
                other="berita/2026/lain.md",
            ),
        ),
        "not UTF-8": (
            {NEW: good.encode().replace(b"Isi berita", b"Isi \x93berita\x94")},
            f"{NEW}:{body}",
            "error",
            msg(
                "The character here (byte {byte}) is not UTF-8; open the file, choose “Save as” and save it as UTF-8.",
                byte="0x93",
            ),
        ),
        "missing picture": (
            {NEW: picture},
            f"{NEW}:{line}",
            "error",
            msg("There is no file “{path}”; check the name.", path="foto.jpg"),
        ),
        "no picture": (
            {NEW: picture, "berita/2026/foto.jpg": b"<html>404 Not Found</html>"},
            f"{NEW}:{line}",
            "error",
            msg("“{path}” is no picture that can be used; save it as JPEG or PNG.", path="berita/2026/foto.jpg"),
        ),
        "control character": (
            {NEW: good.replace("Isi berita", "Isi\x0b berita")},
            f"{NEW}:{body}",
            "advice",
            msg(
                "There are unseen characters from a word processor (first: {code}; together: {count}); they were "
                "taken out. Delete and retype the word here.",
                code="U+000B",
                count=1,
            ),
        ),
    }


@pytest.mark.parametrize("name", faulty())
def test_fault_is_named_with_its_line(office: Any, name: str) -> None:
    """`check` says one thing about the file, in the chosen language, with file, line and what to do; exit code 3
    when the file is left out."""
    files, place, level, message = faulty()[name]
    for path, text in files.items():
        office.write(f"content/{path}", text)
    before = office.digest()
    for lang in LANGUAGES:
        done = run(office, "check", lang=lang)
        mark = msg("wrong" if level == "error" else "advice").say(lang)
        line = f"{place}: {mark}: {message.say(lang)}"
        assert line in done.stdout.splitlines(), done.stdout
        assert lang == "en" or message.say("id") != message.say("en"), "no translation"
        wrong = [s for s in done.stdout.splitlines() if f": {msg('wrong').say(lang)}: " in s]
        assert len(wrong) == (level == "error")
        assert done.returncode == (3 if level == "error" else 0)
    assert office.digest() == before


def test_the_rest_goes_out(office: Any) -> None:
    """With every fault at once the others are built, deployed and delivered (exit code 3), and what was cleaned is
    named as advice; a mended one follows."""
    spoilt = {}
    for number, (files, *_) in enumerate(faulty().values()):
        for path, text in files.items():
            raw = text.encode() if isinstance(text, str) else text
            for old, new in (
                (b"salah", b"salah%d" % number),
                (b"lain", b"lain%d" % number),
                (b"foto", b"foto%d" % number),
            ):
                raw = raw.replace(old, new)
            name = path.replace("salah", f"salah{number}").replace("lain", f"lain{number}")
            spoilt[name.replace("foto", f"foto{number}")] = raw
    for path, raw in spoilt.items():
        office.write(f"content/{path}", raw)
    done = run(office, "publish")
    assert done.returncode == 3, done.stderr
    wrong = [line for line in done.stdout.splitlines() if ": wrong: " in line]
    assert [re.match(r"berita/2026/salah(\d)\.md:\d+: ", line)[1] for line in wrong] == list("01234567")  # type: ignore[index]  # no match fails the test
    assert any(re.match(r"berita/2026/salah8\.md:\d+: advice: .*U\+000B", s) for s in done.stdout.splitlines())
    good = {"satu", "dua", "lain3", "lain4", "salah8"}  # lain4 took the slug of salah4
    posted = {r["article"] for r in office.json("receipts")}
    assert len(posted) == len(office.noticeboard()) == len(good)
    pages = {p.parent.name for p in (office.folder / "output.live" / "berita").glob("*/index.html")}
    assert pages == {"satu", "dua", "lain3", "salah4", "salah8"}
    feed = (office.folder / "output.live" / "feeds" / "rss.xml").read_text(encoding="utf-8")
    assert "\x0b" not in feed
    assert "Isi berita" in feed
    office.edit("content/berita/2026/salah1.md", "date:", "title: Judul Baru\ndate:")
    run(office, "publish")
    assert len(office.noticeboard()) == len(good) + 1


def test_published_article_that_gets_unreadable(office: Any) -> None:
    """An article that is out and cannot be read any more stops the deploy, exit code 1, with its file named; its
    page, its post and its receipt stay."""
    assert run(office, "publish").returncode == 0
    office.edit("content/berita/2026/dua.md", "title: Berita Dua", "title: [Berita")
    live = clones.Clone(office.folder / "output.live").digest()
    posts, receipts = office.noticeboard(), office.json("receipts")
    done = run(office, "publish")
    assert done.returncode == 1
    assert "berita/2026/dua.md" in done.stderr
    assert clones.Clone(office.folder / "output.live").digest() == live
    assert (office.noticeboard(), office.json("receipts")) == (posts, receipts)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_empty_content_folder(office: Any, lang: str) -> None:
    """An empty content folder is said, exit code 1, and empties neither the built nor the live site."""
    assert run(office, "publish").returncode == 0
    shutil.rmtree(office.folder / "content")
    (office.folder / "content").mkdir()
    before = office.digest()
    message = msg("There is no article in the content folder; write one with `kentongan new`.")
    one_error(run(office, "publish", lang=lang), 1, message, str(office.folder / "content"), lang)
    assert office.digest() == before


def test_missing_content_folder(office: Any) -> None:
    """A content folder that is not there is said, exit code 2."""
    message = msg("There is no content folder {folder}; run the command in the project's folder.", folder="/tidak-ada")
    for lang in LANGUAGES:
        one_error(run(office, "build", "--content", "/tidak-ada", lang=lang), 2, message, lang=lang)


# Theme


@pytest.mark.parametrize(
    ("spoil", "detail"),
    [
        ("{% if %}", "TemplateSyntaxError: Expected an expression, got 'end of statement block'"),
        ("{{ tidak.ada.apa }}", "UndefinedError: 'tidak' is undefined"),
    ],
)
def test_broken_template(office: Any, spoil: str, detail: str) -> None:
    """A template that is broken stops the run with its file and line, exit code 1; built site, live site, ledger
    and notice board stay as they were."""
    assert run(office, "publish").returncode == 0
    template = office.folder / "theme" / "templates" / "article.html"
    lines = template.read_text(encoding="utf-8").split("\n")
    at = next(n for n, text in enumerate(lines) if "<h1" in text)
    lines[at] += spoil
    template.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    office.write("content/berita/2026/tiga.md", clones.article("tiga", title="Berita Tiga"))
    before = office.digest()
    for lang in LANGUAGES:
        message = msg("The site cannot be built: {detail}", detail=detail)
        where = f"theme/templates/article.html:{at + 1}"
        one_error(run(office, "publish", lang=lang), 1, message, where, lang)
    ours = ("content", "output", ".kentongan/ledger.sqlite", ".kentongan/manifest", ".kentongan/noticeboard")
    after = office.digest()
    assert {k: v for k, v in after.items() if k.startswith(ours)} == {
        k: v for k, v in before.items() if k.startswith(ours)
    }


def test_lacking_template(office: Any) -> None:
    """A theme without one of the templates that every site needs is at fault itself: exit code 1."""
    (office.folder / "theme" / "templates" / "service.html").unlink()
    for lang in LANGUAGES:
        one_error(
            run(office, "build", lang=lang),
            1,
            msg("The theme lacks its template {file}.", file="service.html"),
            "",
            lang,
        )
    assert not (office.folder / "output").exists()


# The machine


def test_file_in_place_of_the_output(office: Any) -> None:
    """A file where the output folder should be is said and left alone, exit code 2."""
    office.write("output", "catatan saya")
    for lang in LANGUAGES:
        message = msg("This is a file, but the site is built into a folder here; move it away.")
        one_error(run(office, "build", lang=lang), 2, message, str(office.folder / "output"), lang)
    assert (office.folder / "output").read_text(encoding="utf-8") == "catatan saya"


def humble() -> None:
    """Gives up root's right to pass over the rights of files; for everybody else nothing changes."""
    libc = ctypes.CDLL(None)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def run_humbly(clone: Any, *arguments: str, lang: str = "en") -> Any:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("KENTONGAN_")}
    environ |= {"PYTHONPATH": str(clone.folder), "PYTHONDONTWRITEBYTECODE": "1", "KENTONGAN_LANG": lang}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "publisher", *arguments],
        cwd=clone.folder,
        env={**environ, **clone.secrets, "KENTONGAN_URL": f"http://127.0.0.1:{clone.port}"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        preexec_fn=humble,
    )
    return _plain(done)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="rights of folders are tried on Linux")
def test_read_only_output(office: Any) -> None:
    """An output folder that may not be written to is said, exit code 2; what had been put in place before the first
    refusal is taken back, and the next run with the right to write does the rest."""
    assert run(office, "publish").returncode == 0
    office.edit("content/berita/2026/satu.md", "title: Berita Satu", "title: Berita Kesatu")
    output = office.folder / "output"
    before = clones.Clone(output).digest()
    message = msg("The folder may not be written to; allow it and build again. The last site stands.")
    output.chmod(0o555)
    try:
        for lang in LANGUAGES:
            said = last_error(run_humbly(office, "publish", lang=lang), 2, lang)
            where, _, what = said.partition(": ")
            assert (Path(where).is_relative_to(output), what) == (True, message.say(lang))
    finally:
        output.chmod(0o755)
    assert clones.Clone(output).digest() == before
    assert run(office, "publish").returncode == 0
    assert "Berita Kesatu" in (office.folder / "output.live/berita/satu/index.html").read_text(encoding="utf-8")
    assert len(office.noticeboard()) == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="rights of folders are tried on Linux")
def test_read_only_content(office: Any) -> None:
    """A content folder that may not be written to is said by `new` and `check --fix`, exit code 2; publishing works."""
    office.edit("content/berita/2026/satu.md", "id: 20261120-satua\n", "")
    folder = office.folder / "content" / "berita" / "2026"
    folder.chmod(0o555)
    try:
        for arguments in (("new", "Berita Baru"), ("check", "--fix")):
            done = run_humbly(office, *arguments)
            assert (done.returncode, done.stdout) == (2, "")
            assert done.stderr.startswith(f"Error: {folder}")
            assert len(done.stderr.splitlines()) == 1
        assert run_humbly(office, "publish").returncode == 3
    finally:
        folder.chmod(0o755)
    assert len(office.noticeboard()) == 1
    assert sorted(p.name for p in folder.iterdir()) == ["dua.md", "satu.md"]


def on_full_disk(clone: Any, room: int, *arguments: str, lang: str = "en") -> Any:
    """The command on a disk with room for so many more files and folders."""
    driver = str(Path(__file__).with_name("full_disk.py"))
    environ = {k: v for k, v in os.environ.items() if not k.startswith("KENTONGAN_")}
    environ |= {"PYTHONPATH": str(clone.folder), "PYTHONDONTWRITEBYTECODE": "1", "KENTONGAN_LANG": lang}
    done = subprocess.run(
        [sys.executable, "-W", "error", driver, str(room), *arguments],
        cwd=clone.folder,
        env={**environ, **clone.secrets, "KENTONGAN_URL": f"http://127.0.0.1:{clone.port}"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return _plain(done)


def pages_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("points", [6, pytest.param(40, marks=pytest.mark.full)])
def test_full_disk(office: Any, points: int) -> None:
    """A disk that gets full anywhere on the way is said; the built site is then the old one or the new one, no file
    is half-written, and the next run with room ends as if nothing had happened: each article out once."""
    assert run(office, "publish").returncode == 0
    office.edit("content/berita/2026/satu.md", "title: Berita Satu", "title: Berita Kesatu")
    office.write("content/berita/2026/tiga.md", clones.article("tiga", title="Berita Tiga"))
    output, live = office.folder / "output", office.folder / "output.live"
    shutil.copytree(office.folder, office.folder.with_name("coba"))
    trial = clones.Clone(office.folder.with_name("coba"), office.port, office.secrets)
    assert on_full_disk(trial, 10_000, "publish").returncode == 0
    count = int((trial.folder / "begun.txt").read_text(encoding="ascii"))
    old, new = pages_of(output), pages_of(trial.folder / "output")
    old_live, new_live = pages_of(live), pages_of(trial.folder / "output.live")
    for number in range(points):
        lang = LANGUAGES[number % 2]
        room = count * number // points
        done = on_full_disk(office, room, "publish", lang=lang)
        if int((office.folder / "begun.txt").read_text(encoding="ascii")) <= room:  # less is left to do by now
            assert done.returncode == 0, done.stderr
            continue
        assert done.returncode in (1, 2), (room, count, done.stdout + done.stderr)
        assert done.stderr.splitlines()[-1].startswith(f"{msg('Error').say(lang)}: "), done.stderr
        assert pages_of(output) in (old, new), (room, count)
        for path, raw in pages_of(live).items():
            assert path == "kentongan-files.json" or raw in (old_live.get(path), new_live.get(path)), (path, room)
    done = run(office, "publish")
    assert done.returncode == 0, done.stderr
    assert pages_of(output) == new
    assert {k: v for k, v in pages_of(live).items() if k != "kentongan-files.json"} == {
        k: v for k, v in new_live.items() if k != "kentongan-files.json"
    }
    assert len(office.noticeboard()) == 3
    posts = [r["article"] for r in office.json("receipts") if r["kind"] == "post"]
    assert sorted(posts) == ["20261120-duaaa", "20261120-satua", "20261120-tigaa"]


# The ledger


def harm(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[8192:12288] = b"\xa5" * 4096
    path.write_bytes(raw)


def make_newer(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (harm, "The ledger is damaged ("),
        (lambda p: p.write_bytes(b""), "The ledger is damaged (no SQLite file). Nothing was changed"),
        (make_newer, "The ledger was written by a newer Kentongan; update the program. Nothing was changed."),
    ],
    ids=["damaged", "empty", "newer"],
)
def test_ledger_that_cannot_be_used(office: Any, spoil: Callable[[Path], None], message: str) -> None:
    """A damaged ledger or one of a newer version stops every command that needs it, exit code 2, on one line with its
    file; not a byte changes, and the last copy brings everything back."""
    assert run(office, "publish").returncode == 0
    ledger = office.folder / ".kentongan" / "ledger.sqlite"
    good = ledger.read_bytes()
    spoil(ledger)
    before = office.digest()
    for command in ("publish", "deliver", "status", "receipts"):
        assert last_error(run(office, command), 2).startswith(f"{ledger}: {message}"), command
    said = last_error(run(office, "status", lang="id"), 2, "id")
    assert said.startswith(f"{ledger}: ")
    assert message not in said
    transient = (".lock", "-shm", "-wal")  # SQLite's own, beside a ledger that is only looked at
    after = office.digest()
    assert {k: v for k, v in after.items() if not k.endswith(transient)} == {
        k: v for k, v in before.items() if not k.endswith(transient)
    }
    for command in ("restore", "adopt", "publish"):
        assert run(office, command).returncode == 0, command
    assert len(office.noticeboard()) == 2
    assert any(p.read_bytes() != good for p in ledger.parent.glob("ledger.sqlite.replaced-*"))


# office.toml and the environment


def setting(key: str, value: str, detail: Message) -> Message:
    return msg("The setting “{key}” cannot be “{value}”: {detail}.", key=key, value=value, detail=detail)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("short =", "shrot =", msg("There is no setting “{key}”; did you mean “{near}”?", key="shrot", near="short")),
        (
            "[deploy]",
            "[depoly]",
            msg("There is no setting “{key}”; did you mean “{near}”?", key="depoly", near="deploy"),
        ),
        (
            'target = ""',
            'tujuan = ""',
            msg(
                "There is no setting “{key}”; known are: {known}.",
                key="tujuan",
                known="certificate, endpoint, host_key, target",
            ),
        ),
        (
            'timezone = "Asia/Jakarta"',
            'timezone = "Asia/Slawi"',
            msg("There is no time zone “{value}”; for Tegal write Asia/Jakarta.", value="Asia/Slawi"),
        ),
        (
            'language = "id"',
            'language = "jv"',
            setting("language", "jv", msg("it takes one of these: {known}", known="id, en")),
        ),
        ('place = "Slawi"', "place = 5", setting("place", "5", msg("it takes a text in quotation marks"))),
        (
            "on = true",
            'on = "mungkin"',
            setting("channels.noticeboard.on", "mungkin", msg("it takes true or false")),
        ),
        (
            "since = 2021-01-01",
            'since = "kemarin"',
            setting(
                "channels.noticeboard.since", "kemarin", msg("it takes a date like 2026-11-24, without quotation marks")
            ),
        ),
        (
            'url = "http://127.0.0.1:8000"',
            'url = "tegal"',
            msg("“{value}” is no site address; write https://…", value="tegal"),
        ),
    ],
)
def test_wrong_setting(office: Any, old: str, new: str, message: Message) -> None:
    """A setting that is unknown or cannot be is named with file, line, and the nearest known one, exit code 2."""
    office.edit("office.toml", old, new)
    text = (office.folder / "office.toml").read_text(encoding="utf-8")
    line = text[: text.index(new)].count("\n") + 1
    before = office.digest()
    for lang in LANGUAGES:
        one_error(run(office, "publish", lang=lang), 2, message, f"office.toml:{line}", lang)
    assert office.digest() == before


def test_unknown_setting_of_a_channel(office: Any) -> None:
    """A key that a channel does not know stops the run before anything is built, whether the channel is on or off."""
    office.edit("office.toml", 'server = "https://mastodon.example"', 'servr = "https://mastodon.example"')
    text = (office.folder / "office.toml").read_text(encoding="utf-8")
    line = text[: text.index("servr")].count("\n") + 1
    message = msg("There is no setting “{key}”; did you mean “{near}”?", key="servr", near="server")
    for lang in LANGUAGES:
        one_error(run(office, "publish", lang=lang), 2, message, f"office.toml:{line}", lang)
    assert not (office.folder / "output").exists()


def test_broken_office_file(office: Any) -> None:
    """An office.toml that is no TOML, no UTF-8 or not there is said, exit code 2."""
    good = (office.folder / "office.toml").read_bytes()
    office.write("office.toml", good.replace(b'short = "', b"short = "))
    for lang in LANGUAGES:
        done = run(office, "check", lang=lang)
        prefix = f"{msg('Error').say(lang)}: office.toml:3: "
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(prefix + msg("The file is not valid TOML: {detail}", detail="").say(lang))
        assert len(done.stderr.splitlines()) == 1
    office.write("office.toml", good + b'\nhours = "08.00 \x96 16.00"\n')
    for lang in LANGUAGES:
        one_error(
            run(office, "check", lang=lang), 2, msg("The file is not UTF-8; save it as UTF-8."), "office.toml", lang
        )
    (office.folder / "office.toml").unlink()
    message = msg(
        "There is no {file} here ({folder}); run the command in the project's folder.",
        file="office.toml",
        folder=str(office.folder),
    )
    for lang in LANGUAGES:
        one_error(run(office, "check", lang=lang), 2, message, lang=lang)


def test_missing_secret(office: Any) -> None:
    """A channel that is on and lacks a secret stops the run before anything is built, exit code 2, with the name of
    the variable."""
    office.edit("office.toml", "[channels.x]\non = false", "[channels.x]\non = true")
    del office.secrets["KENTONGAN_X_API_SECRET"]
    before = office.digest()
    message = msg(
        "The channel {channel} is on, but {variable} is not set; write it into .env or switch the channel off.",
        channel="x",
        variable="KENTONGAN_X_API_SECRET",
    )
    for lang in LANGUAGES:
        one_error(run(office, "publish", lang=lang), 2, message, lang=lang)
    assert office.digest() == before
    assert "KENTONGAN_X_API_SECRET" in run(office, "channels").stdout


def test_dead_secret(office: Any, mastodon_server: str) -> None:
    """A token that the network refuses holds its channel, exit code 3; the other channel goes on, and the token stands
    in no output and no file but .env."""
    office.edit(
        "office.toml",
        '[channels.mastodon]\non = false\nserver = "https://mastodon.example"',
        f'[channels.mastodon]\non = true\nsince = 2021-01-01\nserver = "{mastodon_server}"',
    )
    done = run(office, "publish")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "mastodon is held" in done.stdout
    assert len(office.noticeboard()) == 2
    assert run(office, "status").returncode == 3
    for command in (("status", "--json"), ("receipts", "--json"), ("channels",), ("doctor",)):
        run(office, *command)
    files = (p for p in office.folder.rglob("*") if p.is_file() and p.name != ".env" and p.suffix != ".pyc")
    assert [p for p in files if b"RAHASIA" in p.read_bytes()] == []
