"""The certificate of `scripts/run --lan`."""

from __future__ import annotations

import ssl
import stat
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from config import certificate

NOW = datetime(2026, 11, 18, tzinfo=UTC)
LAN = "192.168.1.7"


def test_it_names_the_address_and_this_machine(tmp_path: Path) -> None:
    pem = certificate.ensure(tmp_path / "lan", LAN, NOW)
    made = x509.load_pem_x509_certificate(pem.read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.IPAddress) == [ip_address(LAN), ip_address("127.0.0.1")]
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]


def test_phones_accept_its_length_of_life(tmp_path: Path) -> None:
    made = x509.load_pem_x509_certificate(certificate.ensure(tmp_path, LAN, NOW).read_bytes())
    assert made.not_valid_before_utc < NOW
    assert made.not_valid_after_utc - made.not_valid_before_utc <= timedelta(days=398)


def test_only_its_owner_reads_the_key(tmp_path: Path) -> None:
    pem = certificate.ensure(tmp_path / "lan", LAN, NOW)
    assert stat.S_IMODE(pem.stat().st_mode) == 0o600
    assert stat.S_IMODE(pem.parent.stat().st_mode) == 0o700


def test_a_server_can_use_the_file_as_it_is(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.ensure(tmp_path, LAN, NOW))


def test_the_phones_that_accepted_it_are_not_asked_again(tmp_path: Path) -> None:
    first = certificate.ensure(tmp_path, LAN, NOW).read_bytes()
    later = NOW + certificate.VALID - certificate.RENEW - timedelta(days=2)
    assert certificate.ensure(tmp_path, LAN, later).read_bytes() == first


@pytest.mark.parametrize(
    ("address", "at"),
    [("192.168.1.8", NOW), (LAN, NOW + certificate.VALID), (LAN, NOW - timedelta(days=30))],
)
def test_another_address_or_another_time_makes_another_one(
    tmp_path: Path, address: str, at: datetime
) -> None:
    first = certificate.ensure(tmp_path, LAN, NOW).read_bytes()
    second = certificate.ensure(tmp_path, address, at).read_bytes()
    assert second != first
    made = x509.load_pem_x509_certificate(second)
    assert made.not_valid_before_utc < at < made.not_valid_after_utc - certificate.RENEW


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_damaged_file_is_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "server.pem").write_bytes(content)
    x509.load_pem_x509_certificate(certificate.ensure(tmp_path, LAN, NOW).read_bytes())
