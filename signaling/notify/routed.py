"""One notifier out of several: SMS go one way or another, mail its own, and what is for nobody stays here."""

from __future__ import annotations

from collections.abc import Sequence

from signaling.domain.fiction import is_fictional
from signaling.domain.records import Channel
from signaling.ports import Notifier, Outgoing, Receipt


class Routed:
    """Sends by the message's channel and provider, but what is for a number of fiction to `nowhere`. The
    first of a channel's notifiers is used unless a message names another. The same notifier may serve several
    ways."""

    def __init__(self, *, sms: Sequence[Notifier], email: Sequence[Notifier], nowhere: Notifier) -> None:
        self._by_channel: dict[Channel, Sequence[Notifier]] = {"sms": sms, "email": email}
        self._nowhere = nowhere
        self._opened: list[Notifier] = []
        self.name = "+".join(dict.fromkeys(one.name for one in (*sms, *email)))

    def names_for(self, channel: Channel, to: str) -> tuple[str, ...]:
        """The carriers' names, as events and rows tell them, the first one first. `to` as in `Outgoing`."""
        return tuple(one.name for one in self._ways(channel, to))

    async def open(self) -> None:
        for notifier in (*self._by_channel["sms"], *self._by_channel["email"], self._nowhere):
            if notifier not in self._opened:
                await notifier.open()
                self._opened.append(notifier)

    async def close(self) -> None:
        while self._opened:
            await self._opened.pop().close()

    async def send(self, message: Outgoing) -> Receipt:
        ways = self._ways(message.channel, message.to)
        return await next((one for one in ways if one.name == message.provider), ways[0]).send(message)

    def _ways(self, channel: Channel, to: str) -> Sequence[Notifier]:
        return [self._nowhere] if is_fictional(to) else self._by_channel[channel]
