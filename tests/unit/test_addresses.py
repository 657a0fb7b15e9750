"""Numbers and e-mail addresses, as people type, paste and dictate them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.domain.addresses import Address, display, hint, parse
from signaling.domain.errors import BadAddress

BOB = "+33612345678"


@pytest.mark.parametrize(
    "typed",
    [
        "06 12 34 56 78",
        "0612345678",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "06/12/34/56/78",
        "(06) 12 34 56 78",
        "06–12–34–56–78",
        "6 12 34 56 78",
        "+33 6 12 34 56 78",
        "+33612345678",
        "33612345678",
        "0033 6 12 34 56 78",
        "0033612345678",
        "00 33 6 12 34 56 78",
        "+33 (0)6 12 34 56 78",
        "(+33) 6 12 34 56 78",
        "0033(0)612345678",
        "+33\u00a06\u202f12\u202f34\u202f56\u202f78",
        "\u202a+33 6 12 34 56 78\u202c",  # the invisible marks around a number copied from a contact list
        "٠٦١٢٣٤٥٦٧٨",
        "０６１２３４５６７８",
        "  0612345678\n",
        "tel:+33612345678",
        "tel:+33-6-12-34-56-78",
        "Tél. : 06 12 34 56 78 (portable)",
        "06 12 34 56 78;",
    ],
)
def test_a_mobile_number_is_read_however_it_is_typed(typed: str) -> None:
    assert parse(typed) == Address(channel="sms", value=BOB, line="mobile", region="FR")


@pytest.mark.parametrize(
    ("typed", "value", "region"),
    [
        ("0692 12 34 56", "+262692123456", "RE"),
        ("0693 12 34 56", "+262693123456", "RE"),
        ("0639 01 23 45", "+262639012345", "YT"),
        ("0639 12 34 56", "+262639123456", "YT"),
        ("0690 12 34 56", "+590690123456", "GP"),
        ("0691 28 34 56", "+590691283456", "GP"),
        ("0694 12 34 56", "+594694123456", "GF"),
        ("0696 12 34 56", "+596696123456", "MQ"),
        ("0697 12 34 56", "+596697123456", "MQ"),
        ("+262 692 12 34 56", "+262692123456", "RE"),
        ("00262 692 12 34 56", "+262692123456", "RE"),
        ("+33 6 92 12 34 56", "+262692123456", "RE"),  # not a metropolitan number, whatever its prefix says
        ("+687 75 12 34", "+687751234", "NC"),
        ("+689 87 12 34 56", "+68987123456", "PF"),
        ("+681 82 12 34", "+681821234", "WF"),
        ("+508 55 12 34", "+508551234", "PM"),
        ("+44 7400 123456", "+447400123456", "GB"),
        ("+44 (0)7400 123456", "+447400123456", "GB"),
        ("0044 7400 123456", "+447400123456", "GB"),
        ("+49 (0)151 23456789", "+4915123456789", "DE"),
        ("+352 628 123 456", "+352628123456", "LU"),
    ],
)
def test_mobiles_overseas_and_abroad_keep_their_own_country(typed: str, value: str, region: str) -> None:
    assert parse(typed) == Address(channel="sms", value=value, line="mobile", region=region)


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("03 83 12 34 56", "fixed"),
        ("0262 20 12 34", "fixed"),
        ("+1 212 555 0123", "fixed_or_mobile"),
        ("09 70 12 34 56", "voip"),
        ("0800 123 456", "other"),
    ],
)
def test_a_line_that_may_not_take_an_sms_is_told_and_not_refused(typed: str, line: str) -> None:
    assert parse(typed).line == line


def test_a_mobile_range_newer_than_the_tables_is_taken() -> None:
    assert parse("07 00 12 34 56") == Address(channel="sms", value="+33700123456", line="mobile", region="FR")


@pytest.mark.parametrize("typed", ["15", "17", "18", "112", "114", "3615", "36 15", "118 712", "116 117"])
def test_emergency_and_short_numbers_are_no_callers(typed: str) -> None:
    assert _reason(typed) == "not_a_number"


@pytest.mark.parametrize("typed", ["0899 12 34 56", "0820 12 34 56", "+33 899 12 34 56", "+1 900 555 1234"])
def test_costly_numbers_are_refused(typed: str) -> None:
    assert _reason(typed) == "premium"


@pytest.mark.parametrize("typed", ["+999 123 4567", "00999 123 4567", "+210 123 4567"])
def test_a_country_code_that_does_not_exist_is_named_as_the_fault(typed: str) -> None:
    assert _reason(typed) == "unknown_country"


@pytest.mark.parametrize(
    "typed",
    [
        "bonjour",
        "+",
        "0033",
        "06 12 34 56 7",
        "06 12 34 56 78 9",
        "06 11 31 23 4",  # one digit short, and no Australian number (0061 ...) either
        "06 12 34 O6 78",
        "00 00 00 00 00",
        "75 12 34",  # rings in New Caledonia and in Saint-Pierre
        "0612345678 ou 0698765432",
        "0612345678 / 0698765432",
        "01 23 45 67 89 poste 12",
        "0" * 5000,
        "<script>alert(1)</script>",
    ],
)
def test_what_is_not_one_whole_number_is_refused(typed: str) -> None:
    assert _reason(typed) == "not_a_number"


@pytest.mark.parametrize("typed", ["", "   ", "\u200b", "\n\t"])
def test_nothing_typed_is_told_apart_from_something_wrong(typed: str) -> None:
    assert _reason(typed) == "empty"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("alice@example.org", "alice@example.org"),
        ("  Alice.Martin+visio@Example.ORG ", "Alice.Martin+visio@example.org"),
        ("mailto:alice@example.org", "alice@example.org"),
        ("Alice Martin <alice@example.org>", "alice@example.org"),
        ("alice@example.org.", "alice@example.org"),
        ("alice＠example.org", "alice@example.org"),
        ("alice@chu-nancy.fr", "alice@chu-nancy.fr"),
        ("alice@hôpital.fr", "alice@xn--hpital-ixa.fr"),
        ("o'connor@example.ie", "o'connor@example.ie"),
    ],
)
def test_an_email_address_is_made_canonical(typed: str, value: str) -> None:
    assert parse(typed) == Address(channel="email", value=value, line="email")


@pytest.mark.parametrize(
    "typed",
    [
        "alice@",
        "@example.org",
        "alice@example",
        "alice@localhost",
        "alice@127.0.0.1",
        "alice@example..org",
        "alice@-example.org",
        "alice..martin@example.org",
        "alice martin@example.org",
        "alice@bob@example.org",
        "hélène@example.org",
        '"alice"@example.org',
        "alice@example.org\nBcc: charlie@example.org",
        "alice\r\nSubject: x@example.org",
        "alice@example.org\x00",
        "alice@example.org, bob@example.org",
        f"{'a' * 65}@example.org",
        f"alice@{'a' * 64}.org",
        f"alice@{'a.' * 124}org",
        f"{'é' * 120}@{'é' * 120}.org",
    ],
)
def test_what_is_not_one_plain_email_address_is_refused(typed: str) -> None:
    assert _reason(typed) == "not_an_email"


@pytest.mark.parametrize(
    ("typed", "shown", "masked"),
    [
        (BOB, "06 12 34 56 78", "+33 6 •• •• •• 78"),
        ("0692 12 34 56", "0692 12 34 56", "+262 6•• •• •• 56"),
        ("0639 12 34 56", "0639 12 34 56", "+262 6•• •• •• 56"),
        ("+44 7400 123456", "+44 7400 123456", "+44 7••• ••••56"),
        ("+687 75 12 34", "+687 75.12.34", "+687 7•.••.34"),
        ("julie@example.org", "julie@example.org", "j•••@example.org"),
        ("j@hôpital.fr", "j@hôpital.fr", "j•••@hôpital.fr"),
    ],
)
def test_an_address_is_shown_as_people_write_it_and_masked_where_it_must_not_be_used(
    typed: str, shown: str, masked: str
) -> None:
    address = parse(typed)

    assert (display(address), display(address.value)) == (shown, shown)
    assert (hint(address), hint(address.value)) == (masked, masked)


def test_a_row_without_an_address_can_still_be_shown() -> None:
    assert (display(""), hint("")) == ("", "•••")


@given(st.one_of(st.text(), st.text(alphabet="+0123456789 ()-.@a"), st.emails()))
def test_whatever_is_typed_the_answer_is_a_stable_address_or_bad_address(typed: str) -> None:
    try:
        address = parse(typed)
    except BadAddress:
        return
    assert address.value.isprintable()
    assert address.value.isascii()
    assert parse(address.value) == address
    assert parse(display(address)) == address


@given(st.integers(min_value=100_000_000, max_value=799_999_999))
def test_the_ten_digits_of_a_french_number_survive_storing_and_showing(subscriber: int) -> None:
    digits = f"0{subscriber}"
    try:
        address = parse(digits)
    except BadAddress:
        assert digits[1] not in "67"  # every mobile is taken
        return
    assert display(address).replace(" ", "") == digits
    assert parse(address.value) == address


@given(st.integers(min_value=600_000_000, max_value=799_999_999))
def test_a_masked_number_keeps_six_digits_to_itself(subscriber: int) -> None:
    masked = hint(parse(f"0{subscriber}"))

    assert masked.count("•") == 6
    assert masked.endswith(str(subscriber)[-2:])


def _reason(typed: str) -> str:
    with pytest.raises(BadAddress) as refused:
        parse(typed)
    return refused.value.reason
