"""The built site to its target: only what changed, in an order that never leaves a dead link.

The target keeps a list of what we put there (``kentongan-files.json``, a digest a file). Files that are
about to travel are marked in it first, so that a deploy that was cut off anywhere is finished by the next.
Nothing that the list does not name is ever deleted. ``kentongan.json`` says which ledger the site belongs to.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from publisher import _folder, manifest, target
from publisher.deploy import _files
from publisher.deploy._place import Place
from publisher.deploy._rules import check_removals, check_strangers, removals
from publisher.errors import DeployFault, ForeignLedger, MachineFault, SettingsFault
from publisher.manifest import Manifest
from publisher.messages import Message, msg
from publisher.settings import OFFICE_FILE, Settings
from publisher.target import Target, read_target

__all__ = [
    "Deployed",
    "Say",
    "adopt",
    "check_removals",
    "deploy",
    "guard",
    "last_deployed",
    "ledger_on_site",
    "removals",
]

DEPLOYED = "deployed.json"
LOCK = "deploy.lock"
# the list is brought up to date after so many files, so that a long first deploy is not begun anew
EVERY = 250

# what is being done, the number of this step and of all steps
Say = Callable[[Message, int, int], None]
# the files that are about to be sent and those about to be deleted
Intend = Callable[[Sequence[str], Sequence[str]], None]


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a deploy did: paths below the site's root, and how many files stood there already."""

    uploaded: tuple[str, ...]
    deleted: tuple[str, ...]
    unchanged: int


def deploy(
    output: Path,
    settings: Settings,
    ledger_id: str,
    say: Say | None = None,
    *,
    confirmed: Collection[str] = (),
    intend: Intend | None = None,
) -> Deployed:
    """Puts the site in ``output`` on the target and remembers its manifest.

    ``confirmed`` are ids of articles whose pages may vanish. ``intend`` hears what will change before the first
    byte travels, so that it can be written down. Raises ContentFault when others would,
    ForeignLedger when the site belongs to another ledger, DeployFault when the target does not play along.
    """
    current = _current(settings)
    previous = last_deployed(settings)
    check_removals(previous, current, confirmed)
    files = _files.site_files(output)
    place_of = read_target(settings)
    _keep_apart(place_of, settings, output)
    with _alone(settings), _open(place_of) as place:
        _guard(place, place_of, ledger_id)
        known = _files.read_list(place.read(_files.DIGESTS))
        check_strangers(_files.article_pages(set(known or {}) - set(files)), previous, confirmed)
        done = _Run(output, place, dict(known or {}), say, intend).carry(files, ledger_id, whole=known is None)
        _remember(settings, current)
    return done


def ledger_on_site(settings: Settings) -> str | None:
    """The id of the ledger that the live site belongs to, None when it belongs to none yet.

    Raises DeployFault when that cannot be read: a site we cannot ask is never taken for a new one.
    """
    place_of = read_target(settings)
    with _open(place_of) as place:
        return _ledger_of(place, place_of)


def guard(settings: Settings, ledger_id: str) -> None:
    """Raises ForeignLedger when the live site belongs to another ledger than ``ledger_id``."""
    place_of = read_target(settings)
    with _open(place_of) as place:
        _guard(place, place_of, ledger_id)


def adopt(settings: Settings, ledger_id: str) -> None:
    """Writes on the live site that it belongs to ``ledger_id`` from now on."""
    with _open(read_target(settings)) as place:
        place.write(_files.IDENTITY, _identity(ledger_id))


def last_deployed(settings: Settings) -> Manifest | None:
    """The manifest of the last complete deploy from here, None when there was none."""
    path = settings.state / DEPLOYED
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        return manifest.parse(raw, where=str(path))
    except MachineFault as fault:
        raise MachineFault(
            msg(
                "{file} is damaged. It says which articles were on the site: restore it from a backup, or delete it "
                "and confirm what vanishes when the deploy asks.",
                file=DEPLOYED,
            ),
            where=str(path),
        ) from fault


class _Run:
    """One deploy. ``_marks`` is the list as it has to stand on the target at this moment."""

    def __init__(
        self, output: Path, place: Place, known: dict[str, str], say: Say | None, intend: Intend | None
    ) -> None:
        self._output = output
        self._place = place
        self._marks = known
        self._say = say
        self._intend = intend
        self._step = 0
        self._steps = 0

    def carry(self, files: Mapping[str, str], ledger_id: str, *, whole: bool) -> Deployed:
        """Sends, says whose site it is, writes the list, deletes; ``whole``: there was no list to trust."""
        sent = _files.in_order((p for p, d in files.items() if self._marks.get(p) != d), set(self._marks))
        gone = sorted(p for p in self._marks if p not in files)
        self._steps = len(sent) + len(gone)
        if self._intend:
            self._intend(sent, gone)
        if sent or gone or whole:
            self._marks |= dict.fromkeys([*sent, *gone], _files.UNDER_WAY)
            self._note()
        first = _files.in_the_way(gone, sent)
        self._delete(first)
        self._send(sent)
        self._name(ledger_id)
        if sent or first:
            self._note()
        rest = [p for p in gone if p in self._marks]
        self._delete(rest)
        if rest:
            self._note()
        return Deployed(tuple(sent), tuple(gone), len(files) - len(sent))

    def _send(self, paths: Collection[str]) -> None:
        for number, path in enumerate(paths, 1):
            self._tell(msg("Sending {path}", path=path))
            data = _files.read(self._output, path)
            self._place.write(path, data)
            self._marks[path] = _files.digest(data)
            if number % EVERY == 0:
                self._note()

    def _delete(self, paths: Collection[str]) -> None:
        for path in paths:
            self._tell(msg("Deleting {path}", path=path))
            self._place.delete(path)
            del self._marks[path]

    def _name(self, ledger_id: str) -> None:
        wanted = _identity(ledger_id)
        if self._place.read(_files.IDENTITY) != wanted:
            self._place.write(_files.IDENTITY, wanted)

    def _note(self) -> None:
        self._place.write(_files.DIGESTS, _files.write_list(self._marks))

    def _tell(self, message: Message) -> None:
        self._step += 1
        if self._say:
            self._say(message, self._step, self._steps)


@contextmanager
def _open(place_of: Target) -> Iterator[Place]:
    from publisher import deploy as package

    if not target.has_packages(place_of):
        raise target.missing_packages(place_of)
    place: Place = _folder.load(package, place_of.kind).connect(place_of)
    try:
        yield place
    finally:
        place.close()


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Two deploys of one folder at a time would each believe its own list."""
    try:
        settings.state.mkdir(parents=True, exist_ok=True)
        lock = FileLock(settings.state / LOCK)
        lock.acquire(timeout=0)
    except Timeout as fault:
        raise MachineFault(msg("Another deploy from this folder is under way; wait until it is done.")) from fault
    except OSError as fault:
        raise MachineFault(
            msg("The folder {folder} cannot be written to; give yourself the right to.", folder=str(settings.state))
        ) from fault
    try:
        yield
    finally:
        lock.release()


def _identity(ledger_id: str) -> bytes:
    return (json.dumps({"ledger": ledger_id}) + "\n").encode()


def _ledger_of(place: Place, place_of: Target) -> str | None:
    raw = place.read(_files.IDENTITY)
    if raw is None:
        return None
    try:
        found = json.loads(raw)["ledger"]
    except (ValueError, TypeError, KeyError):
        found = None
    if not isinstance(found, str) or not found:
        raise DeployFault(
            msg(
                "{file} on {target} is damaged, so nobody can say whether the site is ours. If it is, "
                "run `kentongan adopt`.",
                file=_files.IDENTITY,
                target=place_of.name,
            )
        )
    return found


def _guard(place: Place, place_of: Target, ledger_id: str) -> None:
    found = _ledger_of(place, place_of)
    if found not in (None, ledger_id):
        raise ForeignLedger(
            msg(
                "The site on {target} belongs to another ledger ({found}, ours is {ours}); publishing from here could "
                "post everything a second time. On a new computer run `kentongan restore` with a backup of the "
                "ledger; if this ledger is to take over the site, run `kentongan adopt`.",
                target=place_of.name,
                found=found,
                ours=ledger_id,
            )
        )


def _current(settings: Settings) -> Manifest:
    current = manifest.required(settings.state)
    if current.site != settings.office.url:
        raise DeployFault(
            msg(
                "The site was built for {built}, but its address is {url}; run `kentongan build` first.",
                built=current.site,
                url=settings.office.url,
            )
        )
    return current


def _remember(settings: Settings, current: Manifest) -> None:
    from publisher.deploy.local import Folder

    Folder(Target(kind="local", path=str(settings.state))).write(DEPLOYED, current.to_json())


def _keep_apart(place_of: Target, settings: Settings, output: Path) -> None:
    """Raises SettingsFault when a local target is one of the project's own folders, or around or in one."""
    if place_of.kind != "local":
        return
    folder = Path(place_of.path)
    own = (output.resolve(), settings.content, settings.state, settings.root)
    if any(o.is_relative_to(folder) for o in own) or any(folder.is_relative_to(o) for o in own[:3]):
        raise SettingsFault(
            msg("The site cannot be deployed into {folder}: the project itself is there.", folder=str(folder)),
            where=OFFICE_FILE,
        )
