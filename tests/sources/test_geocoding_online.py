"""VWorld and Kakao, against a server of our own that answers as they do, faults included. Nothing leaves the machine."""

from __future__ import annotations

import json
import logging
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import pandas as pd
import pytest
from pyproj import Transformer
from shapely.geometry import box

from outside import Hasty, assert_clean, chain
from sharemap import sites
from sharemap.addresses import parse
from sharemap.errors import InputError
from sharemap.sources.geocoding import Answer, AnswerCache, Bounds, Geocoder, Kakao, Miss, VWorld
from sharemap.sources.geocoding import online as module
from sharemap.sources.sites import read_sites

KEY = "SECRET/KEY=0123+456"
X, Y = 955_500.0, 1_950_500.0
LON, LAT = Transformer.from_crs(5179, 4326, always_xy=True).transform(X, Y)
AREA = gpd.GeoDataFrame(
    {
        "ward_code": ["11990", "11991"],
        "ward_name": ["가온구", "나래구"],
        "dong_code": ["1199051000", "1199151000"],
        "dong_name": ["한울동", "나래동"],
    },
    geometry=[box(X - 500, Y - 500, X + 500, Y + 500), box(X + 500, Y - 500, X + 1500, Y + 500)],
    crs=5179,
)


class Service:
    """A server on this machine; `answers` are given in their order, the last one again and again."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []
        self.ports = set()  # one a connection
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                service.ports.add(self.client_address)
                query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
                service.requests.append((query, dict(self.headers)))
                given = service.answers.pop(0) if len(service.answers) > 1 else service.answers[0]
                given = given(query) if callable(given) else given
                status, body, headers = given if isinstance(given, tuple) else (200, given, {})
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}/req/address"

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


def opened(kind, url):
    return kind(key=KEY, url=url, transport=Hasty(module._LIMITS, keep_alive=True))


@contextmanager
def asking(kind, *answers):
    with Service(*answers) as service, opened(kind, service.url) as provider:
        yield service, provider


def vworld(text="서울특별시 가온구 한울로 5 (한울동)", x=LON, y=LAT):
    return {
        "response": {
            "service": {"name": "address", "version": "2.0", "operation": "getCoord"},
            "status": "OK",
            "refined": {"text": text, "structure": {"level1": "서울특별시"}},
            "result": {"crs": "EPSG:4326", "point": {"x": str(x), "y": str(y)}},
        }
    }


def failing(code, text="인증키"):
    return {"response": {"status": "ERROR", "error": {"level": "2", "code": code, "text": f"{text} {KEY}"}}}


NOT_FOUND = {"response": {"status": "NOT_FOUND"}}


def kakao(*documents):
    return {"documents": list(documents), "meta": {"total_count": len(documents)}}


def road(main="5", *, sub="", ward="가온구", name="한울로", under="N", sido="서울"):
    text = f"{sido} {ward} {name} {main}" + (f"-{sub}" if sub else "")
    inner = {
        "address_name": text, "region_1depth_name": sido, "region_2depth_name": ward, "region_3depth_name": "한울동",
        "road_name": name, "underground_yn": under, "main_building_no": main, "sub_building_no": sub,
        "building_name": "", "zone_no": "01234", "x": str(LON), "y": str(LAT),
    }  # fmt: skip
    return {
        "address_name": text,
        "address_type": "ROAD_ADDR",
        "address": None,
        "road_address": inner,
    }


def lot(main="100", sub="1", dong="한울동", hill="N"):
    text = f"서울 가온구 {dong} {main}-{sub}"
    inner = {
        "address_name": text, "region_1depth_name": "서울", "region_2depth_name": "가온구", "region_3depth_name": dong,
        "mountain_yn": hill, "main_address_no": main, "sub_address_no": sub, "x": str(LON), "y": str(LAT),
    }  # fmt: skip
    return {"address_name": text, "address_type": "REGION_ADDR", "address": inner, "road_address": None}


# --------------------------------------------------------------------------------- what is asked and answered


def test_vworld_is_asked_for_a_road_and_answers_in_metres():
    with asking(VWorld, vworld()) as (service, provider):
        found = provider.ask(parse("서울시 가온구 한울로5(한울동) 3층"))
    assert isinstance(found, Answer)
    assert (found.x, found.y) == pytest.approx((X, Y), abs=0.01)
    assert (found.by, found.confidence) == ("vworld", "medium")
    query, _ = service.requests[0]
    assert query["address"] == "서울특별시 가온구 한울로 5"
    assert (query["type"], query["crs"], query["key"]) == ("ROAD", "epsg:4326", KEY)


def test_vworld_asks_for_the_parcel_when_the_road_is_not_known():
    with asking(VWorld, NOT_FOUND, vworld("서울특별시 가온구 세종로 1-68")) as (service, provider):
        assert isinstance(provider.ask(parse("가온구 세종로 1-68")), Answer)
    assert [query["type"] for query, _ in service.requests] == ["ROAD", "PARCEL"]
    with asking(VWorld, vworld("서울특별시 가온구 한울동 산3-1")) as (service, provider):
        assert isinstance(provider.ask(parse("가온구 한울동 산 3-1번지")), Answer)
    assert [query["type"] for query, _ in service.requests] == ["PARCEL"]


def test_kakao_is_asked_with_the_key_in_a_header():
    with asking(Kakao, kakao(road())) as (service, provider):
        found = provider.ask(parse("가온구 한울로 5"))
    assert isinstance(found, Answer)
    assert (found.x, found.y) == pytest.approx((X, Y), abs=0.01)
    assert (found.by, found.match) == ("kakao", "서울 가온구 한울로 5")
    query, headers = service.requests[0]
    assert query == {"query": "서울특별시 가온구 한울로 5", "analyze_type": "exact", "size": "10"}
    assert headers["Authorization"] == f"KakaoAK {KEY}"
    for asked, document in (
        ("가온구 한울동 100-1", lot()),
        ("가온구 한울1동 100-1", lot()),
        ("가온구 한울동 산100-1", lot(hill="Y")),
        ("가온구 한울로 지하5", road(under="Y")),
        ("가온구 한울로 5-2", road(sub="2")),
        ("가온구 세종로 100-1", lot(dong="세종로")),
        ("한울로 5", road()),
    ):
        with asking(Kakao, kakao(document)) as (_, provider):
            assert isinstance(provider.ask(parse(asked)), Answer), asked


@pytest.mark.parametrize("several", ["", " 외 2필지"])
def test_the_answer_for_several_lots_is_never_more_than_of_medium_confidence(several):
    with asking(Kakao, kakao(lot())) as (_, provider):
        assert provider.ask(parse(f"가온구 한울동 100-1{several}")).confidence == "medium"


@pytest.mark.parametrize(
    "text",
    [
        "서울특별시 가온구 한울로",  # a road
        "서울특별시 가온구 한울동",  # a dong
        "서울특별시 가온구",
        "",
        "서울특별시 가온구 한울로 7",
        "서울특별시 가온구 한울로 5-1",
        "서울특별시 가온구 한울로 지하5",
        "서울특별시 나래구 한울로 5",
        "서울특별시 가온구 한울로3길 5",
        "경기도 가온구 한울로 5",
        "서울특별시 가온구 한울동 5",
    ],
)
def test_vworld_answers_for_anything_else_are_refused(text):
    with asking(VWorld, vworld(text)) as (_, provider):
        found = provider.ask(parse("서울특별시 가온구 한울로 5"))
    assert isinstance(found, Miss)
    assert found.reason == "geocoding_refused"


@pytest.mark.parametrize(
    "document",
    [
        {"address_name": "서울 가온구 한울로", "address_type": "ROAD", "road_address": None, "x": LON, "y": LAT},
        {"address_name": "서울 가온구 한울동", "address_type": "REGION", "address": {"main_address_no": ""}},
        road("7"), road(sub="1"), road(under="Y"), road(ward="나래구"), road(name="한울로3길"), road(sido="경기"), lot(),
        road() | {"road_address": "text"},
    ],
)  # fmt: skip
def test_kakao_answers_for_anything_else_are_refused(document):
    with asking(Kakao, kakao(document)) as (_, provider):
        found = provider.ask(parse("서울특별시 가온구 한울로 5"))
    assert isinstance(found, Miss)
    assert found.reason == "geocoding_refused"


def test_kakao_answers_that_fit_twice_are_ambiguous():
    with asking(Kakao, kakao(road(), road(ward="나래구"))) as (_, provider):
        assert provider.ask(parse("한울로 5")).reason == "address_ambiguous"
        assert isinstance(provider.ask(parse("가온구 한울로 5")), Answer)


@pytest.mark.parametrize(("kind", "nothing"), [(VWorld, NOT_FOUND), (Kakao, kakao())])
def test_what_a_service_does_not_know_is_not_found(kind, nothing):
    with asking(kind, nothing) as (_, provider):
        assert provider.ask(parse("가온구 한울로 5")).reason == "address_not_found"


def test_positions_that_are_no_numbers_are_refused():
    with asking(VWorld, vworld(x="?")) as (_, provider):
        assert provider.ask(parse("가온구 한울로 5")).reason == "geocoding_refused"


# --------------------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("kind", "answer", "said", "lasting"),
    [
        (VWorld, failing("INVALID_KEY"), "INVALID_KEY", True),
        (VWorld, failing("OVER_REQUEST_LIMIT"), "OVER_REQUEST_LIMIT", True),
        (VWorld, failing("SYSTEM_ERROR"), "SYSTEM_ERROR", False),
        (VWorld, failing(f"KEY {KEY}"), r"KEY \[key\]", False),
        (VWorld, {"response": None}, "None", False),
        (VWorld, b"<html>maintenance</html>", "no JSON", False),
        (VWorld, b"[]", "no JSON", False),
        (VWorld, b"{" + b" " * 3_000_000 + b"}", "larger than 1,048,576 bytes", True),
        (Kakao, {"code": -2, "msg": "bad"}, "-2", False),
        (Kakao, (401, {"errorType": "AccessDeniedError"}, {}), "key is refused", True),
        (Kakao, (429, {"errorType": "RequestThrottled"}, {"Retry-After": "3600"}), "quota", True),
        (Kakao, (400, {}, {}), "HTTP 400", False),
        (Kakao, (302, {}, {"Location": "http://127.0.0.1:9/"}), "another port", True),
        (Kakao, (503, {}, {"Retry-After": "3600"}), "HTTP 503", False),
    ],
)
def test_faults_are_told_without_the_key(kind, answer, said, lasting):
    with asking(kind, answer) as (_, provider), pytest.raises(module.UnavailableError, match=said) as caught:
        provider.ask(parse("가온구 한울로 5"))
    assert caught.value.lasting == lasting
    for text in chain(caught.value):
        assert_clean(text, [KEY])


def test_a_service_that_stumbles_is_asked_again():
    busy = (503, {}, {})
    with asking(VWorld, busy, busy, vworld()) as (service, provider):
        assert isinstance(provider.ask(parse("가온구 한울로 5")), Answer)
        first, second = provider._transport.pauses
    assert len(service.requests) == 3
    assert 0.5 <= first < second


def test_a_service_that_asks_for_a_pause_gets_it_as_far_as_a_run_can_wait():
    later = [(503, {}, {"Retry-After": seconds}) for seconds in ("3", "3600", "soon")]
    with asking(VWorld, *later, vworld()) as (_, provider):
        assert isinstance(provider.ask(parse("가온구 한울로 5")), Answer)
        pauses = provider._transport.pauses
    assert pauses[:2] == [3.0, 5.0]
    assert 0.5 < pauses[2] < 5.0


def test_questions_share_a_connection_and_go_through_the_proxy_of_the_office(monkeypatch):
    with Service(vworld()) as service:
        url = "http://geocoder.invalid/req/address"
        monkeypatch.setenv("http_proxy", f"http://office:pass%20word@{urlsplit(service.url).netloc}")
        with opened(VWorld, url) as provider:
            for _ in range(3):
                assert isinstance(provider.ask(parse("가온구 한울로 5")), Answer)
        assert {headers["Host"] for _, headers in service.requests} == {"geocoder.invalid"}
        assert service.requests[0][1]["proxy-authorization"] == "Basic b2ZmaWNlOnBhc3Mgd29yZA=="
        assert (len(service.requests), len(service.ports)) == (3, 1)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with opened(VWorld, service.url) as provider:
            assert isinstance(provider.ask(parse("가온구 한울로 5")), Answer)
        assert "proxy-authorization" not in service.requests[-1][1]


def test_no_connection_is_told_without_the_key_nor_its_logs(caplog):
    caplog.set_level(logging.DEBUG)
    with Service(NOT_FOUND) as service:
        url = service.url
    with (
        opened(VWorld, url) as provider,
        pytest.raises(module.UnavailableError, match="no connection") as caught,
    ):
        provider.ask(parse("가온구 한울로 5"))
    with asking(VWorld, (500, {}, {}), vworld()) as (_, provider):
        provider.ask(parse("가온구 한울로 5"))
        assert KEY not in repr(provider)
    logged = " ".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    assert "/req/address" in logged, "the HTTP library does log its requests"
    for text in (logged, *chain(caught.value)):
        assert_clean(text, [KEY])
        for secret in ("SECRET", "0123"):
            assert secret not in text


def test_a_key_must_be_in_the_environment(monkeypatch):
    monkeypatch.setenv("SHAREMAP_KAKAO_KEY", " ")
    with pytest.raises(InputError, match=r"SHAREMAP_KAKAO_KEY.*\[geocoding\] online"):
        Kakao()
    monkeypatch.setenv("SHAREMAP_KAKAO_KEY", "<p>no key</p>")
    with pytest.raises(InputError, match="holds no key") as caught:
        Kakao()
    assert "<p>" not in str(caught.value)
    monkeypatch.setenv("SHAREMAP_KAKAO_KEY", f" {KEY} ")
    Kakao()


# --------------------------------------------------------------------------------- the cache


def test_answers_are_kept_and_forgotten_in_time(tmp_path):
    now = datetime(2026, 11, 1, tzinfo=UTC)
    found = Answer(x=1.5, y=2.5, by="vworld", confidence="medium", match="가")
    other = Answer(x=3.0, y=4.0, by="kakao", confidence="high", match="나")
    miss = Miss(reason="address_not_found", value="다")
    cache = AnswerCache(tmp_path, now=now)
    assert cache.get("vworld", "가") is None
    cache.put("vworld", "가", found)
    cache.put("kakao", "가", other)
    cache.put("vworld", "다", miss)
    cache.close()
    for days, kept in ((29, (found, other, miss)), (31, (found, None, None))):
        cache = AnswerCache(tmp_path, now=now + timedelta(days=days))
        assert (cache.get("vworld", "가"), cache.get("kakao", "가"), cache.get("vworld", "다")) == kept
        cache.close()


def test_a_damaged_cache_is_put_aside(tmp_path):
    (tmp_path / "geocoding-answers.sqlite").write_bytes(b"damaged" * 1000)
    cache = AnswerCache(tmp_path)
    cache.put("vworld", "가", Miss(reason="address_not_found"))
    cache.close()
    assert (tmp_path / "geocoding-answers.damaged").is_file()


def test_a_cache_that_cannot_be_written_is_an_error_before_anybody_is_asked(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(InputError, match="SHAREMAP_CACHE"):
        AnswerCache(tmp_path / "file" / "cache")


# --------------------------------------------------------------------------------- rows


def rows_of(tmp_path, *addresses):
    path = tmp_path / "a.csv"
    pd.DataFrame({"명칭": [f"곳{n}" for n in range(len(addresses))], "주소": addresses}).to_csv(
        path, index=False
    )
    return read_sites(path, layer="bookshop")


def place(rows, providers, cache):
    geocoder = Geocoder(bounds=Bounds(AREA), providers=providers, cache=cache)
    done = geocoder.place([rows], [sites.waiting(rows)])
    tables = sites.build(done.rows, AREA, surroundings_m=500.0)
    counts = tables.counts
    assert (counts["rows_read"] == counts["sites"] + counts["folded"] + counts["set_aside"]).all()
    return tables


def test_the_second_service_is_asked_for_what_the_first_does_not_know_and_nobody_twice(tmp_path):
    def by_number(query):
        return vworld() if query["address"].endswith(" 5") else NOT_FOUND

    rows = rows_of(
        tmp_path, "가온구 한울로 5", "가온구 한울로5 (한울동) 2층", "가온구 한울로 7", "가온구 한울로 9"
    )
    with (
        Service(by_number) as first,
        Service(lambda q: kakao(road("7")) if q["query"].endswith(" 7") else kakao()) as second,
    ):
        for _ in range(2):
            cache = AnswerCache(tmp_path / "cache")
            tables = place(rows, [opened(VWorld, first.url), opened(Kakao, second.url)], cache)
            cache.close()
            found = tables.sites.set_index("name")["geocoded_by"].to_dict()
            assert found == {"곳0": "vworld", "곳1": "vworld", "곳2": "kakao"}
            assert tables.set_aside["reason"].tolist() == ["address_not_found"]
            asked = [(query["address"].split()[-1], query["type"]) for query, _ in first.requests]
            assert asked == [("5", "ROAD"), ("7", "ROAD"), ("7", "PARCEL"), ("9", "ROAD"), ("9", "PARCEL")]
            assert len(second.requests) == 2
    data = b"".join(file.read_bytes() for file in (tmp_path / "cache").iterdir())
    assert KEY.encode() not in data


def test_a_used_up_quota_sets_the_rest_aside_and_is_not_kept(tmp_path):
    rows = rows_of(tmp_path, *(f"가온구 한울로 {number}" for number in (5, 7, 9)))
    cache = AnswerCache(tmp_path / "cache")
    with Service(vworld(), failing("OVER_REQUEST_LIMIT")) as service:
        tables = place(rows, [opened(VWorld, service.url)], cache)
        assert len(service.requests) == 2
    assert tables.sites["name"].tolist() == ["곳0"]
    assert tables.set_aside["reason"].tolist() == ["geocoder_unavailable"] * 2
    assert tables.set_aside["value"].str.contains("OVER_REQUEST_LIMIT").all()
    with Service(lambda query: vworld(query["address"])) as service:  # the next day
        tables = place(rows, [opened(VWorld, service.url)], cache)
        assert len(service.requests) == 2
    cache.close()
    assert len(tables.sites) == 3


def test_answers_in_another_ward_or_outside_seoul_are_refused(tmp_path):
    elsewhere = {"5": (129.05, 35.1), "7": (LON + 0.012, LAT)}

    def answer(query):
        x, y = elsewhere[query["address"].split()[-1]]
        return vworld(query["address"], x, y)

    rows = rows_of(tmp_path, "가온구 한울로 5", "가온구 한울로 7")
    cache = AnswerCache(tmp_path / "cache")
    with Service(answer) as service:
        tables = place(rows, [opened(VWorld, service.url)], cache)
    cache.close()
    assert tables.sites.empty
    assert tables.set_aside["reason"].tolist() == ["geocoding_refused"] * 2
    assert ["서울 밖" in text for text in tables.set_aside["value"]] == [True, False]
    assert "가온구 밖" in tables.set_aside["value"].iloc[1]
