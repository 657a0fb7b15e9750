"""The private names through which we enter aiortc, aioice and pylibsrtp are where they were."""

from __future__ import annotations

import inspect

import pytest
from aioice.ice import CandidatePair, Connection, StunProtocol
from aiortc import RTCCertificate, RTCDtlsTransport, RTCIceGatherer, RTCIceTransport, RTCSctpTransport
from pylibsrtp import Policy, Session
from pylibsrtp._binding import ffi, lib  # type: ignore[import-not-found]


def has(owner: object, *names: str) -> bool:
    missing = [name for name in names if not hasattr(owner, name)]
    assert not missing, f"{owner!r} lost {missing}"
    return True


async def test_the_ice_agent_still_has_what_we_set_and_override() -> None:
    agent = Connection(ice_controlling=False)
    assert has(agent, "_local_candidates", "_local_candidates_start", "_local_candidates_end", "_protocols")
    assert has(agent, "_nominated", "_queue", "_remote_candidates", "_check_list")
    assert list(inspect.signature(agent.check_incoming).parameters) == ["message", "addr", "protocol"]
    assert list(inspect.signature(agent.build_request).parameters) == ["pair", "nominate"]
    assert list(inspect.signature(agent.check_state).parameters) == ["pair", "state"]
    assert list(inspect.signature(agent.data_received).parameters) == ["data", "component"]
    assert inspect.iscoroutinefunction(agent.gather_candidates)
    assert has(CandidatePair, "remote_addr", "State")
    assert has(StunProtocol(agent), "receiver", "transactions")
    assert "_network_host" in inspect.getsource(CandidatePair)


async def test_the_ice_agent_still_connects_by_looking_every_20_ms_and_has_what_ours_does_it_with() -> None:
    assert "asyncio.sleep(0.02)" in inspect.getsource(Connection.connect)
    agent = Connection(ice_controlling=False)
    assert has(agent, "_pair_remote_candidate", "sort_check_list", "_unfreeze_initial", "_check_periodic")
    assert has(agent, "_early_checks", "_early_checks_done", "_check_list", "_check_list_state")
    assert has(agent, "query_consent", "_query_consent_task")
    assert "put_nowait(ICE_COMPLETED)" in inspect.getsource(Connection._check_list_maybe_complete)


def test_the_ice_agent_still_reports_what_was_authenticated_and_only_that() -> None:
    """`check_incoming` and a pair's success are where the guard learns whom to trust."""
    request = inspect.getsource(Connection.request_received)
    assert request.index("check_message_integrity") < request.index("check_incoming")
    assert "State.SUCCEEDED" in inspect.getsource(Connection.check_start)
    assert "receiver.data_received" in inspect.getsource(StunProtocol.datagram_received)


async def test_the_gatherer_still_hands_its_agent_to_the_transport() -> None:
    gatherer = RTCIceGatherer(iceServers=[])
    agent = gatherer._connection = Connection(ice_controlling=False)
    assert RTCIceTransport(gatherer)._connection is agent


async def test_the_dtls_and_sctp_transports_still_have_their_keys_roles_and_queues() -> None:
    dtls = RTCDtlsTransport(
        RTCIceTransport(RTCIceGatherer(iceServers=[])), [RTCCertificate.generateCertificate()]
    )
    assert has(dtls, "_rx_srtp", "_tx_srtp")
    dtls._set_role("server")
    sctp = RTCSctpTransport(dtls)
    assert sctp.is_server
    assert has(sctp, "_data_channel_queue", "_outbound_queue", "_sent_queue", "_advertised_rwnd")
    assert has(sctp, "_handle_data", "_inbound_streams", "_sack_misordered")
    assert has(sctp._get_inbound_stream(0), "reassembly")


@pytest.mark.parametrize("kind", ["", "_rtcp"])
def test_libsrtp_still_works_in_place_on_a_buffer(kind: str) -> None:
    policy = Policy(key=bytes(30), ssrc_type=Policy.SSRC_ANY_OUTBOUND)
    session = Session(policy)
    buffer, length = ffi.new("char[]", 2048), ffi.new("int *", 40)
    ffi.buffer(buffer)[:40] = b"\x80\xc8\x00\x09" + bytes(36)
    assert getattr(lib, f"srtp_protect{kind}")(session._srtp[0], buffer, length) == 0
    assert length[0] > 40
    assert getattr(lib, f"srtp_unprotect{kind}")
