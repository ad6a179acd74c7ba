"""Deploying to a folder, and everything that is the same for every target."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from publisher import deploy, settings
from publisher.deploy import _files, local
from publisher.errors import ContentFault, DeployFault, ForeignLedger, MachineFault, SettingsFault, UsageFault

LEDGER = "ledger-a"


def test_the_site_arrives(home: Any) -> None:
    """After a deploy the target holds every file of the output, whose ledger it is, and nothing else."""
    done = deploy.deploy(home.output, home.settings(), LEDGER)
    assert home.tree(home.live) == home.files
    assert set(done.uploaded) == set(home.files)
    assert (done.deleted, done.unchanged) == ((), 0)
    assert json.loads((home.live / "kentongan.json").read_bytes()) == {"ledger": LEDGER}
    assert deploy.ledger_on_site(home.settings()) == LEDGER


def test_the_second_deploy_sends_nothing(home: Any) -> None:
    """A file whose digest is in the target's list does not travel again."""
    deploy.deploy(home.output, home.settings(), LEDGER)
    before = {p: p.stat().st_mtime_ns for p in home.live.rglob("*")}
    done = deploy.deploy(home.output, home.settings(), LEDGER)
    assert done == deploy.Deployed((), (), len(home.files))
    assert {p: p.stat().st_mtime_ns for p in home.live.rglob("*")} == before


def test_only_what_changed_travels_and_what_is_gone_goes(home: Any) -> None:
    """A changed file is sent, a vanished one deleted with its empty folder, the rest stays."""
    deploy.deploy(home.output, home.settings(), LEDGER)
    files = {**home.files, "index.html": "beranda: lagi"}
    del files["cards/id-satu.jpg"]
    home.build(files, *home.records)
    done = deploy.deploy(home.output, home.settings(), LEDGER)
    assert done == deploy.Deployed(("index.html",), ("cards/id-satu.jpg",), len(files) - 1)
    assert home.tree(home.live) == files
    assert not (home.live / "cards").exists()


def test_files_of_others_stay(home: Any) -> None:
    """Nothing that our list does not name is deleted or emptied, not even in a folder of ours."""
    (home.live / "cards").mkdir(parents=True)
    (home.live / "cards" / "logo.png").write_text("milik orang lain")
    (home.live / "google123.html").write_text("bukti")
    deploy.deploy(home.output, home.settings(), LEDGER)
    files = {k: v for k, v in home.files.items() if not k.startswith("cards/")}
    home.build(files, *home.records)
    deploy.deploy(home.output, home.settings(), LEDGER)
    others = {"cards/logo.png": "milik orang lain", "google123.html": "bukti"}
    assert home.tree(home.live) == {**files, **others}


@pytest.mark.parametrize("harm", ["missing", "cut", "other version", "no object", "a path out of the folder"])
def test_without_a_list_everything_is_sent_and_nothing_deleted(home: Any, harm: str) -> None:
    """A list that is missing or damaged is not believed in anything."""
    deploy.deploy(home.output, home.settings(), LEDGER)
    listed = home.live / "kentongan-files.json"
    victim = home.root / "milik-kantor.txt"
    victim.write_text("penting")
    if harm == "missing":
        listed.unlink()
    elif harm == "cut":
        listed.write_bytes(listed.read_bytes()[:-40])
    elif harm == "other version":
        listed.write_text(json.dumps({"version": 2, "files": {"tag/haji-umrah/index.html": ""}}))
    elif harm == "no object":
        listed.write_text("[]")
    else:
        listed.write_text(json.dumps({"version": 1, "files": {"../milik-kantor.txt": ""}}))
    (home.live / "index.html").write_text("dirusak orang")
    files = {k: v for k, v in home.files.items() if k != "tag/haji-umrah/index.html"}
    home.build(files, *home.records)
    done = deploy.deploy(home.output, home.settings(), LEDGER)
    assert set(done.uploaded) == set(files)
    assert done.deleted == ()
    assert home.tree(home.live) == {**files, "tag/haji-umrah/index.html": "tag"}
    assert victim.read_text() == "penting"
    assert deploy.deploy(home.output, home.settings(), LEDGER).uploaded == ()


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../x", "a/../x", "a//b", "./a", "C:/x", "c:x", "a\\b", "a\nb", "a\x00b", "\udcff.html"],
)
def test_a_path_that_leaves_the_folder_is_none(path: str) -> None:
    """The list comes from outside: a path in it never points out of the site's folder."""
    assert not _files.is_plain(path)
    assert _files.read_list(json.dumps({"version": 1, "files": {path: "0"}}).encode("utf-8", "surrogatepass")) is None


def test_pages_come_before_the_lists_that_point_to_them(home: Any) -> None:
    """Pictures and styles, then pages, new ones before changed ones, then lists; deletions are last of all."""
    deploy.deploy(home.output, home.settings(), LEDGER)
    files = {**home.files, "theme/gaya.css": "p{color:#000}", "cards/id-tiga.jpg": "kartu"}
    files |= {"berita/tiga/index.html": "Berita tiga", "berita/dua/index.html": "Berita dua, lalu tiga"}
    files |= {"index.html": "tiga", "arsip/2026/11/index.html": "tiga", "feeds/rss.xml": "<rss>3</rss>"}
    files |= {"en/berita/three/index.html": "News", "en/index.html": "three", "sitemap-news.xml": "<urlset/>"}
    del files["cards/id-satu.jpg"]
    home.build(files, *home.records, home.record("tiga"))
    steps: list[str] = []
    deploy.deploy(home.output, home.settings(), LEDGER, lambda what, n, total: steps.append(f"{n}/{total} {what}"))
    assert steps == [
        "1/11 Sending cards/id-tiga.jpg",
        "2/11 Sending theme/gaya.css",
        "3/11 Sending berita/tiga/index.html",
        "4/11 Sending en/berita/three/index.html",
        "5/11 Sending berita/dua/index.html",
        "6/11 Sending en/index.html",
        "7/11 Sending sitemap-news.xml",
        "8/11 Sending arsip/2026/11/index.html",
        "9/11 Sending feeds/rss.xml",
        "10/11 Sending index.html",
        "11/11 Deleting cards/id-satu.jpg",
    ]


def test_a_file_may_become_a_folder_and_back(home: Any) -> None:
    """What stands in the way of a new file is deleted before it."""
    deploy.deploy(home.output, home.settings(), LEDGER)
    files = {k: v for k, v in home.files.items() if not k.startswith(("theme/", "robots"))}
    files |= {"theme": "sebuah berkas", "robots.txt/index.html": "sebuah folder"}
    home.build(files, *home.records)
    deploy.deploy(home.output, home.settings(), LEDGER)
    assert home.tree(home.live) == files


def test_a_text_taken_back_after_a_break_is_sent(home: Any) -> None:
    """A file that was under way when a deploy broke off is sent again, even when it is as it was before."""
    deploy.deploy(home.output, home.settings(), LEDGER)
    home.build({**home.files, "berita/satu/index.html": "salah", "index.html": "salah"}, *home.records)

    def stop(message: Any, step: int, steps: int) -> None:
        if step == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deploy.deploy(home.output, home.settings(), LEDGER, stop)
    assert home.tree(home.live)["berita/satu/index.html"] == "salah"
    home.build(home.files, *home.records)
    deploy.deploy(home.output, home.settings(), LEDGER)
    assert home.tree(home.live) == home.files


KILLED = """
import os, signal, sys
from pathlib import Path
from publisher import deploy, settings
from publisher.deploy import local
root, step, where = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
calls = 0
def die(*_):
    global calls
    calls += 1
    if calls == step:
        os.kill(os.getpid(), signal.SIGKILL)
real = local.replace
def replace(part, place):
    die()
    real(part, place)
def half(part, place):
    global calls
    if calls + 1 == step:
        part.write_bytes(part.read_bytes()[:3])
    replace(part, place)
if where == "half":
    local.replace = half
elif where == "rename":
    local.replace = replace
deploy.deploy(root / "output", settings.load(root), "ledger-a", die if where == "step" else None)
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
@pytest.mark.parametrize("where", ["step", "half"])
@pytest.mark.parametrize("step", [1, 4, 9])
def test_a_killed_deploy_is_finished_by_the_next(home: Any, where: str, step: int) -> None:
    """Killed at any file: every file there is whole, the next run completes it, and nothing is left over."""
    deploy.deploy(home.output, home.settings(), LEDGER)
    old = home.files
    new = {k: v + " (baru)" for k, v in old.items() if k not in ("cards/id-satu.jpg", "theme/gaya.css")}
    new |= {"berita/tiga/index.html": "Berita tiga"}
    home.build(new, *home.records, home.record("tiga"))
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(home.root), str(step), where]
    died = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    for path, text in home.tree(home.live).items():
        assert path.endswith(_files.PART) or text in (old.get(path), new.get(path))
    assert deploy.last_deployed(home.settings()) == home.manifest(*home.records)
    deploy.deploy(home.output, home.settings(), LEDGER)
    assert home.tree(home.live) == new


def test_a_foreign_site_is_left_alone(home: Any) -> None:
    """A site that carries another ledger's id is neither touched nor taken over without `adopt`."""
    deploy.deploy(home.output, home.settings(), LEDGER)
    before = home.tree(home.live)
    home.build({**home.files, "index.html": "dari laptop kedua"}, *home.records)
    with pytest.raises(ForeignLedger, match="kentongan adopt"):
        deploy.guard(home.settings(), "ledger-b")
    with pytest.raises(ForeignLedger, match="kentongan restore"):
        deploy.deploy(home.output, home.settings(), "ledger-b")
    assert home.tree(home.live) == before
    deploy.adopt(home.settings(), "ledger-b")
    deploy.guard(home.settings(), "ledger-b")
    deploy.deploy(home.output, home.settings(), "ledger-b")
    assert home.tree(home.live)["index.html"] == "dari laptop kedua"


def test_a_new_site_belongs_to_nobody(home: Any) -> None:
    """Where nothing was deployed yet there is no ledger and nothing to refuse."""
    assert deploy.ledger_on_site(home.settings()) is None
    deploy.guard(home.settings(), LEDGER)
    assert not home.live.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"ledger": 5}', '{"ledger": ""}', "{}"])
def test_a_damaged_identity_is_never_taken_for_none(home: Any, text: str) -> None:
    """A kentongan.json that cannot be read stops everything."""
    home.live.mkdir()
    (home.live / "kentongan.json").write_text(text)
    with pytest.raises(DeployFault, match="damaged"):
        deploy.ledger_on_site(home.settings())
    with pytest.raises(DeployFault, match="damaged"):
        deploy.deploy(home.output, home.settings(), LEDGER)
    assert home.tree(home.live) == {}


def test_an_identity_that_cannot_be_opened_is_never_taken_for_none(home: Any) -> None:
    """What is in the place of kentongan.json but is no file of ours stops everything."""
    (home.live / "kentongan.json").mkdir(parents=True)
    with pytest.raises(DeployFault):
        deploy.ledger_on_site(home.settings())


def test_a_preview_is_never_deployed(home: Any) -> None:
    """The preview holds drafts and what is under embargo."""
    (home.output / ".kentongan-preview").touch()
    with pytest.raises(DeployFault, match="preview"):
        deploy.deploy(home.output, home.settings(), LEDGER)
    assert not home.live.exists()


def test_an_empty_output_deletes_nothing(home: Any) -> None:
    """A folder without a home page is no site, so that a wiped one cannot wipe the live one."""
    deploy.deploy(home.output, home.settings(), LEDGER)
    home.build({"berita/satu/index.html": "Berita satu"}, *home.records)
    with pytest.raises(DeployFault, match="kentongan build"):
        deploy.deploy(home.output, home.settings(), LEDGER)
    assert home.tree(home.live) == home.files


def test_links_are_not_followed(home: Any, tmp_path: Path) -> None:
    """A link in the output would carry a file of the machine out of the house."""
    (tmp_path / "rahasia").mkdir()
    for link in (home.output / "rahasia.txt", home.output / "folder"):
        link.symlink_to(tmp_path / "rahasia")
        with pytest.raises(DeployFault, match="is a link"):
            deploy.deploy(home.output, home.settings(), LEDGER)
        link.unlink()


@pytest.mark.parametrize("name", ["kentongan.json", "kentongan-files.json", "index.html.kentongan-part"])
def test_our_own_names_are_kept(home: Any, name: str) -> None:
    """A file of the site cannot take the place of the list or of the site's identity."""
    (home.output / name).write_text("{}")
    with pytest.raises(DeployFault, match="kept for the deploy"):
        deploy.deploy(home.output, home.settings(), LEDGER)


@pytest.mark.parametrize("target", [".", "output", "output/live", "content", ".kentongan/x", ".."])
def test_the_project_is_no_target(home: Any, target: str) -> None:
    """A deploy into the project's own folders would mix the site with its sources."""
    with pytest.raises(SettingsFault, match="the project itself"):
        deploy.deploy(home.output, home.settings(target=target), LEDGER)


def test_two_deploys_at_a_time_do_not_mix(home: Any) -> None:
    """While one deploy runs, a second from the same folder is refused at once."""
    seen: list[str] = []

    def second(message: Any, step: int, steps: int) -> None:
        with pytest.raises(MachineFault, match="under way") as caught:
            deploy.deploy(home.output, home.settings(), LEDGER)
        seen.append(str(caught.value))

    deploy.deploy(home.output, home.settings(), LEDGER, second)
    assert len(seen) == len(home.files)
    deploy.deploy(home.output, home.settings(), LEDGER)


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.ENOSPC, "no room left"), (errno.EROFS, "rights"), (errno.EACCES, "rights"), (errno.EIO, "broke off at")],
)
def test_a_folder_that_refuses_is_named(home: Any, monkeypatch: pytest.MonkeyPatch, number: int, said: str) -> None:
    """A full disk, a read-only folder and a broken one each end in a message that names target and file."""
    deploy.deploy(home.output, home.settings(), LEDGER)
    home.build({**home.files, "index.html": "baru"}, *home.records)
    real = local.replace

    def refuse(part: Path, place: Path) -> None:
        if place.name == "index.html":
            raise OSError(number, os.strerror(number))
        real(part, place)

    monkeypatch.setattr(local, "replace", refuse)
    with pytest.raises(DeployFault, match=said) as caught:
        deploy.deploy(home.output, home.settings(), LEDGER)
    assert str(home.live) in str(caught.value)
    assert "index.html" in str(caught.value)
    monkeypatch.undo()
    assert home.tree(home.live)["index.html"] == home.files["index.html"]
    deploy.deploy(home.output, home.settings(), LEDGER)
    assert home.tree(home.live)["index.html"] == "baru"


def test_a_disk_that_fills_up_leaves_whole_files(home: Any) -> None:
    """The size limit of a process stands for the full disk: the file in place stays the old, whole one."""
    resource = pytest.importorskip("resource", reason="Windows has no limits of a process")
    deploy.deploy(home.output, home.settings(), LEDGER)
    home.build({**home.files, "berita/satu/index.html": "panjang " * 2000}, *home.records)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8000, hard))
    try:
        with pytest.raises(DeployFault, match="no room left"):
            deploy.deploy(home.output, home.settings(), LEDGER)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    assert home.tree(home.live)["berita/satu/index.html"] == "Berita satu"


def test_a_vanished_page_must_be_confirmed(home: Any) -> None:
    """A published page vanishes only when a person said so; until then the live site is not touched."""
    deploy.deploy(home.output, home.settings(), LEDGER)
    files = {k: v for k, v in home.files.items() if k != "berita/dua/index.html"}
    home.build({**files, "index.html": "tanpa dua"}, home.records[0])
    with pytest.raises(ContentFault, match=r"--remove id-dua"):
        deploy.deploy(home.output, home.settings(), LEDGER)
    assert home.tree(home.live) == home.files
    done = deploy.deploy(home.output, home.settings(), LEDGER, confirmed={"id-dua"})
    assert done.deleted == ("berita/dua/index.html",)
    deploy.deploy(home.output, home.settings(), LEDGER)


def test_an_unreadable_article_cannot_be_confirmed_away(home: Any) -> None:
    """A file that can no longer be read stops the deploy, whatever was confirmed."""
    deploy.deploy(home.output, home.settings(), LEDGER)
    files = {k: v for k, v in home.files.items() if k != "berita/dua/index.html"}
    home.build(files, home.records[0], unreadable=("berita/2026/dua.md",))
    with pytest.raises(ContentFault, match=r"berita/2026/dua\.md"):
        deploy.deploy(home.output, home.settings(), LEDGER, confirmed={"id-dua"})
    assert home.tree(home.live) == home.files


def test_pages_of_another_computer_are_not_deleted(home: Any, tmp_path: Path) -> None:
    """An older copy of the content does not take away what a colleague put on the site in the meantime."""
    deploy.deploy(home.output, home.settings(), LEDGER)
    other = type(home)(tmp_path / "laptop")
    other.root.mkdir()
    files = {k: v for k, v in home.files.items() if k != "berita/dua/index.html"}
    other.build(files, home.records[0])
    settings = other.settings(target=str(home.live))
    with pytest.raises(ContentFault, match=r"--remove berita/dua/"):
        deploy.deploy(other.output, settings, LEDGER)
    assert home.tree(home.live) == home.files
    deploy.deploy(other.output, settings, LEDGER, confirmed={"berita/dua/"})
    assert home.tree(home.live) == files


def test_the_manifest_is_remembered_after_a_complete_deploy(home: Any) -> None:
    """deployed.json is what was on the site at the end of the last complete deploy."""
    assert deploy.last_deployed(home.settings()) is None
    deploy.deploy(home.output, home.settings(), LEDGER)
    assert deploy.last_deployed(home.settings()) == home.manifest(*home.records)


def test_a_damaged_memory_is_said(home: Any) -> None:
    """Without knowing what was on the site nothing is deployed until a person looked."""
    deploy.deploy(home.output, home.settings(), LEDGER)
    (home.root / ".kentongan" / "deployed.json").write_text("{")
    with pytest.raises(MachineFault, match=r"deployed\.json is damaged"):
        deploy.deploy(home.output, home.settings(), LEDGER)


def test_without_a_build_nothing_is_deployed(home: Any) -> None:
    """No manifest, no deploy: nobody could say what vanishes."""
    (home.root / ".kentongan" / "manifest.json").unlink()
    with pytest.raises(UsageFault, match="kentongan build"):
        deploy.deploy(home.output, home.settings(), LEDGER)


def test_a_site_built_for_another_address_is_not_deployed(home: Any) -> None:
    """Its links would lead readers to the other address."""
    moved = settings.load(home.settings().root, {}, url="https://lain.contoh.go.id")
    with pytest.raises(DeployFault, match="built for https://humas"):
        deploy.deploy(home.output, moved, LEDGER)
    assert not home.live.exists()


def test_a_file_that_vanishes_meanwhile_is_said(home: Any) -> None:
    """A build that is thrown away under a running deploy ends in a message; the next deploy finishes."""

    def lose(message: Any, step: int, steps: int) -> None:
        (home.output / "index.html").unlink(missing_ok=True)

    with pytest.raises(DeployFault, match=r"index\.html: .*kentongan build"):
        deploy.deploy(home.output, home.settings(), LEDGER, lose)
    home.build(home.files, *home.records)
    deploy.deploy(home.output, home.settings(), LEDGER)
    assert home.tree(home.live) == home.files
