"""One notifier out of three: SMS go one way, mail another, and what is for nobody stays here."""

from __future__ import annotations

from signaling.domain.fiction import is_fictional
from signaling.domain.records import Channel
from signaling.ports import Notifier, Outgoing, Receipt


class Routed:
    """Sends by the message's channel, but what is for a number of fiction to `nowhere`. The same notifier may
    serve several ways."""

    def __init__(self, *, sms: Notifier, email: Notifier, nowhere: Notifier) -> None:
        self._by_channel: dict[Channel, Notifier] = {"sms": sms, "email": email}
        self._nowhere = nowhere
        self._opened: list[Notifier] = []
        self.name = "+".join(dict.fromkeys((sms.name, email.name)))

    def name_for(self, channel: Channel, to: str) -> str:
        """The carrier's name, as events and rows tell it. `to` as in `Outgoing`."""
        return self._way(channel, to).name

    async def open(self) -> None:
        for notifier in (*self._by_channel.values(), self._nowhere):
            if notifier not in self._opened:
                await notifier.open()
                self._opened.append(notifier)

    async def close(self) -> None:
        while self._opened:
            await self._opened.pop().close()

    async def send(self, message: Outgoing) -> Receipt:
        return await self._way(message.channel, message.to).send(message)

    def _way(self, channel: Channel, to: str) -> Notifier:
        return self._nowhere if is_fictional(to) else self._by_channel[channel]
