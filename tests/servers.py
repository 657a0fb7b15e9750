"""Real servers for the tests, each in its own temporary folder on a free port of the loopback.

A missing binary is a failure that names the Debian package, never a skip. A server dies with the process
that started it, even when that one is killed.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import trustme

READY_WITHIN = 30.0  # seconds; a start takes 0.1 s to 2 s, on a busy machine more
LOOPBACK = "127.0.0.1"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
TURN_CONFIGURATION = Path(__file__).parents[1] / "docs" / "turn" / "turnserver.conf"


class ServerError(Exception):
    """A server of the tests is not installed, or did not start; the text says which and why."""


def free_port() -> int:
    """A TCP port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def listening(port: int) -> bool:
    """Whether something accepts connections on that port of the loopback."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False


class Server:
    """One server process that can be stopped, killed and started again on the same port."""

    def __init__(self, argv: Sequence[str], folder: Path, ready: Callable[[], bool]) -> None:
        # The kernel ends the server with its parent: no orphan is left by a killed test run.
        self._argv = [*_as_owner(folder), "--pdeathsig=INT", *argv]
        self._log = folder / "server.log"
        self._folder = folder
        self._ready = ready
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once the server answers. Raises ServerError with its log when it does not."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._argv, cwd=self._folder, stdout=log, stderr=log)
        deadline = time.monotonic() + READY_WITHIN
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop(signal.SIGKILL)
                raise ServerError(f"{self._argv} did not start:\n{self._log.read_text(errors='replace')}")
            time.sleep(0.01)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def stop(self, by: signal.Signals = signal.SIGINT) -> None:
        """Returns once the process is gone; a server that is not running is no error."""
        if self._process is not None:
            self._process.send_signal(by)
            self._process.send_signal(signal.SIGCONT)  # in case it is frozen
            self._process.wait()
            self._process = None

    def kill(self) -> None:
        self.stop(signal.SIGKILL)

    def freeze(self) -> None:
        """As a host that lost its network: connections stay open, and nothing answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


class RedisServer(Server):
    """A Redis that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://{LOOPBACK}:{self.port}/0"
        argv = [_binary("redis-server", "redis-server"), "--save", "", "--appendonly", "no"]
        argv += ["--bind", LOOPBACK, "--port", str(self.port)]
        super().__init__(argv, folder, self._answers)

    def flush(self) -> None:
        """Forget everything."""
        if self._ask(b"FLUSHALL\r\n") != b"+OK\r\n":
            raise ServerError("redis-server does not answer FLUSHALL")

    def _answers(self) -> bool:
        return self._ask(b"PING\r\n") == b"+PONG\r\n"

    def _ask(self, command: bytes) -> bytes:
        with (
            contextlib.suppress(OSError),
            socket.create_connection((LOOPBACK, self.port), timeout=READY_WITHIN) as connection,
        ):
            connection.sendall(command)
            return connection.recv(64)
        return b""


class PostgresServer(Server):
    """A PostgreSQL cluster that any local client may use as the superuser `visio`."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._psql = [_postgres("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", LOOPBACK]
        self._psql += ["-p", str(self.port), "-U", "visio"]
        _give_to_postgres(folder)
        data = str(folder / "data")
        if not (folder / "data").exists():
            initdb = [_postgres("initdb"), "-D", data, "-U", "visio", "-A", "trust", "-E", "UTF8"]
            initdb += ["--locale=C.UTF-8", "--no-sync", "--no-instructions"]
            _run([*_as_owner(folder), *initdb], folder)
        argv = [_postgres("postgres"), "-D", data, "-p", str(self.port), "-h", LOOPBACK, "-k", "", "-F"]
        for setting in ("max_connections=200", "autovacuum=off", "full_page_writes=off"):
            argv += ["-c", setting]
        super().__init__(argv, folder, self._answers)

    def url(self, database: str) -> str:
        return f"postgresql://visio@{LOOPBACK}:{self.port}/{database}"

    def create_database(self, name: str = "") -> str:
        """The name of a new, empty database, one of its own unless it is given."""
        name = name or f"test_{secrets.token_hex(6)}"
        # Copied as files: half the time of writing all of it to the log
        self.run_sql(f'CREATE DATABASE "{name}" STRATEGY file_copy')
        return name

    def drop_database(self, name: str) -> None:
        """Drops it even while somebody is connected."""
        self.run_sql(f'DROP DATABASE "{name}" WITH (FORCE)')

    def run_sql(self, statement: str, database: str = "postgres") -> None:
        _run([*self._psql, "-d", database, "-c", statement], self._folder)

    def _answers(self) -> bool:
        asked = [*self._psql, "-d", "postgres", "-c", "SELECT 1"]
        return (
            listening(self.port) and subprocess.run(asked, check=False, capture_output=True).returncode == 0
        )


class TurnServer(Server):
    """coturn with the documented configuration, but on the loopback, for a relay at 127.0.0.1."""

    def __init__(self, folder: Path) -> None:
        self.port, self.tls_port = free_port(), free_port()
        self.secret = secrets.token_hex(16)
        authority = trustme.CA()
        certificate = authority.issue_cert(LOOPBACK)
        self.authority = folder / "authority.pem"
        authority.cert_pem.write_to_path(self.authority)
        certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
        certificate.private_key_pem.write_to_path(folder / "key.pem")
        here = {
            "listening-ip": LOOPBACK,
            "listening-port": self.port,
            "tls-listening-port": self.tls_port,
            "cert": folder / "cert.pem",
            "pkey": folder / "key.pem",
            "relay-ip": LOOPBACK,
            "static-auth-secret": self.secret,
            "allowed-peer-ip": LOOPBACK,
            "userdb": folder / "turn.db",
            "pidfile": folder / "turn.pid",
            "cli-password": self.secret,  # wanted before it lets anybody reach the loopback
        }
        argv = [_binary("turnserver", "coturn"), "-c", str(TURN_CONFIGURATION), "--allow-loopback-peers"]
        # IPv6 as well, whose addresses could be another way to the same places
        argv += ["--relay-ip=::1", *(f"--{name}={value}" for name, value in here.items())]
        super().__init__(argv, folder, lambda: listening(self.port) and listening(self.tls_port))

    def stop(self, by: signal.Signals = signal.SIGTERM) -> None:
        """Not by SIGINT: coturn leaves it ignored where its parent does, as what a shell starts with `&`."""
        super().stop(by)

    @property
    def urls(self) -> dict[str, str]:
        """By transport."""
        return {
            "udp": f"turn:{LOOPBACK}:{self.port}",
            "tcp": f"turn:{LOOPBACK}:{self.port}?transport=tcp",
            "tls": f"turns:{LOOPBACK}:{self.tls_port}?transport=tcp",
        }


class ClamServer(Server):
    """clamd with a signature database of its own that knows the EICAR file and nothing else."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "clamd.sock"
        self.port = free_port()
        signatures = folder / "signatures"
        signatures.mkdir()
        # ClamAV's "extended signatures": name, any kind of file, any offset, the string in hex
        (signatures / "eicar.ndb").write_text(f"Eicar-Test:0:*:{EICAR.hex()}\n", encoding="ascii")
        lines = [f"DatabaseDirectory {signatures}", f"LocalSocket {self.path}", "Foreground yes"]
        lines += [f"TCPSocket {self.port}", f"TCPAddr {LOOPBACK}", "StreamMaxLength 20M", "MaxFileSize 20M"]
        configuration = folder / "clamd.conf"
        configuration.write_text("\n".join(lines), encoding="ascii")
        argv = [_binary("clamd", "clamav-daemon", "/usr/sbin"), "--config-file", str(configuration)]
        super().__init__(argv, folder, lambda: self.path.exists() and listening(self.port))

    def stop(self, by: signal.Signals = signal.SIGKILL) -> None:
        """It keeps nothing that could be lost, and takes seconds to say goodbye."""
        super().stop(by)
        self.path.unlink(missing_ok=True)


class S3Server(Server):
    """moto's server, a process of its own that keeps objects in memory.

    No registry that the tests install from has a packaged storage that knows conditional writes (Debian 12:
    rclone before `serve s3`, Ceph before conditional PUT). It answers the real client over HTTP; it does
    without If-Match where a multipart upload is completed.
    """

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        program = str(Path(sys.executable).with_name("moto_server"))
        argv = [program, "-H", LOOPBACK, "-p", str(self.port)]
        super().__init__(argv, folder, lambda: listening(self.port))


@contextlib.contextmanager
def s3_server() -> Iterator[S3Server]:
    """A storage for as long as the `with` lasts."""
    with _folder() as folder:
        server = S3Server(folder)
        with _running(server):
            yield server


@contextlib.contextmanager
def clam_server() -> Iterator[ClamServer]:
    """A clamd for as long as the `with` lasts."""
    with _folder() as folder:
        server = ClamServer(folder)
        with _running(server):
            yield server


@contextlib.contextmanager
def redis_server() -> Iterator[RedisServer]:
    """A Redis for as long as the `with` lasts."""
    with _folder() as folder:
        server = RedisServer(folder)
        with _running(server):
            yield server


@contextlib.contextmanager
def postgres_server(kept: Path | None = None) -> Iterator[PostgresServer]:
    """A PostgreSQL for as long as the `with` lasts. `kept`: a folder that holds its databases from one time
    to the next."""
    with contextlib.nullcontext(kept) if kept else _folder() as folder:
        server = PostgresServer(folder)
        with _running(server):
            yield server


@contextlib.contextmanager
def turn_server() -> Iterator[TurnServer]:
    """A coturn for as long as the `with` lasts."""
    with _folder() as folder:
        server = TurnServer(folder)
        with _running(server):
            yield server


@contextlib.contextmanager
def _running(server: Server) -> Iterator[None]:
    server.start()
    try:
        yield
    finally:
        server.stop()


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Not under pytest's own temporary folder: that one is closed to the user `postgres`."""
    with tempfile.TemporaryDirectory(prefix="visio-test-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _give_to_postgres(folder: Path) -> None:
    """PostgreSQL refuses to run as root: the folder, and so the cluster, belong to the user `postgres`."""
    if os.getuid() != 0:
        return
    try:
        shutil.chown(folder, "postgres", "postgres")
    except LookupError:
        raise ServerError("no user `postgres`: install the Debian package postgresql") from None


def _as_owner(folder: Path) -> list[str]:
    """The start of a command that runs as the owner of `folder`."""
    setpriv = [_binary("setpriv", "util-linux")]
    owner = folder.stat()
    if owner.st_uid == os.getuid():
        return setpriv
    return [*setpriv, f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--init-groups"]


def _postgres(name: str) -> str:
    """A binary of the newest PostgreSQL; Debian keeps those of the server off the PATH."""
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    newest = sorted(versions, key=lambda folder: int(folder.parent.name), reverse=True)
    return _binary(name, "postgresql", os.pathsep.join(map(str, newest)))


def _binary(name: str, package: str, folders: str = "") -> str:
    found = shutil.which(name, path=folders or None) or shutil.which(name)
    if found is None:
        raise ServerError(f"{name} is not installed: install the Debian package {package}")
    return found


def _run(argv: Sequence[str], folder: Path) -> None:
    done = subprocess.run(argv, check=False, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise ServerError(f"{' '.join(argv)} failed:\n{done.stdout}{done.stderr}")
