"""What the site's host must say with every answer: security, and how long a file may be kept.

One table, written out for the usual hosts. The policy allows what the pages need and nothing else: their
own style sheet, pictures and search; no inline script or style, nothing from anywhere else. JSON-LD is data
and not touched by it.
"""

from __future__ import annotations

from publisher.mime import ASK, KEEP

# w3.org/TR/CSP3. 'wasm-unsafe-eval' is for the search engine, which is WebAssembly of our own; a page
# loads it when somebody searches.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "style-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),  # for browsers that do not know frame-ancestors
)
# A year (hstspreload.org asks for no less); only over https does a browser heed it.
SECURE = ("Strict-Transport-Security", "max-age=31536000")
# Of the deploy's own affairs: the list names hidden pages too, the other is a file half sent.
PRIVATE = ("kentongan-files.json", "*.kentongan-part")


def security(url: str) -> tuple[tuple[str, str], ...]:
    """The security headers of a site at ``url``, name and value."""
    return (*SECURITY, SECURE) if url.startswith("https://") else SECURITY


def netlify(url: str, base: str) -> bytes:
    """The file ``_headers`` that Netlify and Cloudflare Pages read; ``base`` is the path of the site."""
    lines = [f"{base}/*", *(f"  {name}: {value}" for name, value in security(url)), f"  Cache-Control: {ASK}"]
    for folder, how in KEEP:
        # both hosts join what two rules say of one header: the general rule is taken back first
        lines += [f"{base}/{folder}*", "  ! Cache-Control", f"  Cache-Control: {how}"]
    return ("\n".join(lines) + "\n").encode()


def apache(url: str, base: str) -> bytes:
    """Lines for an ``.htaccess`` (Apache 2.4, mod_headers)."""
    lines = ["<IfModule mod_headers.c>"]
    lines += [f'Header always set {name} "{value}"' for name, value in security(url)]
    lines.append(f'Header set Cache-Control "{ASK}"')
    for folder, how in KEEP:
        lines += [f'<If "%{{REQUEST_URI}} =~ m#^{base}/{folder}#">', f'Header set Cache-Control "{how}"', "</If>"]
    lines.append("</IfModule>")
    for pattern in PRIVATE:
        lines += [f'<Files "{pattern}">', "Require all denied", "</Files>"]
    lines.append(f"ErrorDocument 404 {base}/404.html")
    return ("\n".join(lines) + "\n").encode()


def nginx(url: str, base: str) -> bytes:
    """Lines for a ``server`` of nginx. A location with a header of its own takes none from above, so each says all."""
    said = [f'add_header {name} "{value}" always;' for name, value in security(url)]
    lines = [*said, f'add_header Cache-Control "{ASK}" always;', f"error_page 404 {base}/404.html;"]
    for folder, how in KEEP:
        lines += [
            f"location {base}/{folder} {{",
            *(f"    {s}" for s in said),
            f'    add_header Cache-Control "{how}";',
            "}",
        ]
    for pattern in PRIVATE:
        name = pattern.replace(".", r"\.").replace("*", ".*")
        lines += [f"location ~ /{name}$ {{ return 404; }}"]
    return ("\n".join(lines) + "\n").encode()
