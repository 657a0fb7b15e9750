"""The geocoder the other way round: local servers that speak as the BAN and Nominatim do."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from signaling.domain.errors import GeocoderUnavailable
from signaling.geocode.geopy import GeopyGeocoder
from signaling.ports import Found
from tests.contract.test_geocoder import DISPLAY_NAME, LABEL, NO_HIT, _ban, _geocoder, _osm

BAN_PATH = "/geocodage/search"
NOMINATIM_PATH = "/nominatim/search"


@pytest.fixture
async def geocoder(httpserver: HTTPServer) -> AsyncIterator[GeopyGeocoder]:
    made = _geocoder(httpserver)
    yield made
    await made.close()


async def test_an_address_in_france_is_found_by_the_national_base_alone(
    geocoder: GeopyGeocoder, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(BAN_PATH).respond_with_json(_ban())

    assert await geocoder.find("1 place Stanislas, Nancy") == Found(LABEL, 48.6936, 6.1832)
    assert [request.args["q"] for request, _ in httpserver.log] == ["1 place Stanislas, Nancy"]


@pytest.mark.parametrize(("status", "body"), [(200, "{}"), (500, "Oops"), (429, ""), (200, "null")])
async def test_what_the_base_does_not_know_openstreetmap_is_asked(
    geocoder: GeopyGeocoder, httpserver: HTTPServer, status: int, body: str
) -> None:
    httpserver.expect_request(BAN_PATH).respond_with_data(body, status, content_type="application/json")
    httpserver.expect_request(NOMINATIM_PATH).respond_with_json([_osm()])

    assert await geocoder.find("Nancy") == Found(DISPLAY_NAME, 48.6936, 6.1832)


async def test_an_address_that_nobody_knows_is_none(geocoder: GeopyGeocoder, httpserver: HTTPServer) -> None:
    httpserver.expect_request(BAN_PATH).respond_with_json(NO_HIT)
    httpserver.expect_request(NOMINATIM_PATH).respond_with_json([])

    assert await geocoder.find("xyzzy") is None


async def test_a_source_that_is_down_is_told_from_an_address_that_is_unknown(
    geocoder: GeopyGeocoder, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(BAN_PATH).respond_with_json(NO_HIT)
    httpserver.expect_request(NOMINATIM_PATH).respond_with_data("Oops", 500)

    with pytest.raises(GeocoderUnavailable):
        await geocoder.find("xyzzy")


async def test_nobody_waits_longer_than_the_time_out(httpserver: HTTPServer) -> None:
    released = threading.Event()

    def wait(_: Request) -> Response:
        released.wait()
        return Response(status=503)

    httpserver.expect_request(BAN_PATH).respond_with_handler(wait)
    geocoder = _geocoder(httpserver, timeout=0.2, osm=False)
    try:
        with pytest.raises(GeocoderUnavailable):
            await geocoder.find("Nancy")
    finally:
        released.set()
        await geocoder.close()


async def test_without_any_source_there_is_no_geocoder() -> None:
    with pytest.raises(GeocoderUnavailable):
        await GeopyGeocoder("", "").find("Nancy")
