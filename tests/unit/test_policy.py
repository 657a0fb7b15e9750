"""What a centre may decide, and what of it can be lived by."""

from __future__ import annotations

from typing import Any

import pytest

from signaling.domain.errors import BadPolicy
from signaling.domain.gsm7 import fits, segments
from signaling.domain.invitation_text import mail, own_sms, sms
from signaling.domain.policy import Policy, Quotas, policy_of, with_policy
from signaling.domain.policy_check import check
from tests.cast import SAMU_54

LINK = "https://visio.samu54.example/j#" + "x" * 43


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sender", "SAMU-54"),
        ("sender", "123456"),
        ("sender", "TWELVE CHARS"),
        ("sms_texts", {"fr": "sans lien"}),
        ("sms_texts", {"fr": "{link} {link}"}),
        ("sms_texts", {"fr": "{link}" + "a" * 700}),
        ("sms_texts", {"fr": "{link}" + "ж" * 300}),
        ("sms_texts", {"xx": "{link}"}),
        ("sms_texts", {"fr": "{link}\x00"}),
        ("mail_texts", {"fr": "a" * 1001}),
        ("destinations", ("FR", "XX")),
        ("quotas", Quotas(sms_per_user_hour=-1)),
        ("keep_days", {"captures": 40_000}),
        ("phrases", ("closer", "unknown")),
        ("map_tiles", "https://tiles.example.fr; script-src */{z}/{x}/{y}.png"),
        ("map_attribution", "a" * 201),
    ],
)
def test_what_no_centre_can_live_by_is_refused_by_its_name(field: str, value: Any) -> None:
    with pytest.raises(BadPolicy) as refused:
        check(Policy(**{field: value}), LINK)
    assert refused.value.field == field


def test_a_name_in_other_letters_counts_as_the_carrier_counts() -> None:
    policy = Policy(sms_texts={"fr": "{centre} {link} " + "a" * 400})
    check(policy, LINK, "SAMU 54")
    with pytest.raises(BadPolicy):
        check(policy, LINK, "САМУ")


def test_what_a_centre_may_want_is_kept_as_it_is() -> None:
    wanted = Policy(
        sender="SAMU 54",
        sms_texts={"fr": "{centre} : ouvrez {link}", "ar": "{link} افتح"},
        mail_texts={"fr": "Bonjour,\nici {centre}."},
        destinations=("FR", "BE"),
        keep_days={"captures": 0},
        phrases=("closer", "light"),
        map_tiles="https://{s}.tiles.example.fr/{z}/{x}/{y}.png",
        off=("guests",),
    )
    check(wanted, LINK)
    assert policy_of(with_policy(SAMU_54, wanted)) == wanted
    assert with_policy(SAMU_54, Policy()).policy == ""


def test_a_centres_own_text_is_sent_in_the_alphabet_of_sms_where_it_can_be() -> None:
    text = own_sms("{centre} vous prête l’œil {déjà} : {link}", "SAMU 54", LINK)
    assert text == f"SAMU 54 vous prete l'oeil {{déjà}} : {LINK}"
    assert fits(text)
    assert segments(text) == 1
    assert own_sms("{link} افتح هذا الرابط من فضلك الآن بسرعة", "SAMU 54", LINK).startswith(LINK)


def test_a_name_that_looks_like_a_place_fills_none() -> None:
    assert own_sms("{centre} {link}", "{link}", LINK) == f"{{link}} {LINK}"


def test_only_callers_of_that_language_read_the_centres_own_text() -> None:
    own = {"fr": "Le SAMU vous écrit : {link}"}
    assert sms("SAMU 54", LINK, "fr-CA", "", own) == f"Le SAMU vous écrit : {LINK}"
    assert "Le SAMU" not in sms("SAMU 54", LINK, "en", "", own)
    assert "Le SAMU" not in sms("SAMU 54", LINK, "fr", "watch", own)


def test_a_centres_own_mail_keeps_the_steps_and_stays_text() -> None:
    written = mail("SAMU 54", LINK, "fr", "", {"fr": "<b>{centre}</b> vous écrit."})
    assert written.text.startswith("<b>SAMU 54</b> vous écrit.")
    assert LINK in written.text
    assert "<b>SAMU" not in written.html
    assert "pas de son" in written.html
