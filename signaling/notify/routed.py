"""One notifier out of two: SMS go one way, mail the other."""

from __future__ import annotations

from signaling.domain.records import Channel
from signaling.ports import Notifier, Outgoing, Receipt


class Routed:
    """Sends by the message's channel. The same notifier may serve both."""

    def __init__(self, *, sms: Notifier, email: Notifier) -> None:
        self._by_channel: dict[Channel, Notifier] = {"sms": sms, "email": email}
        self._opened: list[Notifier] = []
        self.name = "+".join(dict.fromkeys((sms.name, email.name)))

    def name_for(self, channel: Channel) -> str:
        """The carrier's name, as events and rows tell it."""
        return self._by_channel[channel].name

    async def open(self) -> None:
        for notifier in self._by_channel.values():
            if notifier not in self._opened:
                await notifier.open()
                self._opened.append(notifier)

    async def close(self) -> None:
        while self._opened:
            await self._opened.pop().close()

    async def send(self, message: Outgoing) -> Receipt:
        return await self._by_channel[message.channel].send(message)
