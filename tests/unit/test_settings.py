"""Settings: read once, every fault named at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import Settings, SettingsError, media_port_range, read

KEY = "0123456789abcdef0123456789abcdef"


def faults(environ: dict[str, str]) -> list[str]:
    """What is wrong, one line each."""
    with pytest.raises(SettingsError) as caught:
        read(environ)
    return str(caught.value).splitlines()


# ---------------------------------------------------------------- defaults
def test_an_empty_environment_is_a_whole_product_on_this_machine() -> None:
    settings = read({})
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.database_url == "sqlite:///var/visio.db"
    assert settings.embedded
    assert not settings.secure


def test_an_empty_value_is_the_default() -> None:
    assert read({"PORT": " ", "DEMO": ""}) == read({})


def test_the_public_address_follows_host_and_port() -> None:
    assert read({"HOST": "192.0.2.7", "PORT": "9000"}).public_url == "http://192.0.2.7:9000"
    assert read({"HOST": "::1"}).public_url == "http://[::1]:8000"


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_server_that_listens_everywhere_is_opened_at_the_loopback_unless_it_says_where(host: str) -> None:
    assert read({"HOST": host}).public_url == "http://127.0.0.1:8000"


# ---------------------------------------------------------------- where browsers reach us
def test_cookies_are_secure_exactly_when_browsers_come_over_tls() -> None:
    assert read({"PUBLIC_URL": "https://visio.example.fr"}).secure
    assert not read({"PUBLIC_URL": "http://visio.example.fr"}).secure


@pytest.mark.parametrize(
    ("public_url", "origin"),
    [
        ("https://visio.example.fr/", "https://visio.example.fr"),
        ("https://Visio.Example.fr:443", "https://visio.example.fr"),
        ("HTTP://visio.example.fr:80", "http://visio.example.fr"),
        ("https://visio.example.fr:8443", "https://visio.example.fr:8443"),
        ("http://[2001:db8::1]:8000", "http://[2001:db8::1]:8000"),
    ],
)
def test_the_origin_is_written_as_browsers_write_it(public_url: str, origin: str) -> None:
    settings = read({"PUBLIC_URL": public_url})
    assert settings.origin == origin
    assert settings.origins == (origin,)


def test_the_loopback_is_the_same_site_under_each_of_its_names() -> None:
    assert read({}).origins == ("http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000")


@pytest.mark.parametrize(
    "public_url",
    [
        "visio.example.fr",
        "ftp://visio.example.fr",
        "https://",
        "https://visio.example.fr/app",
        "https://a:b@visio.example.fr",
        "https://visio.example.fr?x",
        "https://visio.example.fr:99999",
    ],
)
def test_a_public_address_that_is_no_site_is_refused(public_url: str) -> None:
    assert faults({"PUBLIC_URL": public_url}) == [
        "PUBLIC_URL: takes an http or https address without a path, e.g. https://visio.example.fr"
    ]


# ---------------------------------------------------------------- faults
def test_every_fault_is_named_at_once() -> None:
    environ = {"PORT": "http", "DEMO": "maybe", "LOG_LEVEL": "loud", "TURN_URLS": "turn:x"}
    environ |= {"SECRET_KEY": "short", "SMS_PROVIDER": "twilio", "LOGIN_HOURS": "0"}
    named = [fault.partition(":")[0] for fault in faults(environ)]
    assert named == [
        "PORT",
        "DEMO",
        "LOG_LEVEL",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_FROM",
        "LOGIN_HOURS",
        "SECRET_KEY",
        "TURN_SECRET",
    ]


@pytest.mark.parametrize(
    ("name", "value", "takes"),
    [
        ("PORT", "0", "from 1 to 65535"),
        ("PORT", "65536", "from 1 to 65535"),
        ("PORT", "-1", "a whole number"),
        ("SMTP_PORT", "70000", "from 1 to 65535"),
        ("LOGIN_HOURS", "1.5", "a whole number"),
        ("INVITATION_MINUTES", "0", "1 or more"),
        ("START_BITRATE", "2", "50 or more"),
        ("VIDEO_CODECS", "H264,H265", "H264, VP8, VP9, AV1"),
        ("VIDEO_CODECS", "VP8,H264,VP8", "each at most once"),
        ("VIDEO_CODECS", ",", "H264, VP8, VP9, AV1"),
        ("MEDIA_PORTS", "50000-40000", "40000-40999"),
        ("MEDIA_PORTS", "80-90", "40000-40999"),
        ("DEMO", "2", "1 or 0"),
        ("SMS_PROVIDER", "pigeon", "outbox, twilio"),
        ("SMS_PROVIDER_2", "pigeon", "none, outbox, twilio, ovh"),
        ("SMS_PROVIDER_2", "outbox", "another provider than SMS_PROVIDER"),
        ("SMTP_SECURITY", "ssl", "starttls, tls, none"),
        ("TURN_MINUTES", "9", "10 or more"),
        ("SECRET_KEY", "31 bytes are one too few......", "32 bytes"),
        ("DEMO_PASSWORD", "1234567", "8 characters"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_the_setting_takes(
    name: str, value: str, takes: str
) -> None:
    [fault] = faults({name: value})
    assert fault.startswith(f"{name}: takes")
    assert takes in fault


@pytest.mark.parametrize("setting", ["SMS_PROVIDER", "SMS_PROVIDER_2"])
def test_a_second_provider_needs_its_settings_as_the_first_does(setting: str) -> None:
    named = faults(
        {"SMS_PROVIDER": "twilio", "TWILIO_ACCOUNT_SID": "AC", "TWILIO_AUTH_TOKEN": "t"}
        | {"TWILIO_FROM": "+33700000000", setting: "ovh", "OVH_ACCOUNT": "sms-ab12345-1"}
    )
    assert named == [
        f"{name}: needed with {setting}=ovh"
        for name in ("OVH_APPLICATION_KEY", "OVH_APPLICATION_SECRET", "OVH_CONSUMER_KEY", "OVH_SENDER")
    ]


def test_a_fault_names_its_setting_once() -> None:
    assert len(faults({"SMS_PROVIDER": "twilio", "TWILIO_FROM": "+33700000000"})) == 2
    assert faults({"REDIS_URL": "redis://x", "SECRET_KEY_FILE": "/nowhere"}) == [
        "SECRET_KEY_FILE: No such file or directory (/nowhere)"
    ]


def test_mail_by_smtp_needs_a_server_and_a_sender() -> None:
    named = {fault.partition(":")[0] for fault in faults({"MAIL_PROVIDER": "smtp"})}
    assert named == {"SMTP_HOST", "SMTP_FROM"}


def test_processes_that_share_redis_must_share_a_key() -> None:
    assert faults({"REDIS_URL": "redis://x"}) == [
        "SECRET_KEY: needed with REDIS_URL, the same on every process"
    ]
    assert not read({"REDIS_URL": "redis://x", "SECRET_KEY": KEY}).embedded


# ---------------------------------------------------------------- secrets in files
def test_a_secret_comes_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    assert read({"SECRET_KEY_FILE": str(file)}).secret_key == KEY


def test_only_secrets_come_from_files(tmp_path: Path) -> None:
    file = tmp_path / "port"
    file.write_text("9000")
    assert read({"PORT_FILE": str(file)}).port == Settings().port


@pytest.mark.parametrize(
    ("content", "fault"),
    [(b"", "the file is empty"), (b"\xff\xfe", "takes a text file"), (None, "No such file")],
)
def test_a_secret_file_that_cannot_be_used_is_named(
    tmp_path: Path, content: bytes | None, fault: str
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    [line] = faults({"SMTP_PASSWORD_FILE": str(file)})
    assert line.startswith(f"SMTP_PASSWORD_FILE: {fault}")
    assert str(file) in line


def test_a_secret_given_twice_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    assert faults({"SECRET_KEY": KEY, "SECRET_KEY_FILE": str(file)}) == [
        "SECRET_KEY: given twice, also as SECRET_KEY_FILE"
    ]


def test_no_fault_repeats_the_value_of_a_secret() -> None:
    environ = {
        "SECRET_KEY": "hunter2",
        "DEMO_PASSWORD": "swordf",
        "TURN_SECRET": "letmein",
        "TURN_PASSWORD": "melon",
    }
    text = "\n".join(faults(environ))
    assert not [secret for secret in ("hunter2", "swordf", "letmein", "melon") if secret in text]


# ---------------------------------------------------------------- lists and ranges
def test_lists_and_ranges_are_read_as_they_are_written() -> None:
    settings = read(
        {
            "MEDIA_ADDRESSES": "192.0.2.7, 2001:db8::7",
            "MEDIA_PORTS": "40000-40999",
            "DATA_DIR": "/srv/visio",
            "DEMO": "off",
        }
    )
    assert settings.media_addresses == ("192.0.2.7", "2001:db8::7")
    assert media_port_range(settings) == (40000, 40999)
    assert settings.database_url == "sqlite:////srv/visio/visio.db"
    assert not settings.demo


def test_without_a_range_the_relay_takes_any_port() -> None:
    assert media_port_range(read({})) is None


def test_a_geocoder_can_be_left_out() -> None:
    settings = read({"BAN_DOMAIN": "off", "NOMINATIM_DOMAIN": "off"})
    assert (settings.ban_domain, settings.nominatim_domain) == ("", "")
    assert read({}).ban_domain
