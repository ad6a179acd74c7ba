"""One file to a value or to findings: what editors write, and what goes wrong on their machines."""

# ruff: noqa: E501  the tables hold whole messages

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from publisher import content
from publisher.article import Article, Benefit, Correction, Finding, Page, Picture, Service, Status
from publisher.content._article import FIELDS
from publisher.content._characters import JUNK, junk
from publisher.content._times import parse_time
from publisher.errors import ContentFault, MachineFault, UsageFault
from publisher.manifest import Manifest, Record

ZONE = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 24, 9, 15, tzinfo=ZONE)
NEWS = "berita/2026/berita.md"
Write = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A content folder with one picture, one service and no article."""
    for name in ("berita/2026", "layanan", "halaman"):
        (tmp_path / name).mkdir(parents=True)
    Image.new("RGB", (4, 3)).save(tmp_path / "berita/2026/gambar.png")
    (tmp_path / "layanan/ptsp.md").write_text("---\nname: PTSP\n---\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def write(folder: Path) -> Write:
    """Writes a news file out of ``fields`` (raw lines) and gives its path; ``drop`` leaves a default out."""

    def write(path: str = NEWS, *lines: str, body: str = "Isi berita.\n", drop: tuple[str, ...] = ()) -> str:
        own = {line.split(":")[0] for line in lines}
        default = {
            "id": f"id: 2026-{abs(hash(path)) % 10**8}",
            "title": "title: Judul berita",
            "date": "date: 2026-11-24 09:15",
        }
        head = [v for k, v in default.items() if k not in own and k not in drop]
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(["---", *head, *lines, "---", body]), encoding="utf-8")
        return path

    return write


def only(folder: Path) -> Article:
    """The one article of the folder; no error was found."""
    found = content.read(folder, ZONE)
    assert [f for f in found.findings if f.level == "error"] == []
    assert len(found.articles) == 1
    return found.articles[0]


def findings(folder: Path, **arguments: object) -> list[tuple[str, int, str]]:
    """Level, line and English text of all findings but the one on an empty folder."""
    found = content.read(folder, ZONE, **arguments).findings  # type: ignore[arg-type]  # keep, passed through
    return [(f.level, f.line, str(f.message)) for f in found if f.rule != "empty"]


def raw(folder: Path, data: bytes, path: str = NEWS) -> tuple[object, list[Finding]]:
    """What is read from a file with these bytes."""
    (folder / path).write_bytes(data)
    return content.read_file(folder, path, ZONE)


def test_every_field(folder: Path, write: Write) -> None:
    """Every field of the content model comes through, and nothing is lost or invented."""
    (folder / "berita/2026/surat.pdf").write_bytes(b"%PDF-1.4")
    write(
        NEWS,
        "id: 20261124-x7k2m",
        'title: "Urus Nikah: dari Rumah"',
        "date: 2026-11-24 09:15",
        "modified: 2026-11-25T10:00:00+07:00",
        "slug: urus-nikah",
        "former: [urus-nikah-lama, /berita/2025/urus/]",
        "category: Layanan",
        "tags: nikah, KUA",
        "authors:",
        "  - Ahmad Fauzi, S.Ag., M.Si.",
        "  - Siti",
        "editor: Budi",
        "photographer: Rina",
        "place: Slawi",
        "summary: >",
        "  Baris satu",
        "  baris dua.",
        "image: gambar.png",
        "image_alt: Loket nikah.",
        "image_caption: Loket.",
        "image_credit: Humas",
        'image_consent: "held: 12/2026"',
        "focus: [0.25, 50%]",
        "attachments: [surat.pdf]",
        "services: [ptsp]",
        "source: Radar Tegal, 2021",
        "canonical: https://tegal.kemenag.go.id/?p=10661",
        "embargo: 2026-11-30 09.00 WIB",
        "correction:",
        "  - {date: 2026-11-26, text: Jam layanan keliru.}",
        "channels: [x, mastodon]",
        "posts:",
        "  x: |",
        "    Baris satu",
        "    Baris dua",
        "lang: en",
        "translation_of: 20260101-aaaaa",
        "template: profil",
        "status: hidden",
        body="\n\n**Slawi** — isi.\n",
    )
    article = only(folder)
    assert article.picture is not None
    assert article == Article(
        id="20261124-x7k2m",
        title="Urus Nikah: dari Rumah",
        date=NOW,
        modified=datetime(2026, 11, 25, 10, tzinfo=ZONE),
        slug="urus-nikah",
        former=("urus-nikah-lama", "/berita/2025/urus/"),
        category="Layanan",
        tags=("nikah", "KUA"),
        authors=("Ahmad Fauzi, S.Ag., M.Si.", "Siti"),
        editor="Budi",
        photographer="Rina",
        place="Slawi",
        summary="Baris satu baris dua.",
        picture=Picture("berita/2026/gambar.png", "Loket nikah.", "Loket.", "Humas", "held: 12/2026", (0.25, 0.5)),
        attachments=("berita/2026/surat.pdf",),
        services=("ptsp",),
        source="Radar Tegal, 2021",
        canonical="https://tegal.kemenag.go.id/?p=10661",
        embargo=datetime(2026, 11, 30, 9, tzinfo=ZONE),
        corrections=(Correction(datetime(2026, 11, 26, tzinfo=ZONE), "Jam layanan keliru."),),
        channels=("x", "mastodon"),
        posts=(("x", "Baris satu\nBaris dua"),),
        lang="en",
        translation_of="20260101-aaaaa",
        template="profil",
        status=Status.HIDDEN,
        path=NEWS,
        body="**Slawi** — isi.\n",
    )
    assert article.line("title") == 3
    lines = (folder / NEWS).read_text(encoding="utf-8").split("\n")
    assert lines[article.line("body") - 1] == "**Slawi** — isi."
    assert lines[article.line("status") - 1] == "status: hidden"


def test_only_what_is_needed(folder: Path, write: Write) -> None:
    """Id, title and date are enough; empty fields are absent fields."""
    write(NEWS, "summary:", "tags: ~", "image: ''", "channels:", "posts:", "correction:", "status:", "focus:")
    article = only(folder)
    assert (article.slug, article.status, article.channels, article.posts) == ("judul-berita", "published", None, ())
    assert (article.summary, article.tags, article.picture, article.corrections) == ("", (), None, ())
    assert content.read(folder, ZONE).findings == ()


def test_no_channel_is_not_all_channels(folder: Path, write: Write) -> None:
    """An empty list of channels means none; an absent or empty field means all."""
    write(NEWS, "channels: []")
    assert only(folder).channels == ()


def test_text_stays_as_written(folder: Path, write: Write) -> None:
    """No YAML type changes a text: "yes", numbers and times are what the editor wrote."""
    write(NEWS, "title: 2026", "category: yes", "place: 012", "editor: 12:30", "tags: [2026, no, 1.50]")
    article = only(folder)
    assert (article.title, article.category, article.place, article.editor) == ("2026", "yes", "012", "12:30")
    assert article.tags == ("2026", "no", "1.50")


def test_one_author_with_degrees(folder: Path, write: Write) -> None:
    """A single text is one author: a comma inside a name with degrees splits nothing."""
    write(NEWS, "authors: Dra. Hj. Siti Aminah, M.Pd.")
    assert only(folder).authors == ("Dra. Hj. Siti Aminah, M.Pd.",)


def test_consent_as_yaml_makes_it(folder: Path, write: Write) -> None:
    """A consent number written without quotes, on its own line, is YAML's table and our text."""
    write(NEWS, "image: gambar.png", "image_alt: Loket.", "image_consent:", "  held: 12/2026")
    picture = only(folder).picture
    assert picture is not None
    assert picture.consent == "held: 12/2026"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24", datetime(2026, 11, 24, tzinfo=ZONE)),
        ("2026-11-24 09:15", NOW),
        ("2026-11-24T09:15:00", NOW),
        ('"2026-11-24 09:15"', NOW),
        ("2026-11-24 09.15 WIB", NOW),
        ("2026-11-24 10:15 WITA", NOW),
        ("2026-11-24 02:15Z", NOW),
        ("2026-11-24T02:15:00+00:00", NOW),
        ("2026-11-24 07:45 +0530", NOW),
        ("2026-11-24 09:15:00.250+7", NOW),
        ("2026-1-5 7:05", datetime(2026, 1, 5, 7, 5, tzinfo=ZONE)),
    ],
)
def test_dates(folder: Path, write: Write, text: str, moment: datetime) -> None:
    """Dates as YAML or text, with or without a time and a zone; without one it is the office's zone."""
    write(NEWS, f"date: {text}")
    assert only(folder).date == moment
    assert only(folder).date.tzinfo is ZONE


@pytest.mark.parametrize(
    "text", ["besok", "24/11/2026", "2026-13-01", "2026-02-30", "2026-11-24 25:00", "0001-01-01", "2026-11-24 09:15+99"]
)
def test_no_date(folder: Path, write: Write, text: str) -> None:
    """A date that is none leaves the article out and names the line."""
    write(NEWS, f"date: {text}")
    assert findings(folder) == [
        ("error", 4, f"“{text}” in “date” is no date; write it like 2026-11-24 09:15."),
    ]
    assert content.read(folder, ZONE).unreadable == (NEWS,)


@pytest.mark.parametrize("field", ["modified", "embargo", "correction: {text: x, date"])
def test_no_date_elsewhere(folder: Path, write: Write, field: str) -> None:
    """An embargo or another time that cannot be read never lets an article through."""
    write(NEWS, f"{field}: besok" + ("}" if "{" in field else ""))
    assert [level for level, _, _ in findings(folder)] == ["error"]
    assert content.read(folder, ZONE).articles == ()


def test_modified_before_date(folder: Path, write: Write) -> None:
    """A change before the beginning is ignored aloud; the same day without an hour is no mistake."""
    write(NEWS, "modified: 2026-11-23")
    assert only(folder).modified is None
    assert findings(folder) == [
        ("advice", 5, "“modified” lies before “date” and was ignored; write the later time or remove it.")
    ]
    write(NEWS, "modified: 2026-11-24")
    assert only(folder).modified is None
    assert findings(folder) == []


@pytest.mark.parametrize(
    ("lines", "drop", "finding"),
    [
        ((), ("title",), ("error", 1, "The field “title” is missing; write it.")),
        (("title:",), (), ("error", 4, "The field “title” is missing; write it.")),
        ((), ("date",), ("error", 1, "The date is missing; write it like “date: 2026-11-24 09:15”.")),
        ((), ("id",), ("error", 1, "The article has no id; run `kentongan check --fix`, which writes one.")),
        (
            ("id: ../naik",),
            (),
            (
                "error",
                4,
                "The id “../naik” may only hold letters, digits and dashes; put the old id back, or remove the line of a new article and run `kentongan check --fix`.",
            ),
        ),
        (
            ("status: draf",),
            (),
            (
                "error",
                5,
                "“status” cannot be “draf”; did you mean “draft”? Known are: draft, published, hidden, withdrawn.",
            ),
        ),
        (
            ("status: xyz",),
            (),
            ("error", 5, "“status” cannot be “xyz”; known are: draft, published, hidden, withdrawn."),
        ),
        (("lang: jv",), (), ("error", 5, "“lang” cannot be “jv”; known are: id, en.")),
        (("template: ../x",), (), ("error", 5, "“../x” is no name of a template.")),
        (("sumary: x",), (), ("advice", 5, "There is no field “sumary”; did you mean “summary”? It was ignored.")),
        (("penulis: x",), (), ("advice", 5, "There is no field “penulis”; did you mean “authors”? It was ignored.")),
        (("qqq: x",), (), ("advice", 5, "There is no field “qqq”; it was ignored.")),
        (
            ("place: a", "Place: b"),
            (),
            ("error", 6, "The field “place” is written twice (line 5 has it already); keep one."),
        ),
        (
            ("place: [a]",),
            (),
            ("error", 5, "The field “place” takes a text here, not a list or a group of fields."),
        ),
        (
            ("tags:", "  - a", "  - b: c"),
            (),
            ("error", 7, "The field “tags” takes a text here, not a list or a group of fields."),
        ),
        (("posts: halo",), (), ("error", 5, "The field “posts” must hold lines “name: value”, indented below it.")),
        (("posts: {x: a, x: b}",), (), ("error", 5, "“x” is written twice in “posts”; keep one.")),
        (("correction: [{text: x}]",), (), ("error", 5, "A correction needs “date” and “text”.")),
        (
            ("correction: [{date: 2026-11-24, text: x}]",),
            (),
            (
                "advice",
                5,
                "The correction lies before “date”, so readers are not told of a change; write its hour too.",
            ),
        ),
        (("place: !Penting x",), (), ("error", 5, "The text of “place” begins with “!”; put it in quotation marks.")),
        (
            ("place: !!python/object/apply:os.system [ls]",),
            (),
            ("error", 5, "The field “place” takes a text here, not a list or a group of fields."),
        ),
        (
            ("focus: [2, 0.5]",),
            (),
            (
                "advice",
                5,
                "“focus” was ignored; write two numbers from 0 (left, top) to 1 (right, bottom), like [0.5, 0.3].",
            ),
        ),
        (
            ("services: [ptps]",),
            (),
            (
                "advice",
                5,
                "The register has no service “ptps”; did you mean “ptsp”? The article goes on without it.",
            ),
        ),
        (
            ("translation_of: nobody", "lang: en"),
            (),
            ("advice", 5, "There is no article with the id “nobody” that this one could translate."),
        ),
        (
            ("canonical: tegal.kemenag.go.id",),
            (),
            (
                "error",
                5,
                "“canonical” must be the full address of the original, https://…, not “tegal.kemenag.go.id”.",
            ),
        ),
        (
            ("source: https://a b",),
            (),
            ("advice", 5, "“https://a b” is no web address and was ignored; write https://…"),
        ),
        (
            ("slug: Judul Baru!",),
            (),
            (
                "advice",
                5,
                "The slug “Judul Baru!” may only hold a–z, 0–9 and dashes; “judul-baru” was taken. Write that into the file.",
            ),
        ),
        (("tags: ['!!!']",), (), ("advice", 5, "“!!!” has no Latin letter or digit and was ignored.")),
        (("former: ['../x']",), (), ("advice", 5, "“../x” is no old slug or path and was ignored.")),
        (
            ("former: [judul-berita]",),
            (),
            ("advice", 5, "At the old address “judul-berita” stands a page of today; it was ignored."),
        ),
        (
            ("former: [/layanan/ptsp]",),
            (),
            ("advice", 5, "At the old address “/layanan/ptsp” stands a page of today; it was ignored."),
        ),
        (
            ("status: withdrawn",),
            (),
            ("advice", 5, "Readers see no reason why this article was withdrawn; write it in “withdrawn”."),
        ),
        (
            ("withdrawn: salah",),
            (),
            (
                "advice",
                5,
                "“withdrawn” gives a reason, but the article is not withdrawn; write “status: withdrawn” or remove it.",
            ),
        ),
        (
            ("status: withdrawn", "withdrawn: {date: kemarin, text: salah}"),
            (),
            ("error", 6, "“kemarin” in “withdrawn” is no date; write it like 2026-11-24 09:15."),
        ),
        (
            ("image: gambar.png",),
            (),
            ("error", 5, "The picture has no text for blind readers; say in “image_alt” what it shows."),
        ),
        (
            ("attachments: [berita.md]",),
            (),
            ("error", 5, "“berita.md” is a text or data of the site itself and cannot be attached."),
        ),
        (("attachments: [tidak.pdf]",), (), ("error", 5, "There is no file “tidak.pdf”; check the name.")),
    ],
)
def test_one_fault(
    folder: Path, write: Write, lines: tuple[str, ...], drop: tuple[str, ...], finding: tuple[str, int, str]
) -> None:
    """One fault gives one finding, with level, line and what to do; only an error leaves the article out."""
    write(NEWS, *lines, drop=drop)
    assert findings(folder) == [finding]
    found = content.read(folder, ZONE)
    assert found.unreadable == ((NEWS,) if finding[0] == "error" else ())
    assert len(found.articles) == (finding[0] == "advice")


@pytest.mark.parametrize(
    ("data", "line", "text"),
    [
        (b"", 0, "The file is empty; write the article or delete the file."),
        (b"\n \n", 0, "The file is empty; write the article or delete the file."),
        (
            b"Judul\n",
            1,
            "The front matter is missing: the file must begin with a line “---”, the fields, and another “---”.",
        ),
        (b"---\ntitle: x\n", 1, "The front matter is not closed: write a line “---” below the last field."),
        (
            b"---\njust words\n---\n",
            2,
            "The front matter holds no fields; write each as “name: value” on a line of its own.",
        ),
        (
            b"---\na: 1\ntitle: PTSP: baru\n---\n",
            3,
            'This line cannot be read: put the text after the first colon in quotation marks ("…").',
        ),
        (
            b'---\ntitle: "PTSP\ndate: 1\n---\n',
            2,
            'This line cannot be read: put the text after the first colon in quotation marks ("…").',
        ),
        (
            b"---\ntitle: @kemenag\n---\n",
            2,
            'This line cannot be read: put the text after the first colon in quotation marks ("…").',
        ),
        (b"---\ntags:\n\t- a\n---\n", 3, "This line begins with a tab; indent with spaces."),
        (
            b"---\ntitle: x\n  date: y\n---\n",
            3,
            "This line or the one above cannot be read: each field is “name: value” without spaces before it, and a text with a colon stands in quotation marks.",
        ),
        (
            b"---\ntitle: x\nplace: *y\n---\n",
            3,
            'This line cannot be read: put the text after the first colon in quotation marks ("…").',
        ),
        (
            "---\ntitle: satu\nplace: Kafé\n---\n".encode("cp1252"),
            3,
            "The character here (byte 0xE9) is not UTF-8; open the file, choose “Save as” and save it as UTF-8.",
        ),
        (
            b"\xef\xbb\xbf---\r\ntitle: a\xe9\r\n---\r\n",
            2,
            "The character here (byte 0xE9) is not UTF-8; open the file, choose “Save as” and save it as UTF-8.",
        ),
        ("---\ntitle: x\n---\n".encode("utf-16"), 0, "The file is saved as UTF-16; save it as UTF-8."),
        (
            b"---\ntitle: \xed\xa0\x80\n---\n",
            2,
            "The character here (byte 0xED) is not UTF-8; open the file, choose “Save as” and save it as UTF-8.",
        ),
        (
            b"---\na: " + b"[" * 100_000 + b"\n---\n",
            1,
            "The front matter is too long; the article's text belongs below the second “---”.",
        ),
        (
            b"---\n" + b"a: &a {b: *a}\n" * 2_001 + b"---\n",
            1,
            "The front matter is too long; the article's text belongs below the second “---”.",
        ),
    ],
)
def test_unreadable_file(folder: Path, data: bytes, line: int, text: str) -> None:
    """A file that cannot be read at all gives one error with the line and what to do."""
    entry, found = raw(folder, data)
    assert entry is None
    assert [(f.level, f.line, str(f.message)) for f in found] == [("error", line, text)]


def test_bom_and_line_ends(folder: Path, write: Write) -> None:
    """Notepad's byte order mark and the line ends of all three systems make no difference."""
    write(NEWS, "id: a1", "place: Slawi", body="Satu.\n\nDua.\n")
    plain = only(folder)
    text = (folder / NEWS).read_bytes()
    for data in (b"\xef\xbb\xbf" + text, text.replace(b"\n", b"\r\n"), text.replace(b"\n", b"\r"), b"\n\n" + text):
        (folder / NEWS).write_bytes(data)
        assert only(folder) == plain
    assert only(folder).line("place") == plain.line("place") + 2


def test_pasted_characters(folder: Path, write: Write) -> None:
    """What a word processor leaves unseen is taken out, with one advice that names the first line."""
    write(
        NEWS,
        "title: Jud\x0bul\u200b \x93kutip\x94\u00a0",
        "summary: a\x00b \u00a0 c",
        body="satu\x07 5\u00a0000 orang\u00a0 lain\ufffe\u2028akhir\n",
    )
    article = only(folder)
    assert article.title == "Jud ul “kutip”"
    assert article.summary == "ab c"
    assert article.body == "satu 5\u00a0000 orang lain akhir\n"
    assert findings(folder) == [
        (
            "advice",
            4,
            "There are unseen characters from a word processor (first: U+000B; together: 8); they were taken out. Delete and retype the word here.",
        )
    ]


def test_hidden_behind_an_escape(folder: Path, write: Write) -> None:
    """A control character spelled out in YAML or in the text is taken out like a pasted one."""
    write(NEWS, 'place: "Sla\\x07wi"', body="Halo\n&#7;dunia &#x1F; &#169; &#147;\n")
    article = only(folder)
    assert article.place == "Slawi"
    assert article.body == "Halo\ndunia  &#169; “\n"
    assert [(level, line) for level, line, _ in findings(folder)] == [("advice", 5), ("advice", 8)]


def test_lost_character(folder: Path, write: Write) -> None:
    """A character that an earlier program lost is named."""
    write(NEWS, body="satu\nruang \ufffd")
    assert findings(folder) == [("advice", 7, "A character was lost here and is shown as “\ufffd”; write it again.")]


def jpeg(path: Path) -> None:
    Image.new("RGB", (2, 2)).save(path, "JPEG")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tidak.png", "There is no file “tidak.png”; check the name."),
        ("Gambar.PNG", "There is no file “Gambar.PNG”; did you mean “gambar.png”? Upper and lower case count."),
        ("gambar.pmg", "There is no file “gambar.pmg”; did you mean “gambar.png”? Upper and lower case count."),
        (
            "../../../etc/passwd",
            "“../../../etc/passwd” lies outside the content folder; copy the file beside the article.",
        ),
        ("C:/foto.png", "“C:/foto.png” lies outside the content folder; copy the file beside the article."),
        ("luar.png", "“luar.png” lies outside the content folder; copy the file beside the article."),
        (".", "There is no file “.”; check the name."),
        ("/", "“/” lies outside the content folder; copy the file beside the article."),
        ("kosong.png", "“berita/2026/kosong.png” is no picture that can be used; save it as JPEG or PNG."),
        ("teks.png", "“berita/2026/teks.png” is no picture that can be used; save it as JPEG or PNG."),
        ("besar.png", "The picture “berita/2026/besar.png” has too many pixels; make it smaller."),
        ("x" * 300, f"There is no file “{'x' * 300}”; check the name."),
    ],
)
def test_bad_picture(
    folder: Path, write: Write, tmp_path_factory: pytest.TempPathFactory, name: str, text: str
) -> None:
    """A picture that is missing, no picture or outside the folder leaves the article out, in words and with its line."""
    here = folder / "berita/2026"
    (here / "kosong.png").touch()
    (here / "teks.png").write_text("bukan gambar", encoding="utf-8")
    data = bytearray((here / "gambar.png").read_bytes())
    data[16:24] = (60_000).to_bytes(4) * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4)
    (here / "besar.png").write_bytes(data)
    outside = tmp_path_factory.mktemp("luar") / "luar.png"
    jpeg(outside)
    (here / "luar.png").symlink_to(outside)
    write(NEWS, f"image: {name}", "image_alt: x")
    assert findings(folder) == [("error", 5, text)]
    write(NEWS, body=f"Satu.\n\n![x](<{name}>)\n")
    assert findings(folder) == [("error", 8, text)]


@pytest.mark.parametrize(
    "name", ["gambar.png", "/berita/2026/gambar.png", "../2026/gambar.png", "..\\2026\\gambar.png", "./gambar.png"]
)
def test_ways_to_name_a_picture(folder: Path, write: Write, name: str) -> None:
    """Relative to the file or from the content folder, with Windows' backslash too."""
    write(NEWS, f"image: {name}", "image_alt: x")
    picture = only(folder).picture
    assert picture is not None
    assert picture.path == "berita/2026/gambar.png"


def test_pictures_in_the_text(folder: Path, write: Write) -> None:
    """Pictures of the text are checked as Markdown, by name and as HTML; those in code are none."""
    jpeg(folder / "berita/2026/foto (1).jpg")
    write(
        NEWS,
        body="\n".join(
            [
                "![a](gambar.png) ![b](gambar.png 'judul') ![c]({static}/berita/2026/gambar.png)",
                "![d](<foto (1).jpg>) ![e](foto%20(1).jpg) ![f][g]",
                "`![x](tidak.png)` <!-- ![x](tidak.png) -->",
                "```",
                "![x](tidak.png)",
                "```",
                "![](gambar.png) <img alt='' src=\"gambar.png\">",
                "![h](https://lain.example/a.png)",
                "![i](hilang.png) <img src=hilang.png alt=x>",
                "![j][k]",
                "",
                "[g]: gambar.png",
                "[k]: hilang.png",
            ]
        ),
    )
    gone = "There is no file “hilang.png”; check the name."
    blind = "This picture has no text for blind readers; say what it shows: ![it shows …](picture.jpg)."
    assert findings(folder) == [
        ("advice", 12, blind),
        ("advice", 12, blind),
        ("advice", 13, "This picture is fetched from another site; copy it beside the article."),
        ("error", 14, gone),
        ("error", 14, gone),
        ("error", 15, gone),
    ]


def test_service(folder: Path) -> None:
    """Every field of a service; what is not known stays open."""
    (folder / "layanan/nikah.md").write_text(
        "---\nid: nikah\nname: Layanan nikah\naliases: [Binwin-Smart, Bimwin Smart]\nkind: Orisinal\ninnovation: yes\nonline: tidak\nowner: Seksi Bimas Islam\naudience: calon pengantin\nstatus: dialihkan\nsince: 2024-07-15\nuntil: 2026\nmoved_to: Kementerian lain\nrequirements: [KTP, Surat pengantar]\ncost: 0\nduration: 1 hari\nhours: 08:00-15:00\nplace: Slawi\nlink: https://tegal.example/nikah\ncomplaint: https://www.lapor.go.id\nlegal_basis: PMA 65/2016\nlke: A.1.VI.ii.f, A.2.VI.i.a\nbenefit: {before: '3,87 %', after: '80 %', source: s, date: 2025}\nreplicated_by: [KUA Adiwerna]\nsummary: Untuk pengantin.\nupdated: 2026-11-01\n---\nIsi.\n",
        encoding="utf-8",
    )
    found = content.read(folder, ZONE)
    assert [f for f in found.findings if f.rule != "empty"] == []
    assert found.services == (
        Service(
            id="nikah",
            name="Layanan nikah",
            path="layanan/nikah.md",
            body="Isi.\n",
            aliases=("Binwin-Smart", "Bimwin Smart"),
            kind="orisinal",
            innovation=True,
            online=False,
            owner="Seksi Bimas Islam",
            audience="calon pengantin",
            status="dialihkan",
            since="2024-07-15",
            until="2026",
            moved_to="Kementerian lain",
            requirements=("KTP", "Surat pengantar"),
            cost="0",
            duration="1 hari",
            hours="08:00-15:00",
            place="Slawi",
            link="https://tegal.example/nikah",
            complaint="https://www.lapor.go.id",
            legal_basis=("PMA 65/2016",),
            lke=("A.1.VI.ii.f", "A.2.VI.i.a"),
            benefit=Benefit("3,87 %", "80 %", "s", "2025"),
            replicated_by=("KUA Adiwerna",),
            summary="Untuk pengantin.",
            updated=datetime(2026, 11, 1, tzinfo=ZONE),
        ),
        Service(id="ptsp", name="PTSP", path="layanan/ptsp.md", body=""),
    )


@pytest.mark.parametrize(
    ("name", "head", "finding"),
    [
        ("a.md", "id: a", ("error", 1, "The field “name” is missing; write it.")),
        ("a.md", "id: b\nname: x", ("error", 2, "The file of the service “b” must be called b.md; rename the file, not the id.")),
        ("A.md", "name: x", ("error", 0, "The id of a service, “A”, may only hold a–z, 0–9 and dashes; so must the file's name.")),
        ("lain/ptsp.md", "name: x", ("error", 0, "The service “ptsp” is described in layanan/lain/ptsp.md already; keep one of the two files.")),
        ("a.md", "name: x\nstatus: aktip", ("error", 3, "“status” cannot be “aktip”; did you mean “aktif”? Known are: aktif, dialihkan, berhenti.")),
        ("a.md", "name: x\nkind: baru", ("advice", 3, "“kind” cannot be “baru” and counts as not known; known are: orisinal, adaptasi, replikasi, arahan pusat.")),
        ("a.md", "name: x\nonline: mungkin", ("advice", 3, "“online” cannot be “mungkin” and counts as not known; known are: yes, no, unknown.")),
        ("a.md", "name: x\nlink: javascript:alert(1)", ("advice", 3, "“javascript:alert(1)” is no web address and was ignored; write https://…")),
        ("a.md", "name: x\nbenefit: {aftr: 3}", ("advice", 3, "There is no field “benefit: aftr”; it was ignored.")),
    ],
)  # fmt: skip  # a table
def test_bad_service(folder: Path, name: str, head: str, finding: tuple[str, int, str]) -> None:
    """A service's file is called like its id, and its words are the register's words."""
    file = folder / "layanan" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"---\n{head}\n---\n", encoding="utf-8")
    assert findings(folder) == [finding]


def test_pages(folder: Path) -> None:
    """A page takes its slug from its file; two pages never share one address, nor take the site's own."""
    for name, head in {
        "tentang.md": "title: Tentang kami\ntemplate: tentang\nsummary: Siapa kami",
        "kontak.md": "title: Kontak\nslug: tentang",
        "arsip.md": "title: Arsip",
        "kosong.md": "slug: kosong",
    }.items():
        (folder / "halaman" / name).write_text(f"---\n{head}\n---\nIsi.\n", encoding="utf-8")
    found = content.read(folder, ZONE)
    assert [p.path for p in found.pages] == ["halaman/kontak.md"]
    assert [(f.path, f.line, str(f.message)) for f in found.findings if f.rule != "empty"] == [
        ("halaman/arsip.md", 1, "The address /arsip/ belongs to the site itself; give the page another slug."),
        ("halaman/kosong.md", 1, "The field “title” is missing; write it."),
        ("halaman/tentang.md", 0, "The slug “tentang” belongs to halaman/kontak.md already; give this one another."),
    ]
    (folder / "halaman/kontak.md").unlink()
    page = Page(
        title="Tentang kami",
        slug="tentang",
        path="halaman/tentang.md",
        body="Isi.\n",
        summary="Siapa kami",
        template="tentang",
    )
    assert content.read(folder, ZONE).pages == (page,)


def test_order(folder: Path, write: Write) -> None:
    """Newest first, equal dates by path, whatever order the disk has."""
    for name, date in (("c", "2026-01-01"), ("b", "2026-01-02"), ("a", "2026-01-01")):
        write(f"berita/2026/{name}.md", f"title: {name}", f"date: {date}")
    assert [a.title for a in content.read(folder, ZONE).articles] == ["b", "a", "c"]


def test_copied_file(folder: Path, write: Write) -> None:
    """Of two files with one id the one of the last manifest stays, and the copy is told what to do."""
    old = write("berita/2026/lama.md", "id: a1", "title: Lama", "date: 2026-05-01")
    copy = write("berita/2026/baru.md", "id: A1", "title: Baru", "date: 2026-01-01")
    found = content.read(folder, ZONE, keep={"a1": old})
    assert [a.path for a in found.articles] == [old]
    assert found.unreadable == (copy,)
    assert [(f.path, f.line, str(f.message)) for f in found.findings] == [
        (
            copy,
            2,
            f"This file has the id of {old}, as a copy has; remove the line “id: …” here and run `kentongan check --fix`.",
        )
    ]
    assert [a.path for a in content.read(folder, ZONE).articles] == [copy], "without a manifest the older stays"


def test_copy_never_takes_the_place_of_a_broken_original(folder: Path, write: Write) -> None:
    """When the file that owns an id cannot be read, its copy does not become the article."""
    old = write("berita/2026/lama.md", "id: a1", "status: ???")
    write("berita/2026/baru.md", "id: a1")
    found = content.read(folder, ZONE, keep={"a1": old})
    assert found.articles == ()
    assert found.unreadable == ("berita/2026/baru.md", old)


def test_moved_file_keeps_its_id(folder: Path, write: Write) -> None:
    """A file moved to another folder is the same article."""
    new = write("berita/2025/baru.md", "id: a1")
    assert [a.path for a in content.read(folder, ZONE, keep={"a1": "berita/2026/lama.md"}).articles] == [new]


def test_one_slug_twice(folder: Path, write: Write) -> None:
    """Two articles never share an address: the manifest's stays, a draft yields, then the older stays."""
    one = write("berita/2026/satu.md", "id: a1", "date: 2026-02-01")
    two = write("berita/2026/dua.md", "id: a2", "date: 2026-01-01")
    assert [a.path for a in content.read(folder, ZONE).articles] == [two]
    assert [a.path for a in content.read(folder, ZONE, keep={"a1": one}).articles] == [one]
    assert findings(folder, keep={"a1": one}) == [
        ("error", 2, f"The slug “judul-berita” belongs to {one} already; give this one another.")
    ]
    write(two, "id: a2", "date: 2026-01-01", "status: draft")
    assert [a.path for a in content.read(folder, ZONE).articles] == [one]
    write(two, "id: a2", "lang: en", "translation_of: a1")
    assert len(content.read(folder, ZONE).articles) == 2, "slugs are unique per language"


def test_translation_in_the_same_language(folder: Path, write: Write) -> None:
    """A translation names its language."""
    write(NEWS, "id: a1")
    write("berita/2026/b.md", "id: a2", "slug: b", "translation_of: a1")
    assert findings(folder) == [("advice", 6, "This translation has the language of its original (id); set “lang”.")]


def test_former_addresses_lead_to_one_article(folder: Path, write: Write) -> None:
    """An old address leads to the first article that names it."""
    write("berita/2026/a.md", "id: a1", "slug: a", "former: [lama]")
    write("berita/2026/b.md", "id: a2", "slug: b", "former: [/berita/lama/, lain]")
    found = content.read(folder, ZONE)
    assert sorted(f for a in found.articles for f in a.former) == ["lain", "lama"]
    assert [(f.path, str(f.message)) for f in found.findings] == [
        ("berita/2026/b.md", "The old address “/berita/lama/” leads to berita/2026/a.md already; it was ignored.")
    ]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("lama", "en/berita/lama/"),
        ("/lama", "lama/"),
        ("/berita/2021/lama/", "berita/2021/lama/"),
        ("2021/lama.html", "2021/lama.html"),
        ("", ""),
        ("/", ""),
        ("a/../b", ""),
        ("feeds/rss.xml", ""),
        ("theme/x.css", ""),
        ("https://x.example/a", ""),
        ("a b", ""),
        ("a?b=1", ""),
    ],
)
def test_former_path(given: str, path: str) -> None:
    """An old slug stands where the article's page would; an old path keeps its name and stays inside."""
    article = Article(id="a", title="a", date=NOW, slug="a", path=NEWS, body="", lang="en")
    assert content.former_path(article, given) == path


def test_files_that_are_not_read(folder: Path, write: Write) -> None:
    """Hidden files, backups of editors and other files are passed over; a lost one is named."""
    write()
    for name in (
        "berita/.a.md", "berita/.git/a.md", "berita/a.md~", "berita/~$a.md", "berita/a.md.swp", "berita/a.tmp",
        "berita/#a.md#", "berita/a.docx", "data/catatan.md",
    ):  # fmt: skip  # a list of names
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")
    (folder / "berita/folder.md").mkdir()
    assert findings(folder) == []
    (folder / "README.md").write_text("x", encoding="utf-8")
    (folder / "berita/b.md.txt").write_text("x", encoding="utf-8")
    (folder / "berita/bel\x07.md").write_text("x", encoding="utf-8")
    assert [(f.level, f.path, str(f.message)) for f in content.read(folder, ZONE).findings] == [
        (
            "advice",
            "README.md",
            "This file is not read; news belong into berita/, services into layanan/, pages into halaman/.",
        ),
        ("advice", "berita/b.md.txt", "This file is not read; its name must end in “.md”."),
        ("error", "berita/bel?.md", "The file's name holds characters that cannot be shown; rename it."),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_not_utf8(folder: Path) -> None:
    """A file name in another encoding is reported in characters that can be printed."""
    with open(os.fsencode(folder) + b"/berita/kaf\xe9.md", "wb"):  # noqa: PTH123 (Path takes no bytes)
        pass
    (finding,) = (f for f in content.read(folder, ZONE).findings if f.rule == "place")
    assert finding.path == "berita/kaf?.md"


def test_names_that_windows_takes_for_one(folder: Path, write: Write) -> None:
    """Two names that differ in case only are one file on Windows."""
    write("berita/2026/a.md", "title: satu")
    write("berita/2026/A.md", "title: dua")
    assert findings(folder) == [
        (
            "advice",
            0,
            "The name differs from berita/2026/A.md in upper and lower case only; Windows keeps one of them: rename it.",
        )
    ]


def test_empty_and_missing_folder(tmp_path: Path) -> None:
    """A content folder without articles is an error in words; an empty or a missing one stops the command."""
    with pytest.raises(ContentFault, match="There is no article"):
        content.read(tmp_path, ZONE)
    (tmp_path / "berita").mkdir()
    assert [(f.level, str(f.message)) for f in content.read(tmp_path, ZONE).findings] == [
        ("error", "There is no article in the content folder; write one with `kentongan new`.")
    ]
    with pytest.raises(UsageFault, match="There is no content folder"):
        content.read(tmp_path / "nowhere", ZONE)


def test_closed_file(folder: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may not be read is left out."""

    def refuse(path: Path) -> bytes:
        if path.name == "berita.md":
            raise PermissionError(13, "Permission denied", str(path))
        return b"---\nname: PTSP\n---\n"

    write()
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert findings(folder) == [("error", 0, "The file cannot be read: Permission denied")]


def test_dangling_link(folder: Path) -> None:
    """A file that is gone while it is read is left out, not a crash."""
    (folder / NEWS).symlink_to("nowhere.md")
    assert findings(folder) == [("error", 0, "The file cannot be read: No such file or directory")]


def test_every_file_is_opened_once(folder: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the folder opens each text once: reading 10,000 files is most of a small build."""
    write()
    opened: list[str] = []
    real = Path.read_bytes

    def count(path: Path) -> bytes:
        opened.append(path.name)
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", count)
    content.read(folder, ZONE)
    assert sorted(opened) == ["berita.md", "ptsp.md"]


def test_imports_nothing_slow() -> None:
    """Importing the reader loads neither pydantic nor Pillow, nor anything of the wire or the ledger."""
    code = "import sys, publisher.content; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"pydantic", "PIL", "requests", "sqlalchemy", "pelican", "tweepy"} & set(done.stdout.split())


def record(**fields: object) -> Record:
    known = {"id": "a1", "page": "berita/lama/", "slug": "", **fields}
    known.pop("slug")
    return Record(
        revision="r", path=NEWS, url="u", title="t", summary="", status="published", public=True, date="d", due="d",
        **known,  # type: ignore[arg-type]  # the tests name the fields
    )  # fmt: skip  # one call


def test_moved(folder: Path, write: Write) -> None:
    """A changed slug without its old one in ``former`` is an error at the slug's line."""
    last = Manifest(site="s", title="t", records=(record(),))
    write(NEWS, "id: a1", "slug: baru")
    assert [(f.level, f.line, str(f.message)) for f in content.moved(content.read(folder, ZONE), last)] == [
        (
            "error",
            5,
            "The address changed from /berita/lama/ to /berita/baru/; add the line “former: [lama]” or put the old slug back.",
        )
    ]
    for mended in (("slug: lama",), ("slug: baru", "former: lama"), ("slug: baru", "former: [/berita/lama/]")):
        write(NEWS, "id: a1", *mended)
        assert content.moved(content.read(folder, ZONE), last) == ()


def test_moved_without_a_slug(folder: Path, write: Write) -> None:
    """A corrected title moves the address too when no slug is written down; another language does as well."""
    last = Manifest(site="s", title="t", records=(record(),))
    write(NEWS, "id: a1", "title: Baru")
    assert [f.line for f in content.moved(content.read(folder, ZONE), last)] == [4]
    write(NEWS, "id: a1", "slug: lama", "lang: en")
    (finding,) = content.moved(content.read(folder, ZONE), last)
    assert "“former: [/berita/lama/]”" in str(finding.message)
    write(NEWS, "id: a1", "slug: lama", "lang: en", "former: [/berita/lama/]")
    assert content.moved(content.read(folder, ZONE), last) == ()


def test_open_fields(folder: Path, write: Write) -> None:
    """What is missing stays an open field that check reports, one finding a file; drafts may be empty."""
    write(NEWS, "summary: s", "category: c", "authors: a", "source: s")
    write("berita/2026/draf.md", "title: draf", "status: draft")
    assert [(f.level, f.path, str(f.message)) for f in content.open_fields(content.read(folder, ZONE))] == [
        ("advice", NEWS, "Not filled in yet: editor, place."),
        (
            "advice",
            "layanan/ptsp.md",
            "Not filled in yet: kind, owner, audience, since, requirements, cost, duration, hours, place, link, complaint, legal_basis, lke, summary, updated, innovation, online, benefit.",
        ),
    ]


def without_id(folder: Path, data: bytes) -> Path:
    path = folder / NEWS
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_fix_ids_writes_one_line(folder: Path, bom: bytes, end: bytes) -> None:
    """The id is one line below the opening dashes; every other byte stays, mark and line ends included."""
    rest = end.join([b"title:  Judul ", b"date: 2026-11-24", b"---", b"", b"Isi  ", b"\xc2\xa0akhir"])
    path = without_id(folder, bom + b"---" + end + rest)
    path.chmod(0o640)
    assert content.fix_ids(folder, ZONE) == (NEWS,)
    now = path.read_bytes()
    assert re.fullmatch(re.escape(bom + b"---" + end) + rb"id: 20261124-[a-z2-7]{5}" + re.escape(end + rest), now)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert content.fix_ids(folder, ZONE) == (), "an id is minted once"
    assert path.read_bytes() == now
    assert only(folder).id.startswith("20261124-")
    assert sorted(p.name for p in path.parent.iterdir()) == ["berita.md", "gambar.png"]


def test_fix_ids_fills_an_empty_field(folder: Path) -> None:
    """An empty id is completed where it stands, its comment stays."""
    path = without_id(folder, b"---\ntitle: J\nid:   # nomor\ndate: 2026-11-24\n---\nx\n")
    assert content.fix_ids(folder, ZONE) == (NEWS,)
    assert re.fullmatch(
        rb"---\ntitle: J\nid: 20261124-[a-z2-7]{5}   # nomor\ndate: 2026-11-24\n---\nx\n", path.read_bytes()
    )
    assert only(folder).id.startswith("20261124-")


@pytest.mark.parametrize(
    "data",
    [
        b"---\ntitle: a: b\ndate: 2026-11-24\n---\n",
        b"---\ntitle: x\n---\n",
        b"---\ntitle: x\ndate: besok\n---\n",
        b"---\nid: [a]\ntitle: x\ndate: 2026-11-24\n---\n",
        b"---\ntitle: x\ntitle: y\ndate: 2026-11-24\n---\n",
        b"\xff\xfe-\x00",
        b"",
    ],
)
def test_fix_ids_leaves_broken_files_alone(folder: Path, data: bytes) -> None:
    """A file that cannot be read surely is not written to."""
    path = without_id(folder, data)
    assert content.fix_ids(folder, ZONE) == ()
    assert path.read_bytes() == data


def test_fix_ids_on_a_full_or_closed_disk(folder: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cannot be written is named, the old one stays whole and nothing lies about."""
    path = folder / write(NEWS, drop=("id",))
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MachineFault, match="No space left on device"):
        content.fix_ids(folder, ZONE)
    assert path.read_bytes() == before
    assert sorted(p.name for p in path.parent.iterdir()) == ["berita.md", "gambar.png"]


def test_mint_id() -> None:
    """An id is the day and five letters by chance, and chance can be given."""
    assert re.fullmatch(r"20261124-[a-z2-7]{5}", content.mint_id(NOW))
    assert content.mint_id(NOW, chance=lambda letters: letters[-1]) == "20261124-77777"
    assert content.mint_id(NOW) != content.mint_id(NOW)


def test_new_article(folder: Path) -> None:
    """A new file is a draft that can be read at once, with every field explained in Indonesian."""
    path = content.new_article(folder, 'Urus "Nikah": dari Rumah #1', NOW, author="Siti Aminah, S.Ag.")
    assert path == folder / "berita/2026/urus-nikah-dari-rumah-1.md"
    article = only(folder)
    assert article.title == 'Urus "Nikah": dari Rumah #1'
    assert (article.status, article.date, article.slug) == (Status.DRAFT, NOW, "urus-nikah-dari-rumah-1")
    assert article.authors == ("Siti Aminah, S.Ag.",)
    assert re.fullmatch(r"20261124-[a-z2-7]{5}", article.id)
    assert content.read(folder, ZONE).findings == ()
    assert b"\r" not in path.read_bytes()


def test_new_article_never_overwrites(folder: Path) -> None:
    """The same title again, even from another year, gets the next free name and address."""
    (folder / "berita/2025").mkdir()
    (folder / "berita/2025/Judul.md").write_text("lama", encoding="utf-8")
    assert content.new_article(folder, "Judul", NOW).name == "judul-2.md"
    assert content.new_article(folder, "Judul", NOW).name == "judul-3.md"
    assert {a.slug for a in content.read(folder, ZONE).articles} == {"judul-2", "judul-3"}


def test_new_article_with_odd_titles(folder: Path) -> None:
    """A title without Latin letters takes the id for its address; one without words is refused."""
    content.new_article(folder, "السلام عليكم", NOW)
    assert only(folder).title == "السلام عليكم"
    assert re.fullmatch(r"20261124-[a-z2-7]{5}", only(folder).slug)
    with pytest.raises(ContentFault, match="The title is empty"):
        content.new_article(folder, " \x07 ", NOW)


def test_new_article_in_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A place that cannot be written to is a fault of the machine, in words."""
    (tmp_path / "berita").write_text("no folder", encoding="utf-8")
    with pytest.raises(MachineFault, match="The file cannot be written"):
        content.new_article(tmp_path, "Judul", NOW)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Urus Nikah, dari Rumah!", "urus-nikah-dari-rumah"),
        ("Jum’at & Qur'an", "jumat-quran"),
        ("Café Ṣalāt – 3,87 %", "cafe-salat-3-87"),
        ("السلام", ""),
        ("CON", "con-1"),
        ("a" * 200, "a" * 80),
        ("kata " * 40, "-".join(["kata"] * 16)),
    ],
)
def test_slugify(text: str, slug: str) -> None:
    """ASCII, lower case, dashes, whole words, never a name that Windows keeps for itself."""
    assert content.slugify(text) == slug


HOSTILE = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LINE = st.one_of(
    st.builds("{}: {}".format, st.sampled_from((*FIELDS, "x")), st.text(max_size=30)),
    st.builds("{}: {}".format, st.sampled_from(FIELDS), st.sampled_from(
        ["[a, {b: c}]", "{a: [b]}", "&x [*x]", "!!binary aGk=", "!x y", "|\n  a\n", "'", "2026-11-24", "~", "- a", "? a", "\"\\ud800\\0\""])),
    st.text(max_size=30),
)  # fmt: skip  # a table


@HOSTILE
@given(st.binary(max_size=300))
def test_any_bytes(folder: Path, data: bytes) -> None:
    """No bytes stop the run: an article or an error, never an exception."""
    entry, found = content.parse(data, NEWS, folder, ZONE)
    assert entry is not None or any(f.level == "error" for f in found)


@HOSTILE
@given(st.lists(LINE, max_size=8), st.text(max_size=100), st.sampled_from([NEWS, "layanan/a.md", "halaman/a.md"]))
def test_any_front_matter(folder: Path, lines: list[str], body: str, path: str) -> None:
    """No fields stop the run, every line named lies in the file, and what comes out can stand in XML."""
    text = "\n".join(["---", "id: a", "name: n", "title: t", "date: 2026-11-24", *lines, "---", body])
    data = text.encode("utf-8", "surrogatepass")
    entry, found = content.parse(data, path, folder, ZONE)
    assert entry is not None or any(f.level == "error" for f in found)
    last = len(re.split(r"\r\n|\r|\n", text))
    assert all(0 <= f.line <= last for f in found)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]", repr_of(entry))


def repr_of(entry: object) -> str:
    """All texts of a value in a row."""
    if isinstance(entry, Article):
        texts = (entry.title, entry.body, entry.summary, *entry.tags, *entry.authors, *dict(entry.posts).values())
    elif isinstance(entry, Page | Service):
        texts = (entry.body, entry.summary)
    else:
        texts = ()
    return " ".join(texts)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
PHRASE = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)


@HOSTILE
@given(PHRASE, PHRASE, st.lists(PHRASE, max_size=4, unique=True), st.dictionaries(WORDS, PHRASE, max_size=3))
def test_round_trip(folder: Path, title: str, summary: str, authors: list[str], posts: dict[str, str]) -> None:
    """What a YAML writer writes is what is read, whatever the signs in it."""
    fields = {"id": "a1", "title": title, "date": "2026-11-24", "summary": summary, "authors": authors, "posts": posts}
    data = f"---\n{yaml.safe_dump(fields, allow_unicode=True)}---\nx\n".encode()
    entry, found = content.parse(data, NEWS, folder, ZONE)
    assert isinstance(entry, Article), found
    assert (entry.title, entry.summary, entry.authors) == (title, summary, tuple(authors))
    assert dict(entry.posts) == posts


@HOSTILE
@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2099, 1, 1), timezones=st.just(ZONE)),  # noqa: DTZ001 (bounds carry no zone)
    st.integers(-12 * 60, 14 * 60),
)
def test_any_zone(moment: datetime, minutes: int) -> None:
    """A time written in any zone is the same moment."""
    moment = moment.replace(microsecond=0)
    there = moment.astimezone(timezone(timedelta(minutes=minutes)))
    assert parse_time(there.isoformat(" "), ZONE) == moment


@HOSTILE
@given(st.text(max_size=60), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_fix_ids_changes_nothing_else(folder: Path, body: str, end: str, bom: bool) -> None:
    """Taking the new line out again gives the old bytes back."""
    text = end.join(["---", "title: Judul", "date: 2026-11-24", "---", body])
    data = (b"\xef\xbb\xbf" if bom else b"") + text.encode()
    path = without_id(folder, data)
    assert content.fix_ids(folder, ZONE) == (NEWS,)
    now = path.read_bytes()
    line = re.search(rb"id: [^\r\n]+(?:\r\n|\n)", now)
    assert line is not None
    assert now[: line.start()] + now[line.end() :] == data


def test_values_are_frozen(folder: Path, write: Write) -> None:
    """What is read cannot be changed under the feet of another part; a copy can differ."""
    write()
    article = only(folder)
    with pytest.raises(AttributeError):
        article.title = "x"  # type: ignore[misc]  # the point of the test
    assert replace(article, html="<p>") != article


def test_a_quick_look_misses_no_junk() -> None:
    """Text of printable characters is not searched; what must go is found in it all the same."""
    found = [c for c in map(chr, range(0x110000)) if JUNK.match(c)]
    assert len(found) > 2_000
    assert all((first := junk(f"a\n{c}b")) and first.group() == c for c in found)
    assert junk("Rp10.000 – “gratis”\n") is None
