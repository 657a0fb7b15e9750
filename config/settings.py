"""All settings: one frozen struct, read once from the environment, checked loudly.

Every secret also comes as `NAME_FILE`, the path of a file that holds it. `docs/settings.md` lists them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

import msgspec

from config.figures import metrics_faults, telemetry_faults
from config.network import external_pair, media_faults, port_range, turn_faults
from config.storage import bucket_faults, key_faults
from signaling.domain.map_tiles import is_template

SmsProvider = Literal["outbox", "twilio", "ovh"]
MailProvider = Literal["outbox", "smtp"]
CallerLanguage = Literal[
    "ar", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "ro", "ru", "tr", "uk", "zh"
]  # fmt: skip
VIDEO_CODECS = ("H264", "VP8", "VP9", "AV1")


class SettingsError(Exception):
    """One or more settings can't be used; the text names each and says what it takes."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    # --- where
    host: str = "127.0.0.1"
    port: int = 8000
    data_dir: Path = Path("var")
    public_url: str = ""  # as callers reach it; default http://HOST:PORT
    secret_key: str = ""  # 32 bytes or more; made in DATA_DIR when empty
    trusted_proxies: str = "127.0.0.1"  # whose X-Forwarded-* headers count
    # --- records, bus, relay
    database_url: str = ""  # default: SQLite in DATA_DIR
    redis_url: str = ""  # empty: bus and relay inside this process
    media_addresses: tuple[str, ...] = ()  # local addresses the relay offers; empty: all but loopback
    media_external_addresses: tuple[str, ...] = ()  # PUBLIC or PUBLIC/LOCAL, where a NAT maps 1:1
    media_ports: str = ""  # e.g. 40000-40999; empty: any
    media_max_packets: int = 50_000  # a second, in and out, that a relay carries
    media_max_cpu: int = 90  # percent of one core
    media_max_lag: int = 250  # ms that its event loop may be late on average
    start_bitrate: int = 1200  # kbit/s the phone starts at
    video_codecs: tuple[str, ...] = VIDEO_CODECS  # the best first; others are not taken
    # --- the way to the relay, for browsers
    stun_urls: tuple[str, ...] = ()
    turn_urls: tuple[str, ...] = ()
    turn_secret: str = ""  # coturn's static-auth-secret
    turn_minutes: int = 60  # how long a browser can sign in with what the secret made for it
    turn_user: str = ""  # of a TURN service without such a secret, as the next one
    turn_password: str = ""
    # --- messages to callers
    caller_language: CallerLanguage = "fr"  # of SMS and mails; the page follows the phone
    sms_provider: SmsProvider = "outbox"
    sms_provider_2: Literal["none", "outbox", "twilio", "ovh"] = "none"  # by which a regulator can send again
    mail_provider: MailProvider = "outbox"
    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_from: str = ""  # number, or MG... messaging service
    twilio_api_url: str = ""  # another host than Twilio's, e.g. a proxy
    ovh_application_key: str = ""
    ovh_application_secret: str = ""
    ovh_consumer_key: str = ""
    ovh_account: str = ""  # sms-...
    ovh_sender: str = ""  # number or name that the account holds
    ovh_api_url: str = ""  # another host than OVHcloud's European one
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_from: str = ""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    # --- addresses of positions
    ban_domain: str = "data.geopf.fr/geocodage"  # `off` for none, as the next one
    nominatim_domain: str = "nominatim.openstreetmap.org"
    geocoder_scheme: Literal["https", "http"] = "https"
    map_tiles: str = ""  # URL with {z}, {x} and {y}; empty: no map
    map_attribution: str = "© OpenStreetMap"  # shown on the map, as its makers ask
    # --- files
    clamav_socket: str = ""  # path of clamd's UNIX socket, or HOST:PORT; empty: files are not scanned
    clamav_required: bool = True  # refuse files while clamd does not answer
    master_key: str = ""  # base64 of 32 bytes; made in DATA_DIR when empty
    master_key_old: tuple[str, ...] = ()  # of before, until `key rewrap`
    files: Literal["disk", "s3"] = "disk"  # in DATA_DIR, or in a bucket
    s3_endpoint: str = ""  # empty: Amazon's
    s3_bucket: str = ""
    s3_region: str = "us-east-1"
    s3_access_key: str = ""
    s3_secret_key: str = ""
    s3_prefix: str = ""  # before each name in the bucket
    # --- sessions
    invitation_minutes: int = 120
    session_hours: int = 12
    login_hours: int = 12
    keep_days: int = 365  # pictures and documents, after the end of their session; 0: for ever
    time_zone: str = "Europe/Paris"  # where the centres are: the figures' days begin and end there
    test_page_calls: int = 4  # that /test makes at once; 0: there is no such page
    audit_heads_file: str = ""  # where the heads of the audit's chains are kept too; empty: in the log only
    # --- Pro Santé Connect; off without an issuer
    psc_issuer: str = ""
    psc_discovery_url: str = ""  # where the provider describes itself; default: below the issuer
    psc_client_id: str = ""
    psc_client_secret: str = ""
    psc_scope: str = "openid scope_all"
    psc_acr: Literal["eidas1", "eidas2", "eidas3"] = "eidas1"  # how sure the provider must be, at least
    psc_claim_rpps: str = "SubjectNameID"
    # --- demonstration
    demo: bool = True
    demo_password: str = ""
    # --- figures
    metrics_token: str = ""  # who knows it reads /metrics from anywhere
    metrics_networks: tuple[str, ...] = ("127.0.0.0/8", "::1/128")  # whose machines read it without
    media_metrics_address: str = ""  # HOST:PORT where a media node shows its own; empty: nowhere
    otel_exporter_otlp_endpoint: str = ""  # of a collector, e.g. http://collector:4318; empty: no spans
    sentry_dsn: str = ""  # empty: errors stay in the log
    drain_seconds: int = 0  # after SIGTERM, in which /readyz says no and all goes on
    # --- log
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def secure(self) -> bool:
        """Whether browsers reach us over TLS: cookies are then `__Host-` and Secure."""
        return self.origin.startswith("https://")

    @property
    def origin(self) -> str:
        """The origin of our own pages, as browsers write it."""
        return _origin(urlsplit(self.public_url))

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins that POSTs and WebSockets may come from, the public one first.

        A server reached at the loopback goes by several names; they all are this machine at the same port.
        """
        url = urlsplit(self.public_url)
        names = LOOPBACK if url.hostname in LOOPBACK else ()
        aliases = [_origin(url._replace(netloc=_netloc(name, url.port))) for name in names]
        return tuple(dict.fromkeys((self.origin, *aliases)))

    @property
    def sms_providers(self) -> tuple[str, ...]:
        """The first one first."""
        second = self.sms_provider_2
        return (self.sms_provider,) if second == "none" else (self.sms_provider, second)

    @property
    def embedded(self) -> bool:
        return not self.redis_url


SECRETS = (
    "secret_key",
    "master_key",
    "master_key_old",
    "s3_secret_key",
    "database_url",
    "redis_url",
    "turn_secret",
    "turn_password",
    "twilio_auth_token",
    "ovh_application_secret",
    "ovh_consumer_key",
    "smtp_password",
    "psc_client_secret",
    "demo_password",
    "metrics_token",
    "sentry_dsn",
)
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NEEDED = {
    "twilio": ("twilio_account_sid", "twilio_auth_token", "twilio_from"),
    "ovh": ("ovh_application_key", "ovh_application_secret", "ovh_consumer_key", "ovh_account", "ovh_sender"),
}
_EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LEAST = {
    "media_max_packets": 1,
    "media_max_cpu": 1,
    "media_max_lag": 1,
    "start_bitrate": 50,
    "turn_minutes": 10,  # a connection must come about before its credentials end
    "invitation_minutes": 1,
    "session_hours": 1,
    "login_hours": 1,
}


def read(environ: Mapping[str, str]) -> Settings:
    """Settings from an environment. Raises SettingsError that names every fault at once."""
    faults: list[str] = []
    values: dict[str, Any] = {}
    hints = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    for name, kind in hints.items():
        raw = _raw(environ, name, faults)
        if raw is None:
            continue
        try:
            values[name] = _convert(raw, kind)
        except ValueError as error:
            faults.append(f"{name.upper()}: {error}")
    settings = Settings(**values)
    named = {fault.partition(":")[0].removesuffix("_FILE") for fault in faults}
    faults.extend(fault for fault in _contradictions(settings) if fault.partition(":")[0] not in named)
    if faults:
        raise SettingsError("\n".join(faults))
    return _with_defaults(settings)


def _raw(environ: Mapping[str, str], name: str, faults: list[str]) -> str | None:
    key = name.upper()
    value = environ.get(key, "").strip()
    file = environ.get(f"{key}_FILE", "").strip() if name in SECRETS else ""
    if not file:
        return value or None
    if value:
        faults.append(f"{key}: given twice, also as {key}_FILE")
        return None
    return _file(f"{key}_FILE", file, faults)


def _file(key: str, path: str, faults: list[str]) -> str | None:
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        faults.append(f"{key}: {error.strerror} ({path})")
    except UnicodeDecodeError:
        faults.append(f"{key}: takes a text file ({path})")
    else:
        if value:
            return value
        faults.append(f"{key}: the file is empty ({path})")
    return None


def _convert(raw: str, kind: Any) -> Any:
    if kind is bool:
        if raw.lower() in {"1", "true", "yes", "on"}:
            return True
        if raw.lower() in {"0", "false", "no", "off"}:
            return False
        raise ValueError(f"takes 1 or 0, not {raw!r}")
    if kind is int:
        if not raw.isdecimal():
            raise ValueError(f"takes a whole number, not {raw!r}")
        return int(raw)
    if kind is Path:
        return Path(raw)
    if choices := get_args(kind):
        return _convert_choice(raw, choices)
    return raw


def _convert_choice(raw: str, choices: tuple[Any, ...]) -> Any:
    if choices[-1] is Ellipsis:
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    if raw not in choices:
        raise ValueError(f"takes one of {', '.join(choices)}, not {raw!r}")
    return raw


def _map_faults(template: str) -> list[str]:
    if not template or is_template(template):
        return []
    return ["MAP_TILES: takes a URL with {z}, {x} and {y}, e.g. https://tiles.example.fr/{z}/{x}/{y}.png"]


def _zone_faults(name: str) -> list[str]:
    try:
        ZoneInfo(name)
    except (ValueError, OSError):  # no such name, a path, a folder of the database
        return ["TIME_ZONE: takes a name of the IANA database, e.g. Europe/Paris or America/Martinique"]
    return []


def _contradictions(settings: Settings) -> list[str]:
    return [
        *_carrier_faults(settings),
        *_range_faults(settings),
        *_place_faults(settings),
        *_provider_faults(settings),
        *_storage_faults(settings),
        *_map_faults(settings.map_tiles),
        *_zone_faults(settings.time_zone),
        *telemetry_faults(settings.otel_exporter_otlp_endpoint, settings.sentry_dsn),
        *metrics_faults(settings.metrics_token, settings.metrics_networks, settings.media_metrics_address),
        *media_faults(settings.media_addresses, settings.media_external_addresses, settings.media_ports),
        *turn_faults(
            settings.stun_urls,
            settings.turn_urls,
            settings.turn_secret,
            settings.turn_user,
            settings.turn_password,
        ),
    ]


def _carrier_faults(settings: Settings) -> Iterator[str]:
    for setting in ("sms_provider", "sms_provider_2"):
        provider = getattr(settings, setting)
        for name in _NEEDED.get(provider, ()):
            if not getattr(settings, name):
                yield f"{name.upper()}: needed with {setting.upper()}={provider}"
    if settings.sms_provider_2 == settings.sms_provider:
        yield "SMS_PROVIDER_2: takes another provider than SMS_PROVIDER"
    if settings.mail_provider == "smtp":
        for name in ("smtp_host", "smtp_from"):
            if not getattr(settings, name):
                yield f"{name.upper()}: needed with MAIL_PROVIDER=smtp"


def _range_faults(settings: Settings) -> Iterator[str]:
    for name in ("port", "smtp_port"):
        if not 1 <= getattr(settings, name) <= 65535:
            yield f"{name.upper()}: takes a number from 1 to 65535"
    for name, least in _LEAST.items():
        if getattr(settings, name) < least:
            yield f"{name.upper()}: takes {least} or more"
    codecs = settings.video_codecs
    if not codecs or len(set(codecs) & set(VIDEO_CODECS)) < len(codecs):
        yield f"VIDEO_CODECS: takes {', '.join(VIDEO_CODECS)}, the best first, each at most once"
    if settings.demo_password and len(settings.demo_password) < 8:
        yield "DEMO_PASSWORD: takes 8 characters or more"


def _place_faults(settings: Settings) -> Iterator[str]:
    if settings.clamav_socket and not _is_socket(settings.clamav_socket):
        yield "CLAMAV_SOCKET: takes the path of a socket from /, or HOST:PORT"
    if settings.secret_key and len(settings.secret_key.encode()) < 32:
        yield "SECRET_KEY: takes 32 bytes or more"
    if settings.redis_url and not settings.secret_key:
        yield "SECRET_KEY: needed with REDIS_URL, the same on every process"
    if settings.public_url and not _is_site(settings.public_url):
        yield "PUBLIC_URL: takes an http or https address without a path, e.g. https://visio.example.fr"
    if not settings.public_url.isascii():  # one letter outside the SMS alphabet triples the price of each SMS
        yield "PUBLIC_URL: takes ASCII; write an accented name as its xn-- form"
    if not settings.database_url and set("?%#") & set(str(settings.data_dir)):
        yield "DATA_DIR: can't contain ?, % or # while it holds the database"


def _provider_faults(settings: Settings) -> Iterator[str]:
    if not settings.psc_issuer:
        return
    for name in ("psc_client_id", "psc_client_secret"):
        if not getattr(settings, name):
            yield f"{name.upper()}: needed with PSC_ISSUER"
    for name in ("psc_issuer", "psc_discovery_url"):
        address = getattr(settings, name)
        if address and not address.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            yield f"{name.upper()}: takes an https address"


def _storage_faults(settings: Settings) -> Iterator[str]:
    yield from key_faults(settings.master_key, settings.master_key_old)
    if settings.files == "s3":
        needed = ("s3_bucket", "s3_access_key", "s3_secret_key", "master_key")
        yield from bucket_faults(
            settings.s3_endpoint, {name.upper(): getattr(settings, name) for name in needed}
        )


def _is_socket(address: str) -> bool:
    host, _, port = address.rpartition(":")
    return address.startswith("/") or (bool(host) and port.isdecimal() and 1 <= int(port) <= 65535)


def _is_site(address: str) -> bool:
    try:
        url = urlsplit(address.rstrip("/"))
        port = url.port
    except ValueError:
        return False
    rest = url.path or url.query or url.fragment or url.username or url.password
    return url.scheme in _DEFAULT_PORTS and bool(url.hostname) and not rest and port != 0


def _with_defaults(settings: Settings) -> Settings:
    host = "127.0.0.1" if settings.host in _EVERY_ADDRESS else settings.host
    public = settings.public_url.rstrip("/") or f"http://{_netloc(host, settings.port)}"
    database = settings.database_url or f"sqlite:///{settings.data_dir / 'visio.db'}"
    ban, nominatim = (
        "" if name == "off" else name for name in (settings.ban_domain, settings.nominatim_domain)
    )
    return msgspec.structs.replace(
        settings, public_url=public, database_url=database, ban_domain=ban, nominatim_domain=nominatim
    )


def _netloc(host: str, port: int | None) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port is None else f"{name}:{port}"


def _origin(url: SplitResult) -> str:
    """Browsers write it in lower case and leave out the port that the scheme implies (RFC 6454, 6.2)."""
    port = None if url.port == _DEFAULT_PORTS.get(url.scheme) else url.port
    return f"{url.scheme}://{_netloc(url.hostname or '', port)}"


def media_port_range(settings: Settings) -> tuple[int, int] | None:
    """(lowest, highest) UDP port of the relay, or None for any."""
    return port_range(settings.media_ports)


def media_external_pairs(settings: Settings) -> tuple[tuple[str, str], ...]:
    """(public, local) addresses of the relay; local is empty for all of the same IP version."""
    return tuple(map(external_pair, settings.media_external_addresses))
