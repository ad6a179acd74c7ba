"""A small built site, its settings, and real servers on loopback to deploy it to."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from publisher import settings as house
from publisher.manifest import Manifest, Record
from publisher.settings import Settings
from tests.loopback import free_port

OFFICE = """
name = "Kantor"
short = "Kantor"
title = "Kabar"
description = "Berita."
url = "https://humas.contoh.go.id"

[deploy]
"""


def record(slug: str, **fields: Any) -> Record:
    """The manifest's record of a published article."""
    given = {
        "id": f"id-{slug}",
        "revision": "r1",
        "path": f"berita/2026/{slug}.md",
        "page": f"berita/{slug}/",
        "url": f"https://humas.contoh.go.id/berita/{slug}/",
        "title": slug.title(),
        "summary": "Ringkasan.",
        "status": "published",
        "public": True,
        "date": "2026-11-23T08:00:00+07:00",
        "due": "2026-11-23T08:00:00+07:00",
    }
    return Record(**{**given, **fields})


def manifest(*records: Record, **fields: Any) -> Manifest:
    """The manifest of a build with ``records``."""
    return Manifest(site="https://humas.contoh.go.id", title="Kabar", records=records, **fields)


SITE = {
    "index.html": "beranda: satu",
    "404.html": "tidak ada",
    "robots.txt": "User-agent: *",
    "sitemap.xml": "<urlset/>",
    "arsip/2026/11/index.html": "satu",
    "berita/satu/index.html": "Berita satu",
    "berita/dua/index.html": "Berita dua",
    "cards/id-satu.jpg": "kartu",
    "feeds/rss.xml": "<rss/>",
    "layanan/ptsp/index.html": "PTSP",
    "layanan/index.html": "daftar",
    "tag/haji-umrah/index.html": "tag",
    "theme/gaya.css": "p{}",
}
TWO = (record("satu"), record("dua"))


@dataclass
class House:
    """A project folder with a built site in it: ``files`` are its files, ``records`` its articles."""

    root: Path
    files: ClassVar = SITE
    records: ClassVar = TWO
    record = staticmethod(record)
    manifest = staticmethod(manifest)

    @property
    def output(self) -> Path:
        return self.root / "output"

    @property
    def live(self) -> Path:
        return self.root / "output.live"

    def build(self, files: Mapping[str, str], *records: Record, **fields: Any) -> None:
        """Puts a build in place as the real one does: the files and their manifest."""
        shutil.rmtree(self.output, ignore_errors=True)
        for path, text in files.items():
            (self.output / path).parent.mkdir(parents=True, exist_ok=True)
            (self.output / path).write_text(text, encoding="utf-8")
        (self.root / ".kentongan").mkdir(exist_ok=True)
        (self.root / ".kentongan" / "manifest.json").write_bytes(manifest(*records, **fields).to_json())

    def settings(self, environ: Mapping[str, str] | None = None, **deploy: str) -> Settings:
        """The settings with these keys under [deploy]."""
        text = OFFICE + "".join(f"{k} = {_toml(v)}\n" for k, v in deploy.items())
        (self.root / "office.toml").write_text(text, encoding="utf-8")
        return house.load(self.root, environ or {})

    def tree(self, folder: Path | None = None) -> dict[str, str]:
        """Every file of the site in ``folder``, without what deploy keeps for itself."""
        base = folder or self.output
        found = {p.relative_to(base).as_posix(): p.read_text("utf-8") for p in base.rglob("*") if p.is_file()}
        return {k: v for k, v in found.items() if k not in ("kentongan.json", "kentongan-files.json")}


def _toml(text: str) -> str:
    return "'" + text + "'"


@pytest.fixture
def home(tmp_path: Path) -> House:
    """A project folder with a small site built."""
    made = House(tmp_path / "kantor")
    made.root.mkdir()
    made.build(SITE, *TWO)
    return made


def await_port(port: int, alive: Callable[[], bool], seconds: float = 20) -> None:
    """Returns when something listens on ``port``."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not alive():
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    pytest.fail(f"nothing listens on port {port}")


@dataclass
class Sshd:
    """An OpenSSH server of our own."""

    port: int
    folder: Path
    host_key: Path
    user_key: Path

    @property
    def public(self) -> str:
        return self.host_key.with_suffix(".pub").read_text("utf-8").strip()

    @property
    def fingerprint(self) -> str:
        shown = subprocess.run(["ssh-keygen", "-lf", self.host_key], capture_output=True, text=True, check=True)
        return shown.stdout.split()[1]

    @property
    def address(self) -> str:
        import getpass

        return f"sftp://{getpass.getuser()}@127.0.0.1:{self.port}{self.folder}"

    @property
    def environ(self) -> dict[str, str]:
        return {"KENTONGAN_DEPLOY_KEY": str(self.user_key)}


def make_key(path: Path, kind: str = "ed25519", passphrase: str = "") -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", path], check=True)
    return path


@pytest.fixture
def start_sshd(tmp_path: Path) -> Iterator[Callable[..., Sshd]]:
    """Starts OpenSSH servers on loopback; ``options`` are lines of its configuration."""
    found = shutil.which("sshd") or "/usr/sbin/sshd"
    if not Path(found).exists():
        pytest.skip("OpenSSH's sshd is not installed (Debian: apt-get install openssh-server)")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where it locks itself up when it is started as root
    running: list[subprocess.Popen[bytes]] = []

    def start(subsystem: str = "internal-sftp", *options: str) -> Sshd:
        folder = tmp_path / f"ssh{len(running)}"
        folder.mkdir()
        host_key = make_key(folder / "host_key")
        user_key = make_key(folder / "user_key")
        (folder / "authorized_keys").write_bytes(user_key.with_suffix(".pub").read_bytes())
        port = free_port()
        config = folder / "sshd_config"
        lines = (
            f"Port {port}",
            "ListenAddress 127.0.0.1",
            f"HostKey {host_key}",
            f"AuthorizedKeysFile {folder / 'authorized_keys'}",
            f"PidFile {folder / 'pid'}",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "StrictModes no",  # the tests' folder is below /tmp, which all may write to
            "UsePAM no",
            f"Subsystem sftp {subsystem}",
            *options,
        )
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        log = (folder / "log").open("wb")
        process = subprocess.Popen([found, "-D", "-e", "-f", config], stderr=log)
        log.close()
        running.append(process)
        await_port(port, lambda: process.poll() is None)
        return Sshd(port, tmp_path / f"www{len(running)}", host_key, user_key)

    yield start
    for process in running:
        process.terminate()
        process.wait(10)


@dataclass
class Ftpd:
    """A pyftpdlib server with TLS of our own."""

    port: int
    folder: Path
    logins: list[str]
    handler: Any

    environ: ClassVar = {"KENTONGAN_DEPLOY_PASSWORD": "rahasia-sekali"}

    @property
    def address(self) -> str:
        return f"ftps://humas@127.0.0.1:{self.port}/www"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A certificate authority for the tests, and its file."""
    import trustme

    made = trustme.CA()
    made.file = tmp_path_factory.mktemp("ca") / "ca.pem"
    made.cert_pem.write_to_path(made.file)
    return made


@pytest.fixture
def start_ftpd(tmp_path: Path) -> Iterator[Callable[..., Ftpd]]:
    """Starts FTP servers with TLS on loopback, with a certificate of ``authority`` for ``name``."""
    with warnings.catch_warnings():
        # up to Python 3.11 pyftpdlib takes these two from the standard library, which says they will go
        warnings.filterwarnings("ignore", "The asyn(core|chat) module is deprecated", DeprecationWarning)
        from pyftpdlib.authorizers import DummyAuthorizer
        from pyftpdlib.handlers import TLS_FTPHandler
        from pyftpdlib.ioloop import IOLoop
        from pyftpdlib.servers import FTPServer

    running: list[tuple[threading.Thread, threading.Event]] = []

    def start(authority: Any, name: str = "127.0.0.1", perm: str = "elradfmwMT", **answers: Any) -> Ftpd:
        folder = tmp_path / f"ftp{len(running)}"
        (folder / "www").mkdir(parents=True)
        pem = folder.with_suffix(".pem")
        authority.issue_cert(name).private_key_and_cert_chain_pem.write_to_path(pem)
        logins: list[str] = []

        def note(self: Any, line: str) -> None:
            logins.append(line)
            TLS_FTPHandler.ftp_USER(self, line)

        users = DummyAuthorizer()
        users.add_user("humas", Ftpd.environ["KENTONGAN_DEPLOY_PASSWORD"], str(folder), perm=perm)
        handler = type(
            "Handler",
            (TLS_FTPHandler,),
            {
                "authorizer": users,
                "certfile": str(pem),
                "tls_control_required": True,
                "tls_data_required": True,
                "auth_failed_timeout": 0.01,
                "ftp_USER": note,
                "base": TLS_FTPHandler,
                **answers,
            },
        )
        loop = IOLoop()
        server = FTPServer(("127.0.0.1", 0), handler, ioloop=loop)
        port = server.socket.getsockname()[1]
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                loop.loop(timeout=0.05, blocking=False)
            server.close_all()

        thread = threading.Thread(target=serve)
        thread.start()
        running.append((thread, stop))
        return Ftpd(port, folder / "www", logins, handler)

    yield start
    for thread, stop in running:
        stop.set()
        thread.join(10)


@dataclass
class S3:
    """moto's S3 and a bucket in it."""

    endpoint: str
    bucket: str

    environ: ClassVar = {"KENTONGAN_DEPLOY_ACCESS_KEY": "kunci-akses", "KENTONGAN_DEPLOY_SECRET_KEY": "rahasia-sekali"}

    @property
    def address(self) -> str:
        return f"s3://{self.bucket}/www"

    def client(self) -> Any:
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id="a",
            aws_secret_access_key="b",
            region_name="us-east-1",
        )

    def tree(self) -> dict[str, str]:
        client = self.client()
        listed = client.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        found = {o["Key"]: client.get_object(Bucket=self.bucket, Key=o["Key"])["Body"].read().decode() for o in listed}
        hidden = ("www/kentongan.json", "www/kentongan-files.json")
        return {k.removeprefix("www/"): v for k, v in found.items() if k not in hidden}


@pytest.fixture(scope="session")
def moto_server() -> Iterator[str]:
    """moto's server on a free port."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(moto_server: str, request: pytest.FixtureRequest) -> S3:
    """An empty bucket."""
    made = S3(moto_server, "situs-" + str(abs(hash(request.node.nodeid)))[:10])
    made.client().create_bucket(Bucket=made.bucket)
    return made
