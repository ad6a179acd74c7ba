"""What addresses in settings lead to."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_private(url: str) -> bool:
    """Whether ``url`` is not https, or is loopback, private or a bare name: no reader outside can open it."""
    parts = urlsplit(url)
    return parts.scheme != "https" or not is_public_host(parts.hostname or "")


def is_loopback(url: str) -> bool:
    """Whether ``url`` is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_public_host(host: str) -> bool:
    """Whether ``host`` could be reached from outside: a global address or a name with a dot that is
    not one of the names kept for private use (RFC 6761, RFC 6762, RFC 8375)."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        reserved = ("localhost", "local", "internal", "home.arpa", "test", "invalid")
        return "." in host and not any(host == r or host.endswith("." + r) for r in reserved)


def is_web_address(url: str) -> bool:
    """Whether a request can be sent to ``url``, and nothing in it is to be kept secret."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna")
        known = parts.port is None or parts.port > 0
    except ValueError:  # UnicodeError is one
        return False
    plain = url.isprintable() and " " not in url and "@" not in parts.netloc and not parts.fragment
    return parts.scheme in ("http", "https") and bool(host) and known and plain
