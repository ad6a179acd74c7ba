"""`kentongan card`: all sizes of one article, or of a month, drafts too; nothing else is touched."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from publisher import cli
from publisher.article import CARD_SIZES


def sizes(files: list[str]) -> list[tuple[int, int]]:
    found = []
    for file in files:
        with Image.open(file) as image:
            found.append(image.size)
    return found


def test_a_draft_is_shown_in_every_size(small: Any, write_article: Callable[..., str]) -> None:
    """The four cards and their page are in the state folder, and the site and everything else stay as they are."""
    draft = small.write("content/berita/2026/draf.md", write_article("draf", more="status: draft\n", title="Draf Baru"))
    before = small.digest(".kentongan")
    done = small.run("card", "content/berita/2026/draf.md")
    assert done.returncode == 0, done.stderr
    *files, last = done.stdout.splitlines()
    assert sizes([str(small.folder / f) for f in files]) == list(CARD_SIZES.values())
    assert last.startswith("All cards on one page: ")
    page = (small.folder / last.removeprefix("All cards on one page: ")).read_text(encoding="utf-8")
    assert "Draf Baru" in page
    assert 'class="state">draft<' in page
    assert all(Path(f).name in page for f in files)
    assert small.digest(".kentongan") == before
    assert not (small.folder / "output").exists()
    again = small.json("card", str(draft))
    assert [Path(f).name for f in again["files"]] == [Path(f).name for f in files]


def test_the_build_takes_the_same_cards(clone: Any) -> None:
    """What the editor has seen is what goes out, photo included."""
    shown = clone.json("card", "content/berita/2026/tiga-s-di-meja-depan.md")
    assert clone.run("build").returncode in (0, 3)
    (built,) = (clone.folder / "output" / "cards").glob(f"{Path(shown['page']).parent.name}.jpg")
    assert built.read_bytes() == Path(shown["files"][0]).read_bytes()


def test_a_month_on_one_page(small: Any, write_article: Callable[..., str]) -> None:
    """Without a file: the page of a month, newest first; an article whose card fails is named there and in the exit
    code, the others are there."""
    other = write_article("lama", title="Berita Lama").replace("2026-11-20 08:00", "2026-10-02 08:00")
    small.write("content/berita/2026/lama.md", other)
    small.write("content/berita/2026/aksara.md", write_article("aksara", title="Kota 北"))
    october = small.json("card", "--month", "2026-10")
    assert len(october["files"]) == len(CARD_SIZES)
    assert Path(october["page"]) == small.folder / ".kentongan" / "kartu" / "index.html"
    done = small.run("card", "--month", "2026-11")
    assert done.returncode == 3
    assert "北" in done.stdout
    page = Path(october["page"]).read_text(encoding="utf-8")
    assert "Berita Satu" in page
    assert "Kota 北" in page
    assert "Berita Lama" not in page
    assert not list((small.folder / ".kentongan" / "kartu").glob("*/lama-*.jpg"))


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["README.md"], 2, "is no article of"),
        (["content/berita/2026/tiada.md"], 2, "is no article of"),
        (["--month", "2026-13"], 2, "is no month"),
        (["--month", "nov"], 2, "is no month"),
        (["content/berita/2026/satu.md", "--month", "2026-11"], 2, "not both"),
        (["content/berita/2026/rusak.md"], 1, "rusak.md"),
        (["content/berita/2026/aksara.md"], 1, "北"),
    ],
)
def test_what_cannot_be_shown_is_said(
    small: Any, write_article: Callable[..., str], arguments: list[str], code: int, says: str
) -> None:
    """One message and the exit code of its kind."""
    small.write("content/berita/2026/rusak.md", "---\ntitle: [\n---\n\nIsi.\n")
    small.write("content/berita/2026/aksara.md", write_article("aksara", title="Kota 北"))
    done = small.run("card", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_logo_that_cannot_be_used_is_said(small: Any) -> None:
    """Who asks for cards is told why the logo is not on them."""
    small.edit("office.toml", 'language = "id"', 'language = "id"\nlogo = "lambang.png"')
    done = small.run("card", "content/berita/2026/satu.md")
    assert done.returncode == 2
    assert "office.toml" in done.stderr
    assert "lambang.png" in done.stderr


@pytest.mark.parametrize("works", [True, False])
def test_open_shows_the_page_in_the_browser(
    small: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], works: bool
) -> None:
    """--open gives the page to the browser; where there is none, its path is said."""
    opened: list[str] = []

    def browse(address: str) -> bool:
        opened.append(address)
        return works

    monkeypatch.setattr("webbrowser.open", browse)
    monkeypatch.chdir(small.folder)
    monkeypatch.setenv("KENTONGAN_LANG", "en")
    monkeypatch.setattr(sys, "argv", ["kentongan", "card", "content/berita/2026/satu.md", "--open"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 0
    (address,) = opened
    assert address.startswith("file://")
    assert address.endswith("/index.html")
    assert ("No browser could be started" in capsys.readouterr().err) is not works
