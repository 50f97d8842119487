"""No key of a portal is ever seen: not in a file, a log line, an error, its chain, its frames, or a bar."""

from __future__ import annotations

import logging
import pickle
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import portal_server as play
from outside import Hasty, chain, spellings
from outside import assert_clean as no_key_in
from sharemap import catalog
from sharemap.catalog.portals import portals
from sharemap.errors import FetchError, InputError
from sharemap.sources.asking import Key, Limits
from sharemap.sources.portals.fetching import Options, fetch, key_of

ENVIRON = {
    "SHAREMAP_SEOUL_KEY": play.KEYS["seoul"],
    "SHAREMAP_DATA_GO_KR_KEY": play.KEYS["national"],
    "SHAREMAP_ESHARE_KEY": play.KEYS["eshare"],
}
LIMITS = Limits(read_s=0.2, whole_s=0.4, attempts=2, first_wait_s=0.001, longest_wait_s=0.002)


SECRETS = {text.lower() for key in play.KEYS.values() for text in spellings(key)}


def assert_clean(text):
    no_key_in(text, play.KEYS.values())


def echo(portal, key):
    """A fault that repeats the address that it was asked with, key and all."""

    def fault(handler):
        text = f"no such page: {handler.path} {key} {quote(key, safe='')}"
        play.send(
            handler, f"<html><title>{text}</title></html>", status=404 if len(portal.calls) % 2 else 200
        )

    return fault


FAULTS = {
    "echo": echo,
    "wrong key": lambda _portal, key: play.seoul_xml("INFO-100", f"인증키 {key} 오류"),
    "json": lambda _portal, key: play.says_json({"RESULT": {"CODE": "ERROR-500", "MESSAGE": key}}),
    "reset": lambda _portal, _key: play.resets,
    "silent": lambda _portal, _key: play.silent(0.3),
    "redirect": lambda _portal, _key: (
        lambda handler: play.moves_to("http://localhost:1" + handler.path)(handler)
    ),
    "half": lambda _portal, key: play.says('{"a": "' + key),
    "broken": lambda _portal, _key: play.breaks_off,
}
SOURCES = {
    "seoul": ("bike_station", "bike_station_list"),
    "national": ("parking_public", "parking_standard"),
    "eshare": ("shared_space", "eshare_rooms"),
}


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("fault", FAULTS)
def test_an_error_and_all_that_hangs_on_it_is_clean(tmp_path, caplog, capsys, name, fault):
    caplog.set_level(logging.DEBUG)
    layer, source = SOURCES[name]
    with play.Server() as portal:
        portal.always = FAULTS[fault](portal, play.KEYS[name])
        options = Options(
            root=tmp_path, endpoints={name: portal.url}, environ=ENVIRON, transport=Hasty(LIMITS)
        )
        with pytest.raises(FetchError) as caught:
            fetch(catalog.layer(layer).source(source), options)
        assert any(
            secret in portal.calls[0].path.lower() + str(portal.calls[0].query).lower() for secret in SECRETS
        )
    for text in chain(caught.value):
        assert_clean(text)
    logged = "\n".join(f"{record.getMessage()} {record.args} {record.__dict__}" for record in caplog.records)
    assert "urllib3" in logged  # the library did log, and its lines were cleaned
    assert_clean(logged)
    assert_clean("".join(capsys.readouterr()))
    assert_clean(repr(options))


def test_files_are_clean_even_if_the_portal_repeats_the_key(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    with play.Server() as portal:
        portal.envelopes["tbCycleStationInfo"] = "stationInfo"
        portal.rows["tbCycleStationInfo"] = play.stations(1_200)
        portal.rows["tn_pubr_prkplce_info_api"] = [
            {
                "prkplceNm": "가",
                "latitude": "37.49",
                "longitude": "126.88",
                "next": quote(play.KEYS["national"], safe=""),
            }
        ]
        portal.rows["010100"] = portal.rows["010200"] = [
            {"rsrcNo": "R1", "rsrcNm": "방", "latl": "37", "lot": "127", "url": f"/x/{play.KEYS['eshare']}/"}
        ]
        options = Options(
            root=tmp_path,
            endpoints=dict.fromkeys(SOURCES, portal.url),
            environ=ENVIRON,
            transport=Hasty(LIMITS),
        )
        done = [fetch(catalog.layer(layer).source(source), options) for layer, source in SOURCES.values()]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 3 + 2 + 1 + 4
    for path in files:
        assert_clean(path.read_bytes().decode())
        assert_clean(path.name)
    masked = [[page.masked for part in one.manifest.parts for page in part.pages] for one in done]
    assert masked == [[False, False], [True], [True, False, True, False]]
    assert_clean("\n".join(str(record.__dict__) for record in caplog.records))
    for one in done:
        assert_clean(repr(one))


def test_the_filters_go_with_the_fetch(tmp_path):
    before = {
        name: list(logging.getLogger(name).filters)
        for name in ("urllib3.connectionpool", "urllib3.util.retry")
    }
    with play.Server() as portal:
        portal.rows["tbCycleStationInfo"] = play.stations(1)
        options = Options(root=tmp_path, endpoints={"seoul": portal.url}, environ=ENVIRON)
        fetch(catalog.layer("bike_station").source("bike_station_list"), options)
    assert {name: logging.getLogger(name).filters for name in before} == before


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S")), min_size=8, max_size=40))
def test_a_key_is_found_in_every_spelling(text):
    key = Key(text, variable="X")
    for spelled in spellings(text) | {quote(text, safe="+"), text.upper()}:
        assert key.scrub(f"<{spelled}>") == "<[key]>"
        assert key.scrub_bytes(f"<{spelled}>".encode()) == b"<[key]>"
    assert text not in repr(key)


def test_a_key_cannot_be_written_anywhere():
    with pytest.raises(TypeError, match="never written"):
        pickle.dumps(Key("abcdefgh", variable="X"))


@pytest.mark.parametrize(
    "wrong", ["abc", "키키키키키키키키키", "https://x?key=abc", "abc\ndefghijk", '{"key": "abcdefg"}']
)
def test_what_is_no_key_is_refused_without_showing_it(wrong):
    portal = portals()["seoul"]
    with pytest.raises(InputError, match="holds no key") as caught:
        key_of(portal, {portal.key: wrong})
    assert wrong not in str(caught.value)
    assert key_of(portal, {}) is None
