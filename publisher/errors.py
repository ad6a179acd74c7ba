"""Every error, sorted by who has to act next.

KentonganError
├── Stopped              the run stops and nothing was changed (exit code 1)
│   ├── SiteFault        theme, settings of Pelican or a feed: whoever changed them
│   ├── ContentFault     content that must not be published like this: the editor
│   ├── DeployFault      the target cannot be reached or refuses: whoever runs it
│   └── ForeignLedger    the live site belongs to another ledger: `adopt` or `restore`
├── UsageFault           the call or the machine is not right (exit code 2)
│   ├── SettingsFault    office.toml or the environment: whoever set it up
│   ├── MachineFault     port taken, folder read-only, disk full
│   └── LedgerFault      the ledger is damaged, locked or from a newer version
└── ChannelError         what a channel answered; outreach decides, nobody else sees it raised
    ├── TryLater         nothing was posted: the clock
    ├── Held             nothing was posted and nothing will be until a person acts: token, budget
    ├── Refused          nothing was posted; sending the same again cannot work: a person
    ├── Duplicate        the channel says it has this already: evidence, look it up
    └── OutcomeUnknown   it may be out: look before sending again
"""

from __future__ import annotations

import errno

from publisher.messages import Message, msg


class KentonganError(Exception):
    """A message for a person. ``where`` is "file" or "file:line"; ``exit_code`` is the command's."""

    exit_code = 1

    def __init__(self, message: Message, *, where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where

    def say(self, lang: str) -> str:
        """The whole message in ``lang``, led by where it stands when that is known."""
        said = self.message.say(lang)
        return f"{self.where}: {said}" if self.where else said

    def __str__(self) -> str:
        return self.say("en")


class Stopped(KentonganError):
    """The run stops; nothing was changed."""


class SiteFault(Stopped):
    """Theme, Pelican settings or a feed are at fault."""


class ContentFault(Stopped):
    """The content must not be published as it is."""


class DeployFault(Stopped):
    """The target cannot be reached, is not the one we know, or refuses."""


class ForeignLedger(Stopped):
    """The live site carries the id of another ledger."""


class UsageFault(KentonganError):
    """The call or the machine is not right."""

    exit_code = 2


class SettingsFault(UsageFault):
    """office.toml or the environment is wrong or incomplete."""


class MachineFault(UsageFault):
    """A port is taken, a folder is read-only, the disk is full."""


class LedgerFault(UsageFault):
    """The ledger is damaged, held by another process or from a newer version."""


class ChannelError(KentonganError):
    """What a channel answered, sorted; ``detail`` is technical and free of secrets."""

    def __init__(self, message: Message, *, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


class TryLater(ChannelError):
    """Nothing was posted. ``after`` is the seconds the channel asked to wait, None if it said none;
    ``account`` is true when the wait is for everything sent to the account (a rate limit)."""

    def __init__(
        self, message: Message, *, after: float | None = None, account: bool = False, detail: str = ""
    ) -> None:
        super().__init__(message, detail=detail)
        self.after = after
        self.account = account


class Held(ChannelError):
    """Nothing was posted; the channel waits until a person acts (dead token, no credit)."""


class Refused(ChannelError):
    """Nothing was posted; the same bytes will be refused again."""


class Duplicate(ChannelError):
    """The channel says it has this post already; ``remote_id`` names it when the channel said so."""

    def __init__(self, message: Message, *, remote_id: str = "", detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.remote_id = remote_id


class OutcomeUnknown(ChannelError):
    """The post may be out: no answer, or an answer that does not say."""


def refusal(fault: OSError) -> Message:
    """Why the system refused, in a person's words; the rare cases keep the system's own."""
    said = {
        errno.ENOSPC: msg("the disk is full"),
        errno.EDQUOT: msg("the disk is full"),
        errno.EACCES: msg("there is no permission for it"),
        errno.EPERM: msg("there is no permission for it"),
        errno.EROFS: msg("it may only be read, not written"),
        errno.ENOENT: msg("there is no such file or folder"),
        errno.EISDIR: msg("it is a folder, not a file"),
        errno.ENOTDIR: msg("a part of the path is a file, not a folder"),
        errno.EEXIST: msg("a file of that name is there already"),
        errno.ENAMETOOLONG: msg("the name is too long"),
    }
    return said.get(fault.errno or 0) or Message("{detail}", (("detail", fault.strerror or type(fault).__name__),))
