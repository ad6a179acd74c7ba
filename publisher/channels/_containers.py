"""Posts that Meta makes hidden and shows in a second step: Instagram's and Threads' containers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from publisher.channels import Renew, Traced
from publisher.channels._meta import Graph, moment
from publisher.channels._own import LOOK_BACK, is_ours
from publisher.errors import ChannelError, Duplicate, Refused, TryLater
from publisher.messages import msg
from publisher.post import Post, Receipt

# How often a container is looked at while Meta works on it, and the seconds between.
POLLS = 20
PAUSE = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Containers:
    """Posts made hidden and shown in a second step (Instagram, Threads). A container is shown at most once,
    and says for a day whether it was; the names are the API's: ``made`` at, ``shown`` at, ``listed`` at,
    its ``status``, and the fields of a post with its words and its link."""

    graph: Graph
    account: str
    made: str
    shown: str
    listed: str
    status: str
    words: str
    link: str
    pause: Callable[[float], None]

    def ready(self, known: str, body: Mapping[str, str], renew: Renew) -> str:
        """A container that can be shown: ``known`` when it still stands, else a new one made of ``body``."""
        self.graph.renew()
        if known and self._state(known) == "PUBLISHED":
            return known  # showing it will say so, and then it is looked up
        if known and self._settled(known, renew) == "FINISHED":
            return known
        new = self.graph.make(f"{self.account}/{self.made}", body)
        if self._settled(new, renew) != "FINISHED":
            raise TryLater(
                msg("{channel} could not take the picture or the text; it will be tried again.", channel=self._name),
                detail=self._state(new),
            )
        return new

    def show(self, container: str) -> Receipt:
        """Makes the post visible. A refusal is not believed before the container says the same."""
        try:
            made = self.graph.make(f"{self.account}/{self.shown}", {"creation_id": container}, visible=True)
        except Refused as fault:
            if self._state(container) != "PUBLISHED":
                raise
            raise Duplicate(
                msg("{channel} says that it has this post already.", channel=self._name), detail=fault.detail
            ) from fault
        return self._receipt(made)

    def trace(self, post: Post, container: str, since: datetime) -> Traced:
        """The receipt of a container that may have been shown; "hidden" when it says that it was not."""
        state = self._state(container) if container else ""
        if state == "IN_PROGRESS":
            raise TryLater(msg("{channel} is still working on the post.", channel=self._name), after=30.0)
        if state == "FINISHED":
            return "hidden"
        found = self.find(post, since)
        if found is None and state == "PUBLISHED":
            raise TryLater(
                msg("{channel} has published the post but does not list it yet.", channel=self._name), after=60.0
            )
        return found

    def find(self, post: Post, since: datetime) -> Receipt | None:
        """The post in the own timeline, by our link, else by its words."""
        fields = ",".join(f for f in ("id", "permalink", "timestamp", self.words, self.link) if f)
        until = since - LOOK_BACK
        for shown in self.graph.listed(f"{self.account}/{self.listed}", fields=fields, time="timestamp", until=until):
            at = moment(shown.get("timestamp"))
            said, links = str(shown.get(self.words, "")), [str(shown.get(self.link, ""))]
            if at and shown.get("id") and is_ours(post, since, said=said, links=links, at=at):
                return Receipt(str(shown["id"]), str(shown.get("permalink", "")), at)
        return None

    @property
    def _name(self) -> str:
        return self.graph.channel

    def _state(self, container: str) -> str:
        """What the container says it is, "" when there is none (any more)."""
        return str(self.graph.look(container, self.status).get(self.status, ""))

    def _settled(self, container: str, renew: Renew) -> str:
        """The container's state once Meta has worked on it. Raises TryLater when that takes too long."""
        for _ in range(POLLS):
            renew()
            state = self._state(container)
            if state != "IN_PROGRESS":
                return state
            self.pause(PAUSE)
        raise TryLater(msg("{channel} is still working on the post.", channel=self._name), after=60.0)

    def _receipt(self, id: str) -> Receipt:
        """The receipt with the post's address; without it when that cannot be had now, for the post is out."""
        try:
            shown = self.graph.look(id, "permalink,timestamp")
        except ChannelError:
            return Receipt(id)
        return Receipt(id, str(shown.get("permalink", "")), moment(shown.get("timestamp")))
