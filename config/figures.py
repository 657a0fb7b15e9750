"""What the settings of figures and health may be."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from typing import Final

_DSN: Final = re.compile(r"https?://\w+@[\w.:\[\]-]+/[\w/]*\d+", re.ASCII)


def metrics_faults(token: str, networks: Iterable[str], address: str) -> Iterator[str]:
    """What is wrong with METRICS_TOKEN, METRICS_NETWORKS and MEDIA_METRICS_ADDRESS."""
    if token and (len(token) < 16 or not token.isascii()):
        yield "METRICS_TOKEN: takes 16 ASCII characters or more"
    if tuple(networks) != ("off",) and not all(map(_is_network, networks)):
        yield "METRICS_NETWORKS: takes networks such as 10.0.0.0/8, with commas, or off"
    if address and not listening_at(address):
        yield "MEDIA_METRICS_ADDRESS: takes HOST:PORT, e.g. 127.0.0.1:9464"


def listening_at(address: str) -> tuple[str, int] | None:
    """(host, port) of `HOST:PORT`, the host of IPv6 in brackets; None for what is none."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 1 <= int(port) <= 65535:
        return None
    return host.strip("[]"), int(port)


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def telemetry_faults(collector: str, dsn: str) -> Iterator[str]:
    """What is wrong with OTEL_EXPORTER_OTLP_ENDPOINT and SENTRY_DSN."""
    if collector and not collector.startswith(("http://", "https://")):
        yield "OTEL_EXPORTER_OTLP_ENDPOINT: takes an address such as http://127.0.0.1:4318"
    if dsn and not _DSN.fullmatch(dsn):
        yield "SENTRY_DSN: takes https://KEY@HOST/PROJECT"
