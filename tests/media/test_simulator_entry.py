"""The private names through which simulated peers enter aiortc, aioice and pylibsrtp are where they were."""

from __future__ import annotations

import inspect

from aioice.ice import CandidatePair, Connection, StunProtocol
from aiortc import RTCConfiguration, RTCPeerConnection
from pylibsrtp import Policy, Session
from pylibsrtp._binding import ffi, lib  # type: ignore[import-not-found]


async def test_a_transceiver_still_leads_to_its_keys_and_to_its_ice_agent() -> None:
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    video = pc.addTransceiver("video")
    dtls = video.sender.transport
    assert {"_rx_srtp", "_tx_srtp"} <= vars(dtls).keys()
    assert isinstance(dtls.transport._connection, Connection)
    await pc.close()


async def test_a_connection_still_starts_media_by_the_two_methods_that_we_replace() -> None:
    source = inspect.getsource(RTCPeerConnection)
    assert "await transceiver.sender.send(" in source
    assert "await transceiver.receiver.receive(" in source


async def test_the_ice_agent_still_has_its_sockets_its_path_and_its_checks() -> None:
    agent = Connection(ice_controlling=True)
    assert (agent._protocols, agent._nominated, agent._check_list) == ([], {}, [])
    assert list(inspect.signature(agent.get_component_candidates).parameters) == [
        "component", "addresses", "timeout",
    ]  # fmt: skip
    assert "receiver.data_received" in inspect.getsource(StunProtocol.datagram_received)
    assert {"WAITING", "FROZEN"} <= set(CandidatePair.State.__members__)


def test_the_ice_agent_still_looks_only_now_and_then_whether_its_checks_are_done() -> None:
    """The day it does not, `_check_next` can go."""
    assert "await asyncio.sleep(0.02)" in inspect.getsource(Connection.connect)
    assert "self._check_periodic()" in inspect.getsource(Connection.connect)
    assert "pair.task is None" in inspect.getsource(Connection.check_start_task)


def test_libsrtp_still_protects_in_place() -> None:
    session = Session(Policy(key=bytes(30), ssrc_type=Policy.SSRC_ANY_OUTBOUND))
    buffer, length = ffi.new("char[]", 2048), ffi.new("int *", 40)
    ffi.buffer(buffer)[:40] = b"\x80\x60\x00\x09" + bytes(36)
    assert lib.srtp_protect(session._srtp[0], buffer, length) == 0
    assert length[0] > 40
    assert lib.srtp_unprotect
