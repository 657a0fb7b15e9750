"""From settings to carriers, and from a stored message to one that can leave."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from config.settings import LOOPBACK, Settings
from signaling.domain.ids import Secrets
from signaling.domain.invitation_text import mail, sms
from signaling.domain.policy import policy_of
from signaling.domain.records import Centre, Invitation, Message
from signaling.hooks import status_url
from signaling.notify.outbox import OutboxNotifier
from signaling.notify.ovh import OvhKeys, OvhNotifier
from signaling.notify.routed import Routed
from signaling.notify.smtp import SmtpNotifier
from signaling.notify.twilio import TwilioNotifier
from signaling.ports import Notifier, Outgoing
from signaling.service.invite import sent_link_url


def notifier(settings: Settings) -> Routed:
    """A carrier or two for SMS and one for mail: the outbox when nothing else is set, and for numbers of
    fiction."""
    outbox = OutboxNotifier(settings.data_dir / "outbox")
    by_sms = [_sms_carrier(settings, name, outbox) for name in settings.sms_providers]
    by_mail: Notifier = outbox
    if settings.mail_provider == "smtp":
        by_mail = SmtpNotifier(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_from,
            user=settings.smtp_user,
            password=settings.smtp_password,
            security=settings.smtp_security,
        )
    return Routed(sms=by_sms, email=[by_mail], nowhere=outbox)


def _sms_carrier(settings: Settings, name: str, outbox: Notifier) -> Notifier:
    if name == "twilio":
        return TwilioNotifier(
            settings.twilio_account_sid,
            settings.twilio_auth_token,
            settings.twilio_from,
            api_url=settings.twilio_api_url,
        )
    if name == "ovh":
        keys = OvhKeys(
            settings.ovh_application_key, settings.ovh_application_secret, settings.ovh_consumer_key
        )
        return OvhNotifier(settings.ovh_account, settings.ovh_sender, keys, api_url=settings.ovh_api_url)
    return outbox


def composer(settings: Settings, secrets: Secrets) -> Callable[[Message, Invitation, Centre], Outgoing]:
    """Makes the text of a centre's message, with the link that its invitation stands for."""
    # Twilio refuses a message whose call-back is on a loopback address (its error 21609)
    loopback = urlsplit(settings.public_url).hostname in LOOPBACK
    reachable = bool(settings.twilio_api_url) or not loopback

    def compose(message: Message, invitation: Invitation, centre: Centre) -> Outgoing:
        policy = policy_of(centre)
        link = sent_link_url(settings.public_url, secrets, invitation)
        if message.channel == "sms":
            reports = reachable and message.provider == "twilio"
            return Outgoing(
                id=message.id,
                channel="sms",
                to=message.address,
                body=sms(centre.name, link, message.language, invitation.guest, policy.sms_texts),
                link=link,
                status_url=status_url(settings.public_url, message.id) if reports else "",
                sender=policy.sender,
                provider=message.provider,
            )
        written = mail(centre.name, link, message.language, invitation.guest, policy.mail_texts)
        return Outgoing(
            id=message.id,
            channel="email",
            to=message.address,
            body=written.text,
            link=link,
            subject=written.subject,
            html=written.html,
            sender=policy.sender,
        )

    return compose
