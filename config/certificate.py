"""The self-signed certificate of `scripts/run --lan`: phones give their camera to HTTPS pages only."""

from __future__ import annotations

import socket
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signaling import private_file

VALID: Final = timedelta(days=397)  # Apple refuses longer ones (support.apple.com/102028)
RENEW: Final = timedelta(days=30)


class NoNetwork(Exception):
    """This machine has no address on a local network."""


def lan_address() -> str:
    """The IPv4 address by which neighbours reach this machine. Sends nothing. Raises NoNetwork."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # of the documentation's network: only asks the routing table
        except OSError:
            raise NoNetwork("this machine is on no local network: connect it to the phones' Wi-Fi") from None
        return str(probe.getsockname()[0])


def ensure(folder: Path, address: str, now: datetime) -> Path:
    """A PEM file (0600) with key and certificate for `address` and localhost: the one made earlier if it
    still fits. `now` is aware of its time zone.
    """
    path = folder / "server.pem"
    if not _fits(path, address, now):
        private_file.write(path, _make(address, now))
    return path


def _fits(path: Path, address: str, now: datetime) -> bool:
    try:
        pem = path.read_bytes()
        serialization.load_pem_private_key(pem, None)
        certificate = x509.load_pem_x509_certificate(pem)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    known = names.get_values_for_type(x509.IPAddress)
    began, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return ip_address(address) in known and began <= now < ends - RENEW


def _make(address: str, now: datetime) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"VisioRegul on {address}")])
    addresses = [x509.IPAddress(ip_address(one)) for one in (address, "127.0.0.1")]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # a phone's clock may be behind
        .not_valid_after(now - timedelta(days=1) + VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost"), *addresses]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return (private + certificate.public_bytes(serialization.Encoding.PEM)).decode()
