"""What the invitation of a guest says, in the languages of the console."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from signaling.domain.invitation_words import Wording
from signaling.domain.records import GuestRole

_FRENCH: Final = Wording(
    sms="{centre} vous invite à voir une visio (patient, confidentiel) : {link}",
    subject="{centre} vous invite à suivre une visio",
    request="{centre} vous invite à suivre la vidéo d’un appel, avec votre téléphone ou votre ordinateur.",
    steps="Ouvrez ce lien maintenant :",
    sound="Vous pouvez y voir des images d’un patient. Elles sont confidentielles : ne les enregistrez pas, "
    "ne transmettez pas ce lien, qui ne s’ouvre que dans un seul navigateur. Il n’y a pas de son.",
    button="Ouvrir la visio",
    by_hand="Si le bouton ne répond pas, copiez cette adresse dans votre navigateur :",
    unexpected="Si vous ne savez pas pourquoi {centre} vous écrit, ignorez ce message.",
)
_ENGLISH: Final = Wording(
    sms="{centre} invites you to watch live video (patient, private): {link}",
    subject="{centre} invites you to watch a live video",
    request="{centre} invites you to watch the video of a call, with your phone or computer.",
    steps="Open this link now:",
    sound="You may see pictures of a patient. They are confidential: do not record them, do not "
    "forward this link, which opens in one browser only. There is no sound.",
    button="Open the video",
    by_hand="If the button does nothing, copy this address into your browser:",
    unexpected="If you do not know why {centre} writes to you, ignore this message.",
)

GUEST_WORDINGS: Final[dict[str, dict[GuestRole, Wording]]] = {
    "fr": {
        "watch": _FRENCH,
        "seen": replace(
            _FRENCH,
            request="{centre} vous invite à suivre la vidéo d’un appel, avec votre téléphone ou votre "
            "ordinateur. Vous pourrez montrer votre caméra si vous le voulez.",
        ),
        "camera": replace(
            _FRENCH,
            sms="{centre} vous demande de filmer (patient, confidentiel) : {link}",
            subject="{centre} vous demande de filmer la situation",
            request="{centre} vous demande de filmer la situation avec votre téléphone.",
            steps="Ouvrez ce lien sur votre téléphone, puis autorisez l’appareil photo :",
            sound="Filmez seulement ce que le régulateur demande. Les images d’un patient sont "
            "confidentielles : ne transmettez pas ce lien. Il n’y a pas de son.",
            button="Ouvrir la vidéo",
        ),
    },
    "en": {
        "watch": _ENGLISH,
        "seen": replace(
            _ENGLISH,
            request="{centre} invites you to watch the video of a call, with your phone or computer. You can "
            "show your own camera if you wish.",
        ),
        "camera": replace(
            _ENGLISH,
            sms="{centre} asks you to film (patient, confidential): {link}",
            subject="{centre} asks you to film the situation",
            request="{centre} asks you to film the situation with your phone.",
            steps="Open this link on your phone, then allow the camera:",
            sound="Film only what you are asked to. Pictures of a patient are confidential: do not forward "
            "this link. There is no sound.",
        ),
    },
}
