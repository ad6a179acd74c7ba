"""A bucket at Amazon S3 or any store that speaks its language (``endpoint``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import fsspec
from botocore.exceptions import BotoCoreError, ClientError, SSLError  # type: ignore[import-untyped]  # it ships none

from publisher.deploy._place import Place, closed, explained, faults, locked_out, untrusted
from publisher.errors import DeployFault
from publisher.messages import msg
from publisher.mime import cache_control, content_type
from publisher.settings import variable
from publisher.target import Target

NO_ENTRY = frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"})


def connect(target: Target) -> Place:
    """The bucket; it must be there."""
    return Bucket(target)


class Bucket:
    """A file is put in one request, so that a reader sees the old or the new one."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._fs: Any = fsspec.filesystem(
            "s3",
            key=target.access_key,
            secret=target.secret_key,
            endpoint_url=target.endpoint or None,
            client_kwargs={"verify": target.certificate} if target.certificate else {},
            config_kwargs={"connect_timeout": 10, "read_timeout": 30, "retries": {"max_attempts": 2}},
            use_listings_cache=False,
            skip_instance_cache=True,
        )
        self._fs.retries = 2

    def read(self, path: str) -> bytes | None:
        with self._answers(path):
            try:
                # more than one at a time would ask for the size first, whose answer has no reason in it
                data: bytes = self._fs.cat_file(self._at(path), max_concurrency=1)
            except FileNotFoundError as fault:
                if _code(fault) in ("NoSuchKey", "404"):
                    return None
                raise
        return data

    def write(self, path: str, data: bytes) -> None:
        with self._answers(path):
            self._fs.pipe_file(self._at(path), data, ContentType=content_type(path), CacheControl=cache_control(path))

    def delete(self, path: str) -> None:
        with self._answers(path):
            self._fs.rm_file(self._at(path))

    def close(self) -> None:
        """The connections end with the requests."""

    def _at(self, path: str) -> str:
        return "/".join(filter(None, (self._target.host, self._target.path, path)))

    @contextmanager
    def _answers(self, path: str) -> Iterator[None]:
        with faults(self._target, path, BotoCoreError):
            try:
                yield
            except SSLError as fault:
                raise untrusted(fault, self._target) from fault
            except OSError as fault:
                raise _sorted(fault, self._target, path) from fault


def _code(fault: Exception) -> str:
    """The code of the store's answer, which s3fs keeps as the cause of its own error."""
    answer = fault.__cause__
    return str(answer.response.get("Error", {}).get("Code", "")) if isinstance(answer, ClientError) else ""


def _sorted(fault: OSError, target: Target, path: str) -> DeployFault:
    """The DeployFault for an answer of the store."""
    code = _code(fault)
    if code == "NoSuchBucket":
        return DeployFault(
            msg("There is no bucket {bucket}; make it first, or look at the deploy target.", bucket=target.host)
        )
    if code in NO_ENTRY:
        return locked_out(target, variable("deploy", "access_key"), variable("deploy", "secret_key"))
    if code in ("AccessDenied", "403"):
        return closed(target, path)
    return explained(fault, target, path)
