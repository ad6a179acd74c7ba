"""What a kind of target must offer, and the faults they all have."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from publisher.errors import DeployFault
from publisher.messages import msg
from publisher.target import Target

FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG})
CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class Place(Protocol):
    """A target that is open. Paths are below the site's folder; every error is a DeployFault."""

    def read(self, path: str) -> bytes | None:
        """The file's bytes, None when it is surely absent."""
        ...

    def write(self, path: str, data: bytes) -> None:
        """Puts the file in place, folders included; where the protocol can, a reader never sees half of it."""
        ...

    def delete(self, path: str) -> None:
        """Takes the file away, and folders that are empty then; one that is gone already is well."""
        ...

    def close(self) -> None:
        """Ends the connection."""
        ...


@contextmanager
def faults(target: Target, path: str, *kinds: type[Exception]) -> Iterator[None]:
    """Turns OSError and the given ``kinds`` of errors into the DeployFault that says what to do."""
    caught: tuple[type[Exception], ...] = (OSError, EOFError, *kinds)
    try:
        yield
    except caught as fault:
        raise explained(fault, target, path) from fault


def explained(fault: Exception, target: Target, path: str) -> DeployFault:
    """The DeployFault for an error at ``path`` of ``target``."""
    number = fault.errno if isinstance(fault, OSError) else None
    if number in FULL:
        return full(target, path)
    if number in CLOSED or isinstance(fault, PermissionError):
        return closed(target, path)
    return DeployFault(
        msg(
            "Deploying to {target} broke off at {path} ({detail}). What was sent stays; run it again and it goes on.",
            target=target.name,
            path=path or "/",
            detail=redacted(fault, target),
        )
    )


def full(target: Target, path: str) -> DeployFault:
    """No room on the target."""
    return DeployFault(
        msg(
            "There is no room left on {target} for {path}; make room there, then run it again.",
            target=target.name,
            path=path,
        )
    )


def closed(target: Target, path: str) -> DeployFault:
    """The target lets us not do it."""
    return DeployFault(
        msg(
            "{target} does not let us read or write {path}; have the folder's rights put right, then run it again.",
            target=target.name,
            path=path or "/",
        )
    )


def unreachable(fault: Exception, target: Target) -> DeployFault:
    """No connection came about."""
    return DeployFault(
        msg(
            "{target} cannot be reached ({detail}); look at the network and at [deploy] in office.toml.",
            target=target.name,
            detail=redacted(fault, target),
        )
    )


def untrusted(fault: Exception, target: Target) -> DeployFault:
    """The certificate is not the one that the server should have."""
    return DeployFault(
        msg(
            "The certificate of {host} is not to be trusted ({detail}); no password was sent. If the server's "
            "certificates come from an authority of its own, name that one's file as certificate under [deploy].",
            host=target.host or target.endpoint,
            detail=redacted(fault, target),
        )
    )


def locked_out(target: Target, *variables: str) -> DeployFault:
    """The target does not accept user and password or key."""
    return DeployFault(
        msg(
            "{target} does not let the user in; look at {variables} in .env.",
            target=target.name,
            variables=", ".join(variables),
        )
    )


def redacted(fault: Exception, target: Target) -> str:
    """What the error says, on one line and without our secrets."""
    said = " ".join(str(fault).split()) or type(fault).__name__
    for secret in (target.password, target.access_key, target.secret_key):
        if secret:
            said = said.replace(secret, "•••")
    return said
