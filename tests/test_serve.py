"""The servers: the site at its own address, and the preview that follows the editor."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from publisher import serve
from publisher.article import Finding
from publisher.errors import ContentFault, MachineFault
from publisher.messages import msg

HTML = "<!doctype html><html><body><p>Halo</p></body></html>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small site, and a secret beside it."""
    site = tmp_path / "site"
    for path, text in {
        "index.html": HTML,
        "404.html": "<html><body>tidak ada</body></html>",
        "berita/satu/index.html": "<p>satu</p>",
        "feeds/rss.xml": "<rss/>",
        "feeds/feed.json": "{}",
        "theme/a b.css": "p{}",
        "foto.avif": "x",
        "app.webmanifest": "{}",
        "kosong/isi.txt": "isi",
        "kentongan.json": "{}",
        "kentongan-files.json": "{}",
        "../rahasia.txt": "rahasia",
    }.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text, encoding="utf-8")
    return site


@contextlib.contextmanager
def asking(address: str) -> Iterator[Callable[..., Any]]:
    """A function that asks the server at ``address`` and gives status, headers and body."""
    host = address.split("/")[2]
    connection = http.client.HTTPConnection(host, timeout=10)

    def ask(path: str, method: str = "GET", **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        named = {k.replace("_", "-"): v for k, v in headers.items()}
        connection.putrequest(method, path, skip_host="Host" in named)
        for name, value in named.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()

    yield ask
    connection.close()


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/", "text/html; charset=utf-8", HTML),
        ("/index.html", "text/html; charset=utf-8", HTML),
        ("/berita/satu/", "text/html; charset=utf-8", "<p>satu</p>"),
        ("/berita/satu/?utm=x#y", "text/html; charset=utf-8", "<p>satu</p>"),
        ("/feeds/rss.xml", "application/xml; charset=utf-8", "<rss/>"),
        ("/feeds/feed.json", "application/json; charset=utf-8", "{}"),
        ("/theme/a%20b.css", "text/css; charset=utf-8", "p{}"),
        ("/foto.avif", "image/avif", "x"),
        ("/app.webmanifest", "application/manifest+json; charset=utf-8", "{}"),
        ("/kentongan.json", "application/json; charset=utf-8", "{}"),
    ],
)
def test_files_come_with_their_type(folder: Path, path: str, kind: str, body: str) -> None:
    """Each file with its type, text in UTF-8, a folder by its index.html."""
    with serve.site(folder, "127.0.0.1", 0) as address, asking(address) as ask:
        status, headers, got = ask(path)
        assert (status, headers["Content-Type"], got.decode()) == (200, kind, body)
        status, headers, got = ask(path, "HEAD")
        assert (status, headers["Content-Length"], got) == (200, str(len(body)), b"")


@pytest.mark.parametrize(
    "path",
    [
        "/tidak-ada/",
        "/kosong/",
        "/kosong",
        "/index.html/",
        "/../rahasia.txt",
        "/%2e%2e/rahasia.txt",
        "/..%2frahasia.txt",
        "/berita/..%5c..%5crahasia.txt",
        "/keluar/rahasia.txt",
        "/kentongan-files.json",
        "//kentongan-files.json",
        "/%ff",
        "/a%00b",
        "/" + "a" * 5000,
    ],
)
def test_what_is_not_there_answers_404(folder: Path, path: str) -> None:
    """No listing, nothing outside the folder, no list of files; the site's own 404 page with status 404."""
    with contextlib.suppress(OSError):
        (folder / "keluar").symlink_to(folder.parent)
    with serve.site(folder, "127.0.0.1", 0) as address, asking(address) as ask:
        status, headers, body = ask(path)
    assert status == 404
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"tidak ada" in body
    assert b"rahasia" not in body


@tries(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.text(max_size=60) | st.lists(st.sampled_from(["..", ".", "/", "%2e", "rahasia.txt"])).map("".join))
def test_no_path_leaves_the_folder(folder: Path, path: str) -> None:
    """Whatever is asked for, only files of the folder are found."""
    found = serve.find(folder, path)
    assert found is None or found.is_relative_to(folder.resolve())


def test_a_folder_without_slash_is_sent_to_the_one_with(folder: Path) -> None:
    """Relative links need the closing slash; the redirect never leaves the site."""
    (folder / "contoh.go.id").mkdir()
    (folder / "contoh.go.id" / "index.html").touch()
    with serve.site(folder, "127.0.0.1", 0) as address, asking(address) as ask:
        assert ask("/berita/satu")[1]["Location"] == "/berita/satu/"
        assert ask("/%2Fcontoh.go.id")[1]["Location"] == "/contoh.go.id/"


def test_an_unchanged_file_is_not_sent_again(folder: Path) -> None:
    """A browser that has the file is told so; after a change it gets the new one."""
    with serve.site(folder, "127.0.0.1", 0) as address, asking(address) as ask:
        tag = ask("/feeds/rss.xml")[1]["ETag"]
        assert ask("/feeds/rss.xml", If_None_Match=tag)[0] == 304
        (folder / "feeds" / "rss.xml").write_text("<rss>baru</rss>")
        assert ask("/feeds/rss.xml", If_None_Match=tag)[2] == b"<rss>baru</rss>"


def test_other_methods_are_refused(folder: Path) -> None:
    """The site is read only."""
    with serve.site(folder, "127.0.0.1", 0) as address, asking(address) as ask:
        assert ask("/", "DELETE")[0] == 501


def test_the_site_may_stand_under_a_path(folder: Path) -> None:
    """A site at http://host/kabar is served there and nowhere else."""
    with serve.site(folder, "127.0.0.1", 0, "/kabar") as address, asking(address) as ask:
        assert address.endswith("/kabar/")
        assert ask("/kabar/berita/satu/")[2] == b"<p>satu</p>"
        assert ask("/kabar/berita/satu")[1]["Location"] == "/kabar/berita/satu/"
        assert ask("/berita/satu/")[0] == 404
        assert ask("/kabaret/")[0] == 404
        for short in ("/", "/kabar"):
            assert ask(short)[1]["Location"] == "/kabar/"


def test_the_address_of_the_site_is_taken_apart(folder: Path) -> None:
    """site_at serves at the host, port and path of site.url."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with serve.site_at(folder, f"http://localhost:{port}/kabar") as address:
        assert address == f"http://localhost:{port}/kabar/"
        with asking(f"http://127.0.0.1:{port}") as ask:
            assert ask("/kabar/")[0] == 200


def test_a_taken_port_is_said(folder: Path) -> None:
    """A port that another program has ends with exit code 2 and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with (
            pytest.raises(MachineFault, match=f"Port {port} .* --url") as caught,
            serve.site(folder, "127.0.0.1", port),
        ):
            pass
    assert caught.value.exit_code == 2
    with pytest.raises(MachineFault, match="cannot be opened"), serve.site(folder, "192.0.2.1", 8000):
        pass


def test_the_port_is_free_afterwards(folder: Path) -> None:
    """The site's server ends with its block, even when the block fails."""
    with pytest.raises(ZeroDivisionError), serve.site(folder, "127.0.0.1", 0) as address:
        raise ZeroDivisionError
    with serve.site(folder, "127.0.0.1", int(address.split(":")[-1].strip("/"))):
        pass


class Editor:
    """A preview that runs in a thread, with a build that the test steers."""

    def __init__(self, folder: Path, content: Path) -> None:
        self.folder = folder
        self.content = content
        self.said: list[str] = []
        self.builds = 0
        self.head = ""
        self.fault: Exception | None = None
        self.findings: tuple[Finding, ...] = ()
        self.address = ""
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        serve.preview(self.folder, self.build, [self.content], 0, lambda m: self.said.append(str(m)), stop=self.stop)

    def build(self, address: str, again: bool) -> tuple[Finding, ...]:
        self.builds += 1
        if self.fault:
            raise self.fault
        (self.folder / "index.html").write_text(f"{self.head}<body>bangunan {self.builds} di {address}</body>")
        self.address = address
        return self.findings

    def wait(self, met: Callable[[], object], what: str) -> None:
        end = time.monotonic() + 20
        while not met():
            assert time.monotonic() < end, f"never: {what}; said: {self.said}"
            time.sleep(0.02)


@pytest.fixture
def editor(folder: Path, tmp_path: Path) -> Iterator[Editor]:
    """A preview that has been built once."""
    content = tmp_path / "content"
    content.mkdir()
    made = Editor(folder, content)
    made.thread.start()
    made.wait(lambda: any("preview is at" in s for s in made.said), "the address")
    yield made
    made.stop.set()
    made.thread.join(10)
    assert not made.thread.is_alive()


def test_the_preview_shows_its_address(editor: Editor) -> None:
    """The build and the person get the address with the port that was free, on this machine only."""
    assert editor.address.startswith("http://127.0.0.1:")
    assert any(editor.address in s for s in editor.said)


def test_pages_of_the_preview_carry_the_reload_script(editor: Editor, folder: Path) -> None:
    """The script is in the answers, before the body's end; never on the disk, nor in what is no page."""
    with asking(editor.address) as ask:
        _, headers, body = ask("/")
        assert b'<script src="/_kentongan/reload.js?since=' in body.partition(b"</body>")[0]
        assert headers["Cache-Control"] == "no-store"
        assert b"_kentongan" not in ask("/feeds/rss.xml")[2]
        assert b"EventSource" in ask("/_kentongan/reload.js?since=x")[2]
        assert b"reload.js" in ask("/tidak-ada/")[2]
    assert not any(b"_kentongan" in p.read_bytes() for p in folder.rglob("*.html"))


def version_of(page: bytes) -> str:
    return page.partition(b"?since=")[2].partition(b'"')[0].decode()


def test_a_change_rebuilds_and_reloads(editor: Editor) -> None:
    """A saved file is built, and a page that waits is told."""
    with asking(editor.address) as ask:
        version = version_of(ask("/")[2])
    waiting = http.client.HTTPConnection(editor.address.split("/")[2], timeout=20)
    waiting.request("GET", f"/_kentongan/reload?since={version}")
    answer = waiting.getresponse()
    assert answer.headers["Content-Type"] == "text/event-stream"
    (editor.content / "berita.md").write_text("isi")
    assert answer.readline() == b"data: reload\n"
    waiting.close()
    with asking(editor.address) as ask:
        page = ask("/")[2]
    assert b"bangunan 2" in page
    assert version_of(page) != version


def test_a_page_that_missed_a_build_is_told_at_once(editor: Editor) -> None:
    """A page of an older build, or of an earlier run of the preview, reloads when it asks."""
    with asking(editor.address) as ask:
        assert ask("/_kentongan/reload?since=lama-0")[2] == b"data: reload\n\n"


def test_the_last_good_preview_stays(editor: Editor) -> None:
    """A build that fails is said in the terminal, the pages stay, and the next good build shows."""
    editor.fault = ContentFault(msg("The file is not UTF-8; save it as UTF-8."), where="berita/a.md")
    (editor.content / "a.md").write_text("1")
    editor.wait(lambda: any("berita/a.md" in s and "UTF-8" in s for s in editor.said), "the fault")
    with asking(editor.address) as ask:
        assert b"bangunan 1" in ask("/")[2]
    editor.fault = None
    editor.findings = (Finding("title", "advice", msg("There is no title."), "berita/a.md", 3),)
    (editor.content / "a.md").write_text("2")
    editor.wait(lambda: "berita/a.md:3: There is no title." in editor.said, "the finding")
    with asking(editor.address) as ask:
        assert b"bangunan" in ask("/")[2]


@pytest.mark.parametrize(
    "host", ["contoh.go.id", "127.0.0.1.contoh.go.id", "192.168.1.5:8001", "[", "", "x@contoh.go.id"]
)
def test_a_name_of_the_net_gets_nothing(editor: Editor, host: str) -> None:
    """A page of the net whose name was pointed at this machine reads no draft (DNS rebinding)."""
    with asking(editor.address) as ask:
        for path in ("/", "/feeds/rss.xml", "/_kentongan/reload"):
            status, _, body = ask(path, Host=host)
            assert (status, body) == (403, b"403\n")


@pytest.mark.parametrize("host", ["localhost:8001", "127.0.0.1", "[::1]:8001"])
def test_this_machines_names_are_served(editor: Editor, host: str) -> None:
    """However the editor names this machine, the preview answers."""
    with asking(editor.address) as ask:
        assert ask("/", Host=host)[0] == 200


def test_the_next_free_port_is_taken(folder: Path, tmp_path: Path) -> None:
    """Where the port is taken the preview goes to the next one."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        seen: list[str] = []
        stop = threading.Event()

        def build(address: str, again: bool) -> None:
            seen.append(address)
            stop.set()

        serve.preview(folder, build, [tmp_path], port, stop=stop)
    assert int(seen[0].rpartition(":")[2]) > port


INTERRUPTED = """
import sys
from pathlib import Path
from publisher import serve
folder = Path(sys.argv[1])
serve.preview(folder, lambda address, again: None, [folder.parent], 0, lambda m: print(m, flush=True))
print("selesai", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to the whole console")
def test_ctrl_c_ends_the_preview(folder: Path) -> None:
    """Ctrl-C is the way to end it: no traceback, even while a page waits for the next build."""
    command = [sys.executable, "-c", INTERRUPTED, str(folder)]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = next(word.rstrip(";") for word in process.stdout.readline().split() if word.startswith("http://"))
        with asking(address) as ask:
            version = version_of(ask("/")[2])
        waiting = http.client.HTTPConnection(address.split("/")[2], timeout=20)
        waiting.request("GET", f"/_kentongan/reload?since={version}")
        waiting.getresponse()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        waiting.close()
    assert (process.returncode, out, err) == (0, "selesai\n", "")


@pytest.mark.browser
def test_a_browser_loads_itself_again(editor: Editor) -> None:
    """An open page shows each new build by itself, also under a policy that allows only the site's own scripts."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra: test)")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium is installed (Debian: apt-get install chromium)")
    policy = "<meta http-equiv=Content-Security-Policy content=\"default-src 'self'\">"
    editor.head = f"<head>{policy}</head>"
    (editor.content / "a.md").write_text("1")
    editor.wait(lambda: editor.builds == 2, "the second build")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(editor.address)
        for text in ("dua", "tiga"):
            seen = page.locator("body").inner_text()
            (editor.content / "a.md").write_text(text)
            playwright.expect(page.locator("body")).not_to_have_text(seen, timeout=20_000)
            playwright.expect(page.locator("body")).to_contain_text("bangunan")
        browser.close()
