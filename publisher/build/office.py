"""office.toml as it was checked, kept by its bytes: a build after an edit of an article need not check it again."""

from __future__ import annotations

from pathlib import Path

from publisher import settings
from publisher.build.derived import code_digest, digest
from publisher.build.state import FILENAME, State
from publisher.settings import OFFICE_FILE, Office, Settings

KIND = "office"


def known(folder: Path, raw: bytes) -> Office | None:
    """What a file of these bytes says, as the builds with the state ``folder`` remember it; None when they do not."""
    if not (folder / FILENAME).is_file():
        return None
    state = State(folder)
    try:
        found = state.get(KIND, OFFICE_FILE, _key(raw))
    finally:
        state.close()
    return found if isinstance(found, Office) else None


def keep(state: State, given: Settings) -> None:
    """Remembers what office.toml of ``given`` says."""
    if given.said is None:
        return
    raw, office = given.said
    if state.get(KIND, OFFICE_FILE, _key(raw)) is None:
        state.keep(KIND, OFFICE_FILE, _key(raw), office)


def _key(raw: bytes) -> str:
    """Other code may read the same file otherwise."""
    return digest(raw, code_digest(Path(settings.__file__).parent))
