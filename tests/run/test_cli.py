"""The command line as a person and a program meet it: help, messages, codes, JSON, pipes, signals, other sites."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from publisher.messages import msg
from tests.loopback import free_port
from tests.run import clones

LANGUAGES = ("en", "id")
COMMANDS = (
    "new",
    "check",
    "build",
    "serve",
    "deploy",
    "plan",
    "deliver",
    "publish",
    "status",
    "receipts",
    "channels",
    "adopt",
    "restore",
    "doctor",
    "feeds",
)


def environ(clone: Any, lang: str = "en", **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("KENTONGAN_", "SOURCE_DATE", "_KENTONGAN"))}
    return {
        **kept,
        "PYTHONPATH": str(clone.folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "KENTONGAN_LANG": lang,
        "KENTONGAN_URL": f"http://127.0.0.1:{clone.port}",
        "COLUMNS": "200",
        **more,
    }


def start(clone: Any, *arguments: str, **more: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "publisher", *arguments],
        cwd=clone.folder,
        env=environ(clone),
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **more,
    )


def until(check: Callable[[], object], seconds: float = 60) -> None:
    """Waits until ``check`` is true."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.05)


# Help and usage


@pytest.mark.parametrize("lang", LANGUAGES)
def test_help_lists_the_commands(small: Any, lang: str) -> None:
    """The help names every command with one line, and the exit codes, in the chosen language; without a command it
    is shown too, with exit code 2."""
    done = small.run("--help", lang=lang)
    assert (done.returncode, done.stderr) == (0, "")
    listed = re.findall(r"^  ([a-z]+)  +\S", done.stdout, re.MULTILINE)
    assert [n for n in listed if n in COMMANDS] == list(COMMANDS)
    for word in ("Exit codes:", "Commands", "Options") if lang == "en" else ("Kode keluar:", "Perintah", "Opsi"):
        assert word in done.stdout
    bare = small.run(lang=lang)
    assert (bare.returncode, bare.stdout, bare.stderr) == (2, "", done.stdout)


def test_every_command_has_help() -> None:
    """Every command is explained with an example that calls it and with the exit codes, in both languages."""
    from typer.main import get_command

    from publisher.cli import _commands as cli

    texts = {}
    for lang, words in (("en", ("Example: ", "Exit codes: 0")), ("id", ("Contoh: ", "Kode keluar: 0"))):
        whole = cli.translated(get_command(cli.app), lang)
        assert set(COMMANDS) <= set(whole.commands)
        for name, command in whole.commands.items():
            help_text, epilog = command.help, command.epilog
            assert f"{words[0]}kentongan {name}" in epilog
            assert words[1] in epilog
            assert all(p.help for p in command.params if hasattr(p, "help")), name
            texts[lang, name] = (help_text, *(getattr(p, "help", "") for p in command.params))
    for name in sorted({name for _, name in texts}):
        same = [t for t, u in zip(texts["en", name], texts["id", name], strict=True) if t and t == u]
        assert same == [], name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_build_alone_answers_as_every_command(small: Any, lang: str) -> None:
    """`kentongan build`, which never starts Typer, says and returns what Typer's command does: for a fault of the
    environment, the settings and the project, for a finding, and when all is well."""
    office = small.folder / "office.toml"
    whole = office.read_text(encoding="utf-8")
    wrong = small.folder / "content" / "berita" / "2026" / "salah.md"

    def both(code: int, **more: str) -> None:
        ends = []
        for own in ([], ["--content", "content"]):  # with an argument Typer runs it
            done = subprocess.run(
                [sys.executable, "-W", "error", "-m", "publisher", "build", *own],
                cwd=small.folder,
                env=environ(small, lang, **more),
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
            ends.append((done.returncode, done.stdout, done.stderr))
        assert ends[0] == ends[1]
        assert ends[0][0] == code, ends[0]

    both(2, SOURCE_DATE_EPOCH="kemarin")
    both(2, SOURCE_DATE_EPOCH="9" * 30)
    office.write_text("salah = 1\n" + whole, encoding="utf-8")
    both(2)
    office.write_text(whole, encoding="utf-8")
    (small.folder / "pelicanconf.py").rename(small.folder / "simpan.py")
    both(2)
    (small.folder / "simpan.py").rename(small.folder / "pelicanconf.py")
    wrong.write_text("tanpa kepala", encoding="utf-8")
    assert small.run("build", lang=lang).returncode == 3
    both(3)
    wrong.unlink()
    assert small.run("build", lang=lang).returncode == 0
    both(0)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_help_of_a_command(small: Any, lang: str) -> None:
    """`COMMAND --help` and `-h` show usage, options, example and exit codes, and need no project around them."""
    empty = clones.Clone(small.folder / "theme", small.port)
    environment = environ(small, lang)
    shown = [
        subprocess.run(
            [sys.executable, "-m", "publisher", "publish", option],
            cwd=empty.folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout
        for option in ("--help", "-h")
    ]
    assert shown[0] == shown[1]
    begin, example = ("Usage: ", "Example: ") if lang == "en" else ("Cara pakai: ", "Contoh: ")
    assert shown[0].startswith(f"{begin}kentongan publish")
    assert f"{example}kentongan publish --dry-run" in shown[0]
    assert "--remove" in shown[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["publsh"], msg("There is no command “{name}”; did you mean “{near}”?", name="publsh", near="publish")),
        (["xyz"], msg("There is no command “{name}”; see `kentongan --help`.", name="xyz")),
        (
            ["publish", "--dry"],
            msg("There is no option “{option}”; did you mean “{near}”?", option="--dry", near="--dry-run"),
        ),
        (["check", "-z"], msg("There is no option “{option}”; see --help.", option="-z")),
        (["check", "lagi"], msg("“{words}” is too much; put several words in quotation marks.", words="lagi")),
        (
            ["new", "Judul", "Dua Kata"],
            msg("“{words}” is too much; put several words in quotation marks.", words="Dua Kata"),
        ),
        (["new"], msg("{name} is missing; see --help.", name="TITLE")),
        (["new", "Judul", "--author"], msg("{option} needs a value behind it; see --help.", option="--author")),
        (["check", "--fix=ya"], msg("{option} takes no value; see --help.", option="--fix")),
        (["serve", "--port", "delapan"], msg("{name} cannot be that; it takes {what}.", name="--port", what="1-65535")),
        (["serve", "--port", "99999"], msg("{name} cannot be that; it takes {what}.", name="--port", what="1-65535")),
        (["check", "--lang", "jv"], msg("There is no language “{lang}”; use id or en.", lang="jv")),
        (["check", "--url", "tegal"], msg("“{value}” is no site address; write https://…", value="tegal")),
        (["plan"], msg("There is no manifest of a build yet; run `kentongan build` first.")),
        (["deploy"], msg("There is no manifest of a build yet; run `kentongan build` first.")),
    ],
    ids=lambda v: "-".join(v) if isinstance(v, list) else "",
)
def test_usage_is_answered_in_the_language(small: Any, arguments: list[str], message: Any) -> None:
    """What cannot be understood is answered with one sentence in the chosen language, exit code 2."""
    for lang in LANGUAGES:
        done = small.run(*arguments, lang=lang)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"{msg('Error').say(lang)}: {message.say(lang)}\n"
    assert message.say("id") != message.say("en")


def test_language(small: Any) -> None:
    """--lang before or after the command wins over KENTONGAN_LANG, that over .env, and Indonesian is the default."""
    sentence = msg(
        "There is no copy of the ledger in {folder}; name the file.", folder=str(small.folder / ".kentongan/backup")
    )
    for arguments in (("--lang", "en", "restore"), ("restore", "--lang", "en"), ("restore", "--lang=en")):
        assert sentence.say("en") in small.run(*arguments, lang="id").stderr
    assert sentence.say("id") in small.run("restore", lang="id").stderr
    assert sentence.say("id") in small.run("restore", lang="").stderr
    small.write(".env", "KENTONGAN_LANG=en\n")
    assert sentence.say("en") in small.run("restore", lang="").stderr
    assert "see `kentongan --help`" in small.run("xyz", lang="").stderr
    assert sentence.say("id") in small.run("restore", lang="id").stderr


def test_version(small: Any) -> None:
    """`--version` says the version and needs no project."""
    from publisher import __version__

    assert small.run("--version").stdout == f"kentongan {__version__}\n"


# What programs read


def test_json(small: Any) -> None:
    """--json of check, publish, status, receipts and channels is one JSON document with the promised fields."""
    small.write("content/berita/2026/salah.md", "---\ntitle: Salah: dua\n---\n")
    small.write("content/berita/2026/nanti.md", clones.article("nanti", title="Nanti", more="embargo: 2060-01-01\n"))
    done = small.run("check", "--json")
    findings = json.loads(done.stdout)
    assert done.returncode == 3
    assert {frozenset(f) for f in findings} == {frozenset({"level", "path", "line", "rule", "message"})}
    assert [(f["path"], f["line"], f["rule"]) for f in findings if f["level"] == "error"] == [
        ("berita/2026/salah.md", 2, "yaml")
    ]
    done = small.run("publish", "--dry-run", "--json")
    draft = json.loads(done.stdout)
    assert done.returncode == 3
    assert {p["title"] for p in draft["posts"]} == {"Berita Satu", "Berita Dua"}
    assert all(f"http://127.0.0.1:{small.port}/berita/" in p["text"] for p in draft["posts"])
    done = small.run("publish", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (3, "")
    assert {"built", "findings", "deployed", "planned", "deliveries", "withheld"} <= set(report)
    assert report["deployed"]["uploaded"] > 0
    assert len(report["planned"]) == len(report["deliveries"]) == 2
    receipts = small.json("receipts")
    assert [r["id"] for r in receipts] == [d["id"] for d in report["deliveries"]]
    for r in receipts:
        assert (r["channel"], r["network"], r["kind"], r["state"], r["attempts"]) == ("noticeboard",) * 2 + (
            "post",
            "sent",
            1,
        )
        assert re.fullmatch(r"2\d{3}-\d\d-\d\dT.*\+00:00", r["sent_at"])
        assert r["url"].startswith("file://")
        assert r["article"] in ("20261120-satua", "20261120-duaaa")
    assert small.json("receipts", "--article", "20261120-satua") == [r for r in receipts if r["title"] == "Berita Satu"]
    assert small.json("receipts", "--channel", "x") == []
    assert small.json("status") == []
    rows = small.json("channels")
    assert {r["name"]: r["on"] for r in rows if r["name"]} == {"noticeboard": True, "mastodon": False, "x": False}
    assert rows[0] == {**rows[0], "network": "noticeboard", "problem": ""}
    assert "KENTONGAN_MASTODON_TOKEN" in next(r["problem"] for r in rows if r["name"] == "mastodon")


def test_plain_lines_in_a_pipe(small: Any) -> None:
    """Output that is no terminal is plain: one delivery a line, fields divided by tabs, no colour, no bar; what is
    being done stands on standard error."""
    done = small.run("publish")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines() if "\t" in line]
    assert [r[1:4] for r in rows] == [["noticeboard", "sent", "Berita Dua"], ["noticeboard", "sent", "Berita Satu"]]
    assert all(re.fullmatch(r"\d\d/\d\d/\d{4} \d\d\.\d\d", r[0]) and len(r) == 5 for r in rows)
    assert small.run("receipts").stdout.splitlines() == ["\t".join(r) for r in rows]


def in_terminal(clone: Any, columns: int, *arguments: str) -> str:
    """What the command shows in a terminal of so many columns."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with_size = {k: v for k, v in environ(clone, TERM="xterm").items() if k not in ("COLUMNS", "LINES", "NO_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "publisher", *arguments],
        cwd=clone.folder,
        env=with_size,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the terminal is gone with the process
        while part := os.read(ours, 65536):
            shown += part
    os.close(ours)
    assert process.wait() == 0
    return shown.decode()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="terminals are tried on Linux")
def test_terminal(small: Any) -> None:
    """A terminal gets a bar and a table; a narrow one gets each address whole on its line, to be copied."""
    shown = in_terminal(small, 160, "publish")
    assert "\x1b[" in shown
    assert "address or reason" in shown
    narrow = in_terminal(small, 60, "receipts").splitlines()
    url = small.json("receipts")[0]["url"]
    assert f"  {url}" in narrow
    assert all(len(line) <= 60 for line in narrow if "://" not in line)


@pytest.mark.parametrize("arguments", [("check",), ("--help",), ("publish", "--dry-run"), ("channels", "--json")])
def test_closed_pipe(small: Any, arguments: tuple[str, ...]) -> None:
    """`kentongan … | head` ends without a word when nobody reads any more."""
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "publisher", *arguments],
            cwd=small.folder,
            env=environ(small),
            stdout=write,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
    finally:
        os.close(write)
    assert [line for line in done.stderr.splitlines() if not line.endswith("…")] == []
    assert done.returncode == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device that is always full is tried on Linux")  # noqa: PTH110 - a device, not a file of ours
def test_output_that_cannot_be_written(small: Any) -> None:
    """A report that finds no room is said, exit code 2."""
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "publisher", "check"],
            cwd=small.folder,
            env=environ(small),
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, "Error: The computer refuses: the disk is full.\n")


@pytest.mark.parametrize(
    ("extra", "answer"),
    [
        ({"_KENTONGAN_COMPLETE": "complete_bash", "COMP_WORDS": "kentongan pub", "COMP_CWORD": "1"}, "publish\n"),
        (
            {"_KENTONGAN_COMPLETE": "complete_bash", "COMP_WORDS": "kentongan publish --dr", "COMP_CWORD": "2"},
            "--dry-run\n",
        ),
        ({"_KENTONGAN_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "kentongan rec"}, "receipts"),
        (
            {
                "_KENTONGAN_COMPLETE": "complete_fish",
                "_TYPER_COMPLETE_ARGS": "kentongan adop",
                "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            },
            "adopt\t",
        ),
        (
            {
                "_KENTONGAN_COMPLETE": "complete_powershell",
                "_TYPER_COMPLETE_ARGS": "kentongan doc",
                "_TYPER_COMPLETE_WORD_TO_COMPLETE": "doc",
            },
            "doctor:::",
        ),
        ({"_KENTONGAN_COMPLETE": "source_bash"}, "complete -o default -F _kentongan_completion kentongan"),
    ],
    ids=["bash", "option", "zsh", "fish", "powershell", "script"],
)
def test_shell_completion(small: Any, extra: dict[str, str], answer: str) -> None:
    """A shell that asks for the rest of a word gets it, with no project around."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "publisher"],
        cwd=small.folder / "theme",
        env=environ(small, **extra),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert answer in done.stdout


# The editor's day


def test_new_article_until_it_is_published(small: Any) -> None:
    """`new` writes a draft that `check` accepts and nobody sees; changing its status publishes it."""
    done = small.run("new", 'Surat Nikah: Selesai "Sehari"', "--author", "Tim Humas, S.Ag.", lang="id")
    assert done.returncode == 0
    path = re.search(r"content/berita/\d{4}/surat-nikah-selesai-sehari\.md", done.stdout)
    assert path is not None, done.stdout
    assert "status: published" in done.stdout
    assert small.run("check").returncode == 0
    assert small.run("publish").returncode == 0
    assert len(small.noticeboard()) == 2
    assert not (small.folder / "output/berita/surat-nikah-selesai-sehari").exists()
    small.edit(path[0], "status: draft", "status: published")
    text = (small.folder / path[0]).read_text(encoding="utf-8")
    stamp = re.search(r"^date: (\S+ \S+)", text, re.MULTILINE)
    assert stamp is not None
    small.edit(path[0], stamp[1], "2026-11-20 09:00")
    (small.folder / path[0]).write_text(
        (small.folder / path[0]).read_text(encoding="utf-8") + "\nSelesai dalam sehari.\n", encoding="utf-8"
    )
    assert small.run("publish").returncode == 0
    assert len(small.noticeboard()) == 3
    page = (small.folder / "output.live/berita/surat-nikah-selesai-sehari/index.html").read_text(encoding="utf-8")
    assert "Tim Humas, S.Ag." in page
    again = small.run("new", "Surat Nikah Selesai Sehari")
    assert again.returncode in (0, 2)
    assert (small.folder / path[0]).read_text(encoding="utf-8").count("Selesai dalam sehari.") == 1


def test_check_fix(small: Any) -> None:
    """`check --fix` writes the missing ids and changes nothing else; a second time there is nothing to write."""
    small.edit("content/berita/2026/satu.md", "id: 20261120-satua\n", "")
    before = (small.folder / "content/berita/2026/satu.md").read_text(encoding="utf-8")
    assert small.run("check").returncode == 3
    done = small.run("check", "--fix")
    assert done.returncode == 0
    assert "berita/2026/satu.md" in done.stderr
    after = (small.folder / "content/berita/2026/satu.md").read_text(encoding="utf-8")
    assert re.sub(r"(?m)^id: \d{8}-[a-z2-7]{5}\n", "", after) == before
    files = small.digest()
    assert small.run("check", "--fix").stderr == ""
    assert small.digest() == files


def test_another_site(small: Any, tmp_path: Any) -> None:
    """--content, --output and --state, before or after the command, let every command run on another site without
    touching the first."""
    shutil.copytree(small.folder / "content", tmp_path / "isi lain")
    one = tmp_path / "isi lain" / "berita" / "2026" / "satu.md"
    one.write_text(one.read_text(encoding="utf-8").replace("Berita Satu", "Berita Lain"), encoding="utf-8")
    folders = (
        "--content",
        str(tmp_path / "isi lain"),
        "--output",
        str(tmp_path / "situs"),
        "--state",
        str(tmp_path / "buku"),
    )
    before = small.digest()
    for number, command in enumerate(("check", "build", "publish", "deploy", "plan", "deliver", "status", "receipts")):
        done = small.run(command, *folders) if number % 2 else small.run(*folders, command)
        assert done.returncode == 0, (command, done.stderr)
    assert "Berita Lain" in done.stdout
    assert small.run("new", "Berita Baru", *folders).returncode == 0
    assert len(list((tmp_path / "isi lain" / "berita").rglob("berita-baru.md"))) == 1
    assert (tmp_path / "situs.live" / "berita" / "satu" / "index.html").is_file()
    assert (tmp_path / "buku" / "ledger.sqlite").is_file()
    assert small.digest() == before


def test_address_for_one_run(small: Any) -> None:
    """--url sets the site's address for one run, after the command too, and wins over the environment."""
    port = free_port()
    assert small.run("publish", "--url", f"http://127.0.0.1:{port}/kabar").returncode == 0
    page = (small.folder / "output.live" / "berita" / "satu" / "index.html").read_text(encoding="utf-8")
    assert f'"http://127.0.0.1:{port}/kabar/berita/satu/"' in page
    assert small.run("build").returncode == 0
    page = (small.folder / "output" / "berita" / "satu" / "index.html").read_text(encoding="utf-8")
    assert f'"http://127.0.0.1:{small.port}/berita/satu/"' in page


# Signals


def test_interrupt(small: Any) -> None:
    """Ctrl-C in the middle ends with a sentence and exit code 1, and the next run does everything once."""
    process = start(small, "publish")
    assert process.stderr is not None
    first = process.stderr.readline()
    assert first.endswith("…\n")
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.splitlines()[-1] == "Error: Stopped by you. What was begun is safe; run the command again."
    assert "Traceback" not in out + errors
    assert small.run("publish").returncode == 0
    assert len(small.noticeboard()) == 2


@contextmanager
def serving(clone: Any) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`kentongan serve` and the address it says."""
    process = start(clone, "serve", "--port", str(free_port()))
    assert process.stdout is not None
    try:
        said = ""
        while "http://" not in said:
            said = process.stdout.readline()
            assert said or process.poll() is None
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found is not None
        yield process, found[0]
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def page_at(address: str) -> str:
    try:
        with urlopen(address, timeout=10) as answer:
            return str(answer.read().decode())
    except HTTPError as fault:
        with fault:
            return str(fault.code)


def test_serve_follows_the_settings(small: Any) -> None:
    """A change of office.toml is shown; one that is wrong is told of and the preview stays."""
    title = "Kabar Layanan Baru"
    with serving(small) as (process, address):
        small.edit("office.toml", 'title = "', f'title = "{title} ')
        until(lambda: title in page_at(f"{address}/"))
        small.edit("office.toml", 'title = "', "title = 1 # ")
        assert process.stdout is not None
        assert "office.toml" in process.stdout.readline()
        assert title in page_at(f"{address}/")


def test_serve(small: Any) -> None:
    """`serve` shows drafts marked BELUM TERBIT, follows a change, ends on Ctrl-C; its folder cannot be deployed and
    the site itself is not touched."""
    draft = clones.article("konsep", title="Berita Konsep", more="status: draft\n")
    small.write("content/berita/2026/konsep.md", draft)
    with serving(small) as (process, address):
        assert "BELUM TERBIT" in page_at(f"{address}/berita/konsep/")
        assert "BELUM TERBIT" not in page_at(f"{address}/berita/satu/")
        small.edit("content/berita/2026/satu.md", "Isi berita", "Isi kabar")
        until(lambda: "Isi kabar" in page_at(f"{address}/berita/satu/"))
        small.edit("content/berita/2026/dua.md", "title: Berita Dua", "title: Berita: Dua")
        until(lambda: page_at(f"{address}/berita/dua/") == "404")
        assert process.stdout is not None
        said = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in out + errors
    assert said.startswith("berita/2026/dua.md:3: wrong: ")
    assert not (small.folder / "output").exists()
    small.edit("content/berita/2026/dua.md", "title: Berita: Dua", "title: Berita Dua")
    assert small.run("build").returncode == 0
    done = small.run("deploy", "--output", ".kentongan/preview")
    assert done.returncode in (1, 2)
    assert not (small.folder / ".kentongan" / "preview.live" / "berita").exists()
