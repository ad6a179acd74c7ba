"""The real command on the real content, killed and run again: never lost, never doubled."""

from __future__ import annotations

import signal
import socket
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.run import clones as here

# Where a run dies, in the order in which it comes by.
KILLS = (
    ("plugins.run:build", "before", 1),
    ("publisher.build.journal:_write", "after", 1),
    ("publisher.build.journal:_replace", "after", 1),  # the whole site, for it is the first
    ("publisher.deploy.local:Folder.write", "after", 9),
    ("publisher.deploy:_remember", "before", 1),
    ("publisher.ledger.store:Ledger.plan", "before", 1),
    ("publisher.ledger.store:Ledger.plan", "after", 1),
    ("publisher.ledger.store:Ledger.begin", "after", 2),
    ("publisher.channels.noticeboard:Channel.send", "after", 1),
    ("publisher.ledger.store:Ledger.intend", "after", 2),
    ("publisher.ledger.store:Ledger.deliver", "before", 3),
    ("publisher.ledger.store:Ledger.deliver", "after", 2),
    ("publisher.channels.mastodon:Channel.prepare", "after", 1),
    ("publisher.channels.mastodon:Channel.send", "before", 1),
    ("publisher.channels.mastodon:Channel.send", "after", 1),
    ("publisher.channels.x:Channel.send", "before", 1),
    ("publisher.channels.x:Channel.send", "after", 1),
    ("publisher.outreach.syndication:write", "before", 1),
)


def switch_on(clone: Any, mastodon: str, x: str) -> None:
    clone.secrets = here.SECRETS
    clone.edit(
        "office.toml",
        '[channels.mastodon]\non = false\nserver = "https://mastodon.example"',
        f'[channels.mastodon]\non = true\nsince = 2021-01-01\ncharacters = 400\nserver = "{mastodon}"',
    )
    clone.edit(
        "office.toml", "[channels.x]\non = false", f'[channels.x]\non = true\nsince = 2021-01-01\nserver = "{x}"'
    )


def test_publish_out_of_the_box(clone: Any) -> None:
    """`kentongan publish` in a fresh clone posts every article to the notice board, and the second run finds
    nothing new."""
    first = clone.run("publish")
    assert first.returncode == 0, first.stdout + first.stderr
    articles = [p for p in (clone.folder / "content" / "berita").rglob("*.md") if "translation_of" not in p.read_text()]
    assert len(articles) >= 10
    assert len(clone.noticeboard()) == len(articles)
    receipts = clone.json("receipts")
    assert Counter(r["state"] for r in receipts) == {"sent": len(articles)}
    assert all(Path(r["url"].removeprefix("file://")).is_file() for r in receipts)
    before = clone.digest(".kentongan", ".output")
    second = clone.run("publish")
    assert second.returncode == 0, second.stderr
    assert "Nothing new to send." in second.stdout
    assert "Deployed: nothing to send." in second.stdout
    assert clone.digest(".kentongan", ".output") == before
    assert len(clone.noticeboard()) == len(articles)


@pytest.mark.full
def test_killed_at_every_state(clone: Any, peers: tuple[str, str]) -> None:
    """SIGKILL at each state once, on three channels; then every article is on each of them once."""
    mastodon, x = peers
    switch_on(clone, mastodon, x)
    died = []
    for kill in KILLS:
        done = clone.run("publish", "--yes", kill=kill)
        assert done.returncode in (-signal.SIGKILL, 0, 3), (kill, done.stdout, done.stderr)
        died.append(done.returncode == -signal.SIGKILL)
    assert all(died), [k for k, d in zip(KILLS, died, strict=True) if not d]
    last = clone.run("publish", "--yes", kill=("none:none", "after", 0))
    assert last.returncode == 0, last.stdout + last.stderr
    assert clone.json("status") == []
    wanted = {r["article"] for r in clone.json("receipts", "--channel", "noticeboard")}
    assert len(wanted) >= 10
    assert Counter(r["state"] for r in clone.json("receipts")) == {"sent": 3 * len(wanted)}
    assert len(clone.noticeboard()) == len(wanted)
    texts = here.toots(mastodon)
    tweets = [p["text"] for p in here.ask(f"{x}/_posts")]
    assert len(texts) == len(tweets) == len(wanted)
    for article in wanted:
        assert sum(article in t for t in texts) == 1, article


def test_second_ledger_is_refused(small: Any, tmp_path: Path) -> None:
    """A second clone with an empty ledger may not publish to the same site, until a person adopts it."""
    small.edit("office.toml", 'target = ""', f'target = "{tmp_path / "situs"}"')
    assert small.run("publish").returncode == 0
    other = here.Clone(tmp_path / "kedua", small.port)
    other.folder.mkdir()
    for part in ("content", "theme", "plugins", "publisher"):
        here.shutil.copytree(small.folder / part, other.folder / part)
    for name in ("office.toml", "pelicanconf.py"):
        here.shutil.copy2(small.folder / name, other.folder)
    before = here.Clone(tmp_path / "situs").digest()
    refused = other.run("publish")
    assert refused.returncode == 1
    assert "another ledger" in refused.stderr
    assert "kentongan adopt" in refused.stderr
    assert other.noticeboard() == []
    assert here.Clone(tmp_path / "situs").digest() == before
    assert other.run("adopt").returncode == 0
    assert other.run("publish").returncode in (0, 1)
    assert small.run("publish").returncode == 1


def test_typo_makes_no_second_post(small: Any) -> None:
    """A corrected typo changes the page and the post that is out, once; there is no second post."""
    assert small.run("publish").returncode == 0
    posts = small.noticeboard()
    small.edit("content/berita/2026/satu.md", "Isi berita", "Isi kabar")
    small.edit("content/berita/2026/satu.md", "title: Berita Satu", "title: Berita Kesatu")
    done = small.run("publish")
    assert done.returncode == 0, done.stderr
    assert len(small.noticeboard()) == len(posts)
    kinds = sorted((r["kind"], r["state"]) for r in small.json("receipts"))
    assert kinds == [("edit", "sent"), ("post", "sent"), ("post", "sent")]
    assert "Nothing new to send." in small.run("publish").stdout
    assert "Isi kabar" in (small.folder / "output.live/berita/satu/index.html").read_text(encoding="utf-8")


def test_dry_run_changes_nothing(small: Any) -> None:
    """`publish --dry-run` says every post word for word and touches no file."""
    before = small.digest()
    done = small.run("publish", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert small.digest() == before
    assert "Berita Satu" in done.stdout
    assert f"http://127.0.0.1:{small.port}/berita/satu/" in done.stdout
    assert small.run("publish").returncode == 0
    before = small.digest()
    after = small.run("publish", "--dry-run")
    assert "Would go out: 0." in after.stdout
    assert small.digest() == before


def test_taken_port(small: Any) -> None:
    """A taken port is said, exit code 2, and nothing was built."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", small.port))
        other.listen()
        done = small.run("publish")
    assert done.returncode == 2
    assert str(small.port) in done.stderr
    assert not (small.folder / "output").exists()


def test_many_posts_want_a_yes(small: Any, mastodon_server: str, write_article: Any) -> None:
    """More than five posts at once to a real channel wait for --yes; the embedded default goes on."""
    small.secrets = here.SECRETS
    for n in range(4):
        slug = f"lagi{n}"
        small.write(f"content/berita/2026/{slug}.md", write_article(slug, title=f"Berita Lagi {n}"))
    small.edit(
        "office.toml",
        '[channels.mastodon]\non = false\nserver = "https://mastodon.example"',
        f'[channels.mastodon]\non = true\nsince = 2021-01-01\ncharacters = 400\nserver = "{mastodon_server}"',
    )
    done = small.run("publish")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "--yes" in done.stdout
    assert here.toots(mastodon_server) == []
    assert len(small.noticeboard()) == 6
    assert small.run("deliver", "--yes").returncode == 0
    assert len(here.toots(mastodon_server)) == 6


def test_deleted_article_wants_a_word(small: Any) -> None:
    """A deleted file's page leaves the site only when a person said so; an unreadable one stops the deploy."""
    assert small.run("publish").returncode == 0
    file = small.folder / "content/berita/2026/dua.md"
    text = file.read_bytes()
    file.write_bytes(text.replace(b"Layanan", b"Layanan \x92"))
    broken = small.run("publish")
    assert broken.returncode == 1, broken.stdout + broken.stderr
    assert (small.folder / "output.live/berita/dua/index.html").is_file()
    file.unlink()
    asked = small.run("publish")
    assert asked.returncode == 1
    assert "--remove 20261120-duaaa" in asked.stderr
    assert (small.folder / "output.live/berita/dua/index.html").is_file()
    assert small.run("publish", "--remove", "20261120-duaaa").returncode == 0
    assert not (small.folder / "output.live/berita/dua").exists()


def test_wiped_state_is_refused_and_restored(small: Any) -> None:
    """A lost ledger cannot post everything again; the last copy brings it back."""
    small.edit("office.toml", "[deploy]", '[backup]\nfolder = "cadangan"\n\n[deploy]')
    assert small.run("publish").returncode == 0
    posts = small.noticeboard()
    (small.folder / ".kentongan" / "ledger.sqlite").unlink()
    assert small.run("publish").returncode == 1
    restored = small.run("restore")
    assert restored.returncode == 0, restored.stderr
    assert small.run("adopt").returncode == 0
    done = small.run("publish")
    assert done.returncode == 0, done.stdout + done.stderr
    assert small.noticeboard() == posts
    assert len(small.json("receipts")) == 2
