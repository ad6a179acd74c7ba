"""Deploying to a bucket, against moto's S3 server."""

from __future__ import annotations

import http.server
import threading
from typing import Any

import pytest

pytest.importorskip("s3fs", reason="s3fs is not installed: pip install 'kentongan[s3]'")

from publisher import deploy
from publisher.errors import DeployFault, ForeignLedger, SettingsFault
from publisher.mime import cache_control

LEDGER = "ledger-a"


def settings(home: Any, s3: Any, **deploy: str) -> Any:
    return home.settings(s3.environ, **{"target": s3.address, "endpoint": s3.endpoint, **deploy})


def test_the_site_arrives_and_only_changes_travel(home: Any, s3: Any) -> None:
    """First everything, then only what changed; what is gone is deleted."""
    set_ = settings(home, s3)
    assert deploy.ledger_on_site(set_) is None
    assert len(deploy.deploy(home.output, set_, LEDGER).uploaded) == len(home.files)
    assert s3.tree() == home.files
    files = {**home.files, "index.html": "baru"}
    del files["cards/id-satu.jpg"]
    home.build(files, *home.records)
    done = deploy.deploy(home.output, set_, LEDGER)
    assert done == deploy.Deployed(("index.html",), ("cards/id-satu.jpg",), len(files) - 1)
    assert s3.tree() == files
    assert deploy.ledger_on_site(set_) == LEDGER
    with pytest.raises(ForeignLedger):
        deploy.guard(set_, "ledger-b")


def test_a_deploy_that_broke_off_is_finished(home: Any, s3: Any) -> None:
    """What was under way is sent again, what stood is not."""

    def stop(message: Any, step: int, steps: int) -> None:
        if step == 5:
            raise KeyboardInterrupt

    set_ = settings(home, s3)
    with pytest.raises(KeyboardInterrupt):
        deploy.deploy(home.output, set_, LEDGER, stop)
    deploy.deploy(home.output, set_, LEDGER)
    assert s3.tree() == home.files


def test_a_bucket_without_a_folder(home: Any, s3: Any) -> None:
    """The site may stand at the root of the bucket."""
    deploy.deploy(home.output, settings(home, s3, target=f"s3://{s3.bucket}"), LEDGER)
    keys = {o["Key"] for o in s3.client().list_objects_v2(Bucket=s3.bucket)["Contents"]}
    assert keys == {*home.files, "kentongan.json", "kentongan-files.json"}


@pytest.mark.parametrize(
    ("path", "kind", "kept"),
    [
        ("berita/satu/index.html", "text/html; charset=utf-8", "no-cache"),
        ("feeds/rss.xml", "application/xml; charset=utf-8", "no-cache"),
        ("theme/gaya.css", "text/css; charset=utf-8", "public, max-age=3600"),
        ("cards/id-satu.jpg", "image/jpeg", "public, max-age=86400"),
    ],
)
def test_type_and_cache_are_told(home: Any, s3: Any, path: str, kind: str, kept: str) -> None:
    """The store serves with the type and the cache header that it was given."""
    deploy.deploy(home.output, settings(home, s3), LEDGER)
    head = s3.client().head_object(Bucket=s3.bucket, Key=f"www/{path}")
    assert (head["ContentType"], head["CacheControl"]) == (kind, kept)
    assert cache_control(path) == kept


def test_a_missing_bucket_is_no_new_site(home: Any, s3: Any) -> None:
    """A bucket that is not there is named, and never taken for a site without a ledger."""
    with pytest.raises(DeployFault, match="no bucket tidak-ada"):
        deploy.ledger_on_site(settings(home, s3, target="s3://tidak-ada/www"))


def test_a_store_that_is_not_there(home: Any, s3: Any) -> None:
    """No answer is a fault, and never a site without a ledger."""
    with pytest.raises(DeployFault):
        deploy.ledger_on_site(settings(home, s3, endpoint="http://127.0.0.1:1"))


def test_an_open_endpoint_is_refused(home: Any, s3: Any) -> None:
    """Keys travel encrypted, but for a server on this machine."""
    with pytest.raises(SettingsFault, match="not encrypted"):
        deploy.ledger_on_site(settings(home, s3, endpoint="http://s3.contoh.go.id"))


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (403, "AccessDenied", "rights"),
        (403, "SignatureDoesNotMatch", "KENTONGAN_DEPLOY_SECRET_KEY"),
        (403, "InvalidAccessKeyId", "KENTONGAN_DEPLOY_ACCESS_KEY"),
        (400, "InvalidRequest", "broke off"),
    ],
)
def test_every_other_answer_is_a_fault(home: Any, s3: Any, status: int, code: str, said: str) -> None:
    """A store that does not let us read is never taken for an empty one."""
    body = f"<Error><Code>{code}</Code><Message>tidak boleh</Message></Error>".encode()

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Silent."""

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with pytest.raises(DeployFault, match=said) as caught:
                deploy.ledger_on_site(settings(home, s3, endpoint=f"http://127.0.0.1:{server.server_port}"))
        finally:
            server.shutdown()
            thread.join(10)
    assert s3.environ["KENTONGAN_DEPLOY_SECRET_KEY"] not in str(caught.value)


@pytest.mark.parametrize(("name", "trusted"), [("127.0.0.1", False), ("s3.contoh.go.id", True)])
def test_a_certificate_that_is_not_the_stores(home: Any, s3: Any, authority: Any, name: str, trusted: bool) -> None:
    """An unknown authority or another host's name: no request is made."""
    asked: list[str] = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)

    class Quiet(http.server.ThreadingHTTPServer):
        def handle_error(self, request: Any, address: Any) -> None:
            """The client hangs up, which is what is wanted."""

    with Quiet(("127.0.0.1", 0), Answer) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            endpoint = f"https://127.0.0.1:{server.server_port}"
            given = {"certificate": str(authority.file)} if trusted else {}
            with pytest.raises(DeployFault, match="not to be trusted"):
                deploy.ledger_on_site(settings(home, s3, endpoint=endpoint, **given))
        finally:
            server.shutdown()
            thread.join(10)
    assert asked == []
