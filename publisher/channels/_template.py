"""A text of the house's own for a channel: what office.toml gives under ``template``, in Jinja's sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from publisher.messages import Message, msg

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

# What a template may say, and what it is tried out with before the first post.
SAMPLE: Mapping[str, str] = {
    "title": "Surat nikah selesai sehari",
    "summary": "Pengantin pulang membawa buku nikah, gratis.",
    "service": "Layanan Nikah",
    "how": "Loket 1 · Rp0",
    "link": "https://kabar.contoh.go.id/berita/surat-nikah/",
    "tags": "#Nikah #Layanan",
}
FAULTS = (ArithmeticError, LookupError, TypeError, ValueError)


def fill(template: str, words: Mapping[str, str]) -> str | None:
    """``template`` with ``words``, None when it fails on them: then our own wording goes out."""
    from jinja2 import TemplateError

    try:
        return _sandbox().from_string(template).render(words)
    except (TemplateError, *FAULTS):
        return None


def fault(template: str) -> tuple[int, Message] | None:
    """What is wrong with ``template`` and on which of its lines, None when it is well."""
    from jinja2 import TemplateError, TemplateSyntaxError, meta

    sandbox = _sandbox()
    try:
        unknown = sorted(meta.find_undeclared_variables(sandbox.parse(template)) - set(SAMPLE))
        if unknown:
            known = ", ".join(SAMPLE)
            line = next((n for n, s in enumerate(template.splitlines(), 1) if unknown[0] in s), 1)
            return line, msg("The template knows no “{name}”; it knows {known}.", name=unknown[0], known=known)
        said = sandbox.from_string(template).render(SAMPLE)
        sandbox.from_string(template).render(dict.fromkeys(SAMPLE, ""))
    except TemplateSyntaxError as raised:
        return raised.lineno, msg("The template cannot be read: {detail}", detail=raised.message or "")
    except (TemplateError, *FAULTS) as raised:
        return 1, msg("The template fails: {detail}", detail=str(raised))
    return None if said.strip() else (1, msg("The template gives an empty text."))


@lru_cache(maxsize=1)
def _sandbox() -> SandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # 0.1 s, and most offices have no template

    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
