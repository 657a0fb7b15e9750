"""The geocoder: geopy's own clients against a local server that speaks as the BAN and Nominatim do."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
from pytest_httpserver import HTTPServer
from structlog.testing import capture_logs
from werkzeug import Request, Response

from signaling.geocode.geopy import GeopyGeocoder

PLACE_STANISLAS = (48.6936, 6.1832)
BAN_PATH = "/geocodage/reverse"
NOMINATIM_PATH = "/nominatim/reverse"
LABEL = "1 Place Stanislas 54000 Nancy"
DISPLAY_NAME = "1, Place Stanislas, Nancy, Meurthe-et-Moselle, Grand Est, 54000, France"


def _ban(label: object = LABEL, geometry: object = ...) -> dict[str, object]:
    point = {"type": "Point", "coordinates": [6.1832, 48.6936]}
    properties = {"label": label, "score": 0.99, "distance": 12, "postcode": "54000", "city": "Nancy"}
    feature = {
        "type": "Feature",
        "geometry": point if geometry is ... else geometry,
        "properties": properties,
    }
    return {"type": "FeatureCollection", "features": [feature], "query": "reverse"}


def _osm(display_name: object = DISPLAY_NAME) -> dict[str, object]:
    return {"place_id": 1, "lat": "48.6936", "lon": "6.1832", "display_name": display_name, "address": {}}


@pytest.fixture
def hanging() -> Iterator[HTTPServer]:
    """A server whose BAN never answers, while its Nominatim may."""
    released = threading.Event()

    def wait(request: Request) -> Response:
        released.wait()
        return Response(status=503)

    with HTTPServer(threaded=True) as server:
        server.expect_request(BAN_PATH).respond_with_handler(wait)
        yield server
        released.set()


NO_HIT = {"type": "FeatureCollection", "features": []}


@pytest.fixture
async def geocoder(httpserver: HTTPServer) -> AsyncIterator[GeopyGeocoder]:
    geocoder = _geocoder(httpserver)
    yield geocoder
    await geocoder.close()


def _geocoder(server: HTTPServer, timeout: float = 30.0, ban: bool = True, osm: bool = True) -> GeopyGeocoder:
    host = f"{server.host}:{server.port}"
    return GeopyGeocoder(
        f"{host}/geocodage" if ban else "", f"{host}/nominatim" if osm else "", "http", timeout=timeout
    )


async def test_an_address_in_france_comes_from_the_national_base_alone(
    geocoder: GeopyGeocoder, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(BAN_PATH, query_string="lat=48.6936&lon=6.1832").respond_with_json(_ban())

    assert await geocoder.address(*PLACE_STANISLAS) == (LABEL, "BAN")
    assert len(httpserver.log) == 1


async def test_a_place_that_the_base_does_not_know_comes_from_openstreetmap(
    geocoder: GeopyGeocoder, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(BAN_PATH).respond_with_json(NO_HIT)
    httpserver.expect_request(NOMINATIM_PATH).respond_with_json(_osm())

    assert await geocoder.address(*PLACE_STANISLAS) == (DISPLAY_NAME, "OpenStreetMap")


async def test_openstreetmap_is_told_who_asks_and_in_which_language(
    geocoder: GeopyGeocoder, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(BAN_PATH).respond_with_json(NO_HIT)
    httpserver.expect_request(NOMINATIM_PATH).respond_with_json(_osm())

    await geocoder.address(*PLACE_STANISLAS)

    request, _ = httpserver.log[-1]
    assert request.headers["User-Agent"] == "VisioRegul"
    assert request.args["accept-language"] == "fr"
    assert (request.args["lat"], request.args["lon"]) == ("48.6936", "6.1832")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, "Too many requests"),
        (500, "Oops"),
        (503, ""),
        (403, "Forbidden"),
        (302, ""),
        (200, "<html>captive portal</html>"),
        (200, "[]"),
        (200, "null"),
        (200, "{}"),
        (200, '{"features": null}'),
        (200, '{"features": [null]}'),
        (200, '{"features": [{}]}'),
        (200, '{"features": [{"geometry": null, "properties": {"label": "x"}}]}'),
        (200, '{"features": [{"geometry": {"coordinates": []}, "properties": null}]}'),
        (200, '{"features": [{"geometry": {"coordinates": [6, 48]}, "properties": {"label": null}}]}'),
        (200, '{"features": [{"geometry": {"coordinates": [6, 999]}, "properties": {"label": "x"}}]}'),
        (200, '{"features": [{"geometry": {"coordinates": ["a", "b"]}, "properties": {"label": "x"}}]}'),
        (200, '{"features": [{"geometry": {"coordinates": [6, 48]}, "properties": {"label": {"a": 1}}}]}'),
        (200, "\x00\xff"),
        (200, "[" * 100_000),
    ],
)
async def test_whatever_the_base_answers_openstreetmap_is_asked(
    geocoder: GeopyGeocoder, httpserver: HTTPServer, status: int, body: str
) -> None:
    httpserver.expect_request(BAN_PATH).respond_with_data(body, status, content_type="application/json")
    httpserver.expect_request(NOMINATIM_PATH).respond_with_json(_osm())

    assert await geocoder.address(*PLACE_STANISLAS) == (DISPLAY_NAME, "OpenStreetMap")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, "Too many requests"),
        (500, "Oops"),
        (200, "<html>"),
        (200, "null"),
        (200, "[]"),
        (200, '{"error": "Unable to geocode"}'),
        (200, '{"error": {"code": 400}}'),
        (200, '{"lat": "x", "lon": "y", "display_name": "z"}'),
        (200, '{"lat": "48", "lon": "6", "display_name": null}'),
        (200, '{"lat": "48", "lon": "6", "display_name": "   "}'),
        (200, '{"lat": null, "lon": "6"}'),
    ],
)
async def test_when_neither_knows_there_is_no_address_and_no_error(
    geocoder: GeopyGeocoder, httpserver: HTTPServer, status: int, body: str
) -> None:
    httpserver.expect_request(BAN_PATH).respond_with_json(NO_HIT)
    httpserver.expect_request(NOMINATIM_PATH).respond_with_data(body, status)

    assert await geocoder.address(*PLACE_STANISLAS) is None


async def test_an_address_is_one_line_of_bounded_length(
    geocoder: GeopyGeocoder, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(BAN_PATH).respond_with_json(_ban("1 Place\r\nStanislas\t54000 " + "N" * 9999))

    found = await geocoder.address(*PLACE_STANISLAS)

    assert found is not None
    assert found[0].startswith("1 Place Stanislas 54000 NNN")
    assert len(found[0]) == 300


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(91, 6), (-91, 6), (48, 181), (48, -181), (float("nan"), 6), (48, float("nan")), (float("inf"), 6)],
)
async def test_a_position_that_is_not_on_earth_is_asked_of_nobody(
    geocoder: GeopyGeocoder, httpserver: HTTPServer, latitude: float, longitude: float
) -> None:
    assert await geocoder.address(latitude, longitude) is None
    assert httpserver.log == []


@pytest.mark.parametrize(("latitude", "longitude"), [(0, 0), (90, 180), (-90, -180), (1e-9, -1e-9)])
async def test_the_ends_of_the_earth_are_asked_for(
    geocoder: GeopyGeocoder, httpserver: HTTPServer, latitude: float, longitude: float
) -> None:
    httpserver.expect_request(BAN_PATH).respond_with_json(_ban())

    assert await geocoder.address(latitude, longitude) == (LABEL, "BAN")


async def test_a_base_that_hangs_leaves_openstreetmap_its_time(hanging: HTTPServer) -> None:
    hanging.expect_request(NOMINATIM_PATH).respond_with_json(_osm())
    geocoder = _geocoder(hanging, timeout=2.0)

    found = await geocoder.address(*PLACE_STANISLAS)
    await geocoder.close()

    assert found == (DISPLAY_NAME, "OpenStreetMap")


async def test_nobody_waits_longer_than_the_time_out_for_an_address(hanging: HTTPServer) -> None:
    geocoder = _geocoder(hanging, timeout=0.2, osm=False)

    assert await geocoder.address(*PLACE_STANISLAS) is None
    await geocoder.close()


async def test_a_source_without_a_domain_is_not_asked(httpserver: HTTPServer) -> None:
    httpserver.expect_request(NOMINATIM_PATH).respond_with_json(_osm())
    geocoder = _geocoder(httpserver, ban=False)

    found = await geocoder.address(*PLACE_STANISLAS)
    await geocoder.close()

    assert found == (DISPLAY_NAME, "OpenStreetMap")
    assert [request.path for request, _ in httpserver.log] == [NOMINATIM_PATH]


async def test_without_any_domain_there_is_no_address(httpserver: HTTPServer) -> None:
    geocoder = _geocoder(httpserver, ban=False, osm=False)

    assert await geocoder.address(*PLACE_STANISLAS) is None
    await geocoder.close()


async def test_a_host_that_is_away_gives_no_address() -> None:
    geocoder = GeopyGeocoder("127.0.0.1:9/geocodage", "127.0.0.1:9", "http")

    assert await geocoder.address(*PLACE_STANISLAS) is None
    await geocoder.close()


async def test_the_position_is_not_in_the_log(
    geocoder: GeopyGeocoder, httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    httpserver.expect_request(BAN_PATH).respond_with_data("48.6936", 500)
    httpserver.expect_request(NOMINATIM_PATH).respond_with_data("48.6936", 500)

    with caplog.at_level(logging.DEBUG), capture_logs() as ours:
        await geocoder.address(*PLACE_STANISLAS)

    theirs = [record.getMessage() for record in caplog.records if record.name != "werkzeug"]
    assert [entry["source"] for entry in ours] == ["BAN", "OpenStreetMap"]
    assert "48.69" not in f"{ours} {theirs}"
