"""Portal clients against a server of our own: paging, faults, resuming, reading back; no real network."""

from __future__ import annotations

import dataclasses
import json
import os
import socket
import subprocess
import sys

import pytest

import portal_server as play
from outside import Hasty
from sharemap import catalog
from sharemap.catalog.entries import facts
from sharemap.catalog.portals import portals, services_of
from sharemap.errors import FetchError, InputError, MissingFileError, OutputError, QuotaError, SiteFileError
from sharemap.sources.asking import Limits
from sharemap.sources.portals import fetching, store
from sharemap.sources.portals.fetching import Options, fetch, fetchable, replay
from sharemap.sources.portals.manifest import read_manifest, sha256
from sharemap.sources.sites import read_sites

BIKE = "tbCycleStationInfo"
FAST = Limits(
    connect_s=2,
    read_s=5,
    whole_s=9,
    max_bytes=5_000_000,
    attempts=3,
    first_wait_s=0.001,
    longest_wait_s=0.002,
)
HASTY = dataclasses.replace(FAST, read_s=0.2, whole_s=0.4)
ENVIRON = {
    "SHAREMAP_SEOUL_KEY": play.KEYS["seoul"],
    "SHAREMAP_DATA_GO_KR_KEY": play.KEYS["national"],
    "SHAREMAP_ESHARE_KEY": play.KEYS["eshare"],
}


@pytest.fixture
def portal(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _file: None)  # hundreds of small files
    with play.Server() as running:
        running.envelopes[BIKE] = "stationInfo"
        yield running


@pytest.fixture
def options(portal, tmp_path):
    def make(**changes):
        facts = {
            "root": tmp_path / "raw",
            "endpoints": dict.fromkeys(("seoul", "national", "eshare"), portal.url),
            "environ": ENVIRON,
            "transport": Hasty(FAST),
        }
        return Options(**{**facts, **changes})

    return make


def source(layer, key):
    return catalog.layer(layer).source(key)


BIKES = source("bike_station", "bike_station_list")


def kinds(done):
    return [problem["kind"] for problem in done.manifest.problems]


# ------------------------------------------------------------------------------------- paging and keeping


def test_12345_rows_come_in_13_pages_and_go_back_in_as_one_table(portal, options):
    portal.rows[BIKE] = play.stations(12_345)
    seen = []
    done = fetch(BIKES, options(), progress=lambda *told: seen.append(told))
    part = done.manifest.parts[0]
    assert [page.rows for page in part.pages] == [1000] * 12 + [345]
    assert (done.manifest.state, done.manifest.rows, done.manifest.promised) == ("complete", 12_345, 12_345)
    assert len(portal.calls) == done.manifest.calls == 13
    assert done.manifest.problems == []
    assert seen[-1] == (BIKE, 12_345, 12_345)
    rows = read_sites(done.folder / "manifest.json", layer="bike_station", source="bike_station_list")
    assert rows.rows_read == 12_345
    assert list(rows.frame["row"]) == list(range(1, 12_346))
    assert rows.frame["code"].iloc[-1] == "12345"
    assert rows.file == f"{BIKE}_{done.manifest.run}_0001-0013.json"
    assert read_sites(done.folder, layer="bike_station").rows_read == 12_345


def test_pages_are_kept_byte_for_byte_with_what_was_asked(portal, options):
    portal.rows[BIKE] = play.stations(1_003)
    sent = []
    portal.change = lambda _number, _call, answer: sent.append(answer) or answer
    done = fetch(BIKES, options())
    for page, answer in zip(done.manifest.parts[0].pages, sent, strict=True):
        data = (done.folder / page.file).read_bytes()
        assert data == json.dumps(answer, ensure_ascii=False).encode()
        assert (page.sha256, page.bytes, page.masked) == (sha256(data), len(data), False)
    written = json.loads((done.folder / "manifest.json").read_text(encoding="utf-8"))
    asked = written["parts"][0]["request"]
    assert asked["endpoint"] == f"{portal.url}/[key]/json/{BIKE}/1/1000/"
    assert (written["source"], written["dataset"], written["rows"]) == (
        "bike_station_list",
        "OA-13252",
        1_003,
    )
    assert "열린데이터광장" in written["credit_ko"]
    assert written["licence"]
    assert not list(done.folder.glob(".*"))


def test_a_total_that_gives_the_rows_of_the_page_does_not_end_the_fetch(portal, options):
    portal.rows[BIKE] = play.stations(2_743)
    portal.total = lambda _rows, page_rows: page_rows  # as bikeList does
    done = fetch(BIKES, options())
    assert (done.manifest.rows, done.manifest.promised, done.manifest.problems) == (2_743, None, [])


@pytest.mark.parametrize("count", [1, 999, 1000, 1001, 2000])
def test_every_row_comes_once_whatever_the_last_page_holds(portal, options, count):
    portal.rows[BIKE] = play.stations(count)
    portal.total = lambda rows, _page_rows: str(rows)  # this service sends a string
    done = fetch(BIKES, options())
    assert (done.manifest.rows, done.manifest.promised, done.manifest.problems) == (count, count, [])


def test_one_row_may_come_as_an_object_and_under_another_name(portal, options):
    portal.rows[BIKE] = play.stations(1)
    portal.envelopes[BIKE] = "stationInfoNew"

    def one(_number, _call, answer):
        answer["stationInfoNew"]["row"] = answer["stationInfoNew"]["row"][0]
        return answer

    portal.change = one
    done = fetch(BIKES, options())
    assert done.manifest.rows == 1
    assert kinds(done) == ["renamed"]
    assert "'stationInfoNew' instead of 'stationInfo'" in done.manifest.problems[0]["text"]


def test_two_services_of_one_source_become_one_table(portal, options):
    library = {
        "LBRRY_SEQ_NO": "1",
        "LBRRY_NAME": "도서관",
        "ADRES": "구로동 1",
        "XCNTS": "37.49",
        "YDNTS": "126.88",
    }
    portal.rows["SeoulPublicLibraryInfo"] = [{**library, "LBRRY_SEQ_NO": str(i)} for i in range(216)]
    portal.rows["SeoulSmallLibraryInfo"] = [{**library, "LBRRY_SEQ_NO": str(i + 216)} for i in range(1_002)]
    done = fetch(source("library", "library_seoul"), options())
    rows = read_sites(done.folder, layer="library", source="library_seoul")
    assert rows.rows_read == 1_218
    assert rows.file.count("SeoulPublicLibraryInfo") == rows.file.count("SeoulSmallLibraryInfo") == 1
    assert list(rows.frame["code"]) == [str(i) for i in range(1_218)]


# ------------------------------------------------------------------------------------- the other portals


def parking(count):
    return [
        {"prkplceNo": f"119-{i}", "prkplceNm": f"주차장 {i}", "prkplceType": "노외", "lnmadr": "구로동 1",
         "latitude": "37.49", "longitude": "126.88", "prkcmprt": "10"}
        for i in range(count)
    ]  # fmt: skip


PARKING = source("parking_public", "parking_standard")


@pytest.mark.parametrize("form", ["decoded", "encoded", "lower", "twice"])
def test_a_key_of_data_go_kr_works_in_each_form(portal, options, form):
    portal.rows["tn_pubr_prkplce_info_api"] = parking(2_100)
    forms = {
        "decoded": play.KEYS["national"],
        "encoded": "aB3%2BxY%2F9zQ%3D%3Dkk%2B%2F%3D%3D",
        "lower": "aB3%2bxY%2f9zQ%3d%3dkk%2b%2f%3d%3d",
        "twice": "aB3%252BxY%252F9zQ%253D%253Dkk%252B%252F%253D%253D",
    }
    done = fetch(PARKING, options(environ={"SHAREMAP_DATA_GO_KR_KEY": forms[form]}))
    assert (done.manifest.rows, done.manifest.promised, done.pages) == (2_100, 2_100, 3)
    assert done.manifest.problems == []
    asked = done.manifest.parts[0].request
    assert asked["parameters"] == {"serviceKey": "[key]", "pageNo": "1", "numOfRows": "1000", "type": "json"}
    assert read_sites(done.folder, layer="parking_public").rows_read == 2_100


@pytest.mark.parametrize("shape", ["item_list", "item_object"])
def test_items_of_data_go_kr_come_in_three_shapes(portal, options, shape):
    portal.rows["tn_pubr_prkplce_info_api"] = parking(1 if shape == "item_object" else 7)

    def wrapped(_number, _call, answer):
        if isinstance(body := answer["response"]["body"], dict):
            items = body["items"]
            body["items"] = {"item": items[0] if shape == "item_object" else items}
        return answer

    portal.change = wrapped
    assert fetch(PARKING, options()).manifest.rows == len(portal.rows["tn_pubr_prkplce_info_api"])


def test_a_portal_that_gives_fewer_rows_a_page_is_read_to_the_end(portal, options):
    portal.rows["tn_pubr_prkplce_info_api"] = parking(1_050)
    portal.cap = 100
    done = fetch(PARKING, options())
    assert done.manifest.rows == 1_050
    assert kinds(done) == ["capped"]
    assert {call.query["numOfRows"][0] for call in portal.calls[4:]} == {"100"}


def test_a_portal_that_sends_the_last_page_for_ever_is_read_once(portal, options):
    portal.rows["tn_pubr_prkplce_info_api"] = parking(2_000)
    portal.clamp = True
    done = fetch(PARKING, options())
    assert (done.manifest.rows, kinds(done)) == (2_000, ["repeated"])


def test_a_portal_that_ignores_the_page_is_refused(portal, options):
    portal.rows["tn_pubr_prkplce_info_api"] = parking(2_500)

    def first_page_only(_number, _call, answer):
        answer["response"]["body"]["items"] = parking(1_000)
        return answer

    portal.change = first_page_only
    with pytest.raises(FetchError, match=r"page 2 repeats page 1, and 1,500 of 2,500 rows are still missing"):
        fetch(PARKING, options())
    assert not read_manifest(next((options().root).glob("*/*/manifest.json"))).finished


def test_without_a_key_data_go_kr_is_asked_as_its_download_button_does(portal, options):
    headers = {"PRKPLCE_NO": "주차장관리번호", "PRKPLCE_NM": "주차장명", "LNMADR": "소재지지번주소",
               "LATITUDE": "위도", "LONGITUDE": "경도", "INSTT_NM": "제공기관명"}  # fmt: skip
    portal.envelopes["15012896"] = headers
    portal.rows["15012896"] = [
        {
            "PRKPLCE_NO": str(i),
            "PRKPLCE_NM": f"주차장 {i}",
            "LNMADR": "구로동",
            "LATITUDE": 37.49,
            "LONGITUDE": 126.88,
        }
        for i in range(12_000)
    ]
    done = fetch(PARKING, options(environ={}))
    assert (done.manifest.rows, done.manifest.promised, done.pages) == (12_000, 12_000, 3)
    assert [call.query.get("page") for call in portal.calls] == [None, ["1"], ["2"]]
    assert "INSTT_NM" not in portal.calls[1].query["colNmList"]
    rows = read_sites(done.folder, layer="parking_public", source="parking_standard")
    assert rows.rows_read == 12_000
    assert rows.frame["address"].iloc[0] == "구로동"
    assert rows.frame["reason"].eq("").all()


def rooms(count, first=0):
    return [
        {
            "rsrcNo": f"R{i:05d}",
            "rsrcNm": f"회의실 {i}",
            "addr": "서울 구로구",
            "lot": "126.88",
            "latl": "37.49",
        }
        for i in range(first, first + count)
    ]


ROOMS = source("shared_space", "eshare_rooms")


def test_eshare_lists_are_joined_with_their_details(portal, options):
    portal.rows.update({"010100": rooms(230), "010200": rooms(30, 230)})
    done = fetch(ROOMS, options())
    assert {call.method for call in portal.calls} == {"POST"}
    assert done.manifest.rows == 260
    assert done.manifest.problems == []
    rows = read_sites(done.folder, layer="shared_space", source="eshare_rooms")
    assert rows.rows_read == 260
    closed = rows.frame["reason"] == "not_operating"
    assert list(rows.frame.loc[closed, "code"]) == [f"R{i:05d}" for i in range(7, 260, 10)]
    assert rows.frame["operator"].eq("구로구").all()
    assert rows.frame["y"].nunique() == 1  # the place is where the list says


def test_eshare_without_details_still_gives_the_list_and_says_so(portal, options):
    portal.rows.update({"010100": rooms(5), "010200": rooms(1, 5)})
    portal.no_details = True
    done = fetch(ROOMS, options())
    assert (done.manifest.state, done.manifest.rows) == ("complete", 6)
    assert kinds(done) == ["details", "details"]
    assert read_sites(done.folder, layer="shared_space").rows_read == 6


# ------------------------------------------------------------------------------------- faults


PASSING = {
    "500": play.says("", status=500),
    "503": play.says("<html>busy</html>", status=503, headers={"Retry-After": "1"}),
    "silent": play.silent(0.4),
    "drips": play.drips(0.6),
    "reset": play.resets,
    "breaks off": play.breaks_off,
    "half json": play.half_json,
    "html with 200": play.HTML,
    "empty with 200": play.says(""),
    "server fault in json": play.says_json({"RESULT": {"CODE": "ERROR-500", "MESSAGE": "서버 오류"}}),
    "server fault in xml": play.seoul_xml("ERROR-600"),
}


@pytest.mark.parametrize("name", PASSING)
def test_a_passing_fault_is_tried_again(portal, options, name):
    portal.rows[BIKE] = play.stations(1_200)
    portal.faults = {1: PASSING[name], 2: PASSING[name], 4: PASSING[name]}
    done = fetch(BIKES, options(transport=Hasty(HASTY if name in {"silent", "drips"} else FAST)))
    assert (done.manifest.rows, done.manifest.problems) == (1_200, [])
    assert len(portal.calls) == done.manifest.calls == 5


LASTING = {
    "500": (play.says("", status=500), "a fault of its own (HTTP 500)", 3),
    "html": (play.HTML, "서비스 점검 중", 3),
    "silent": (play.silent(0.4), "falls silent for 0.2 s", 3),
    "drips": (play.drips(0.6), "no whole answer within 0.4 s", 3),
    "reset": (play.resets, "the connection to 127.0.0.1", 3),
    "half json": (play.half_json, "no whole JSON", 3),
    "too large": (play.says(" " * 6_000_000), "larger than 5,000,000 bytes", 1),
    "zip bomb": (play.inflates, "larger than 5,000,000 bytes", 1),
    "wrong key, xml": (play.seoul_xml("INFO-100", "인증키가 유효하지 않습니다"), "does not accept the key", 1),
    "no data, top level": (play.says_json({"CODE": "INFO-200", "MESSAGE": "없음"}), "no rows for this service", 1),
    "no data, RESULT": (play.says_json({"RESULT": {"CODE": "INFO-200"}}), "no rows for this service", 1),
    "in the envelope": (
        play.says_json({"stationInfo": {"RESULT": {"CODE": "ERROR-331", "MESSAGE": "START"}}}),
        "does not understand the request (ERROR-331 START)",
        1,
    ),
    "unknown service": (play.says_json({"RESULT": {"CODE": "ERROR-310", "MESSAGE": "x"}}), "does not know this", 1),
    "404": (play.says("", status=404), "does not know this service (HTTP 404)", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_fault_is_one_clear_line_and_leaves_nothing(portal, options, name):
    fault, words, calls = LASTING[name]
    portal.always = fault
    with pytest.raises(FetchError) as caught:
        fetch(BIKES, options(transport=Hasty(HASTY if name in {"silent", "drips"} else FAST)))
    text = str(caught.value)
    assert words in text
    assert f"{BIKE} page 1" in text
    assert "\n" not in text
    assert "->" in text
    assert len(portal.calls) == calls
    assert not options().root.exists()


@pytest.mark.parametrize(
    "fault",
    [
        play.seoul_xml("INFO-300", "호출 건수 초과"),
        play.seoul_xml("ERROR-337", "일별 트래픽 제한을 넘은 호출입니다"),
        play.national_xml("22", "LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR"),
        play.says_json({"response": {"header": {"resultCode": "22", "resultMsg": "LIMITED_NUMBER"}}}),
        play.says("API token quota exceeded", status=429, kind="text/plain"),
        play.says("", status=429),
    ],
)
def test_a_used_up_quota_keeps_what_came_and_goes_on_the_next_day(portal, options, fault):
    portal.rows[BIKE] = play.stations(4_500)
    portal.faults = dict.fromkeys(range(4, 20), fault)
    with pytest.raises(QuotaError, match=r"daily limit.*after midnight"):
        fetch(BIKES, options())
    folder = next(options().root.glob("*/*/manifest.json")).parent
    assert read_manifest(folder / "manifest.json").state == "partial"
    with pytest.raises(SiteFileError, match=r"not finished.*sharemap fetch"):
        read_sites(folder, layer="bike_station")
    portal.faults.clear()
    before = len(portal.calls)
    done = fetch(BIKES, options())
    assert (done.folder, done.resumed, done.manifest.rows) == (folder, 3, 4_500)
    assert [call.path.split("/")[4] for call in portal.calls[before:]] == ["3001", "4001"]


def test_a_key_that_data_go_kr_does_not_know_is_named_by_its_variable(portal, options):
    portal.rows["tn_pubr_prkplce_info_api"] = parking(3)
    wrong = {"SHAREMAP_DATA_GO_KR_KEY": "wrong+key/12345=="}
    with pytest.raises(FetchError, match=r"SERVICE_KEY_IS_NOT_REGISTERED.*check SHAREMAP_DATA_GO_KR_KEY"):
        fetch(PARKING, options(environ=wrong))


def test_redirects_to_another_host_are_refused_and_within_the_host_followed(portal, options):
    portal.rows[BIKE] = play.stations(3)
    portal.faults = {1: play.moves_to(f"http://localhost:{portal.url.rsplit(':', 1)[1]}/x")}
    with pytest.raises(FetchError, match=r"another host \(localhost\)"):
        fetch(BIKES, options())
    assert len(portal.calls) == 1
    portal.faults = {2: play.moves_to("http://127.0.0.1:9/x")}
    with pytest.raises(FetchError, match="another port or without encryption"):
        fetch(BIKES, options())
    portal.faults = {3: play.moves_to(f"/{play.KEYS['seoul']}/json/{BIKE}/1/1000/")}
    assert fetch(BIKES, options()).manifest.rows == 3
    portal.always = play.moves_to("/round")
    with pytest.raises(FetchError, match="in a circle"):
        fetch(BIKES, options(fresh=True))


def test_nobody_there_is_a_clear_error(options):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(FetchError, match="refuses the connection"):
        fetch(BIKES, options(endpoints={"seoul": url}))
    for wrong in ("http://[half", "ftp://x", "http://", "http://me:secret@x", "http://x:99999"):
        with pytest.raises(InputError, match="is no address") as caught:
            fetch(BIKES, options(endpoints={"seoul": wrong}))
        assert "secret" not in str(caught.value)


# ------------------------------------------------------------------------------------- what does not add up


def test_a_total_that_changes_between_pages_is_reported(portal, options):
    portal.rows[BIKE] = play.stations(2_500)

    def one_more(number, _call, answer):
        if number >= 2:
            answer["stationInfo"]["list_total_count"] += 1
        return answer

    portal.change = one_more
    done = fetch(BIKES, options())
    assert done.manifest.state == "complete"
    assert set(kinds(done)) == {"total", "short", "count"}
    texts = " ".join(problem["text"] for problem in done.manifest.problems)
    assert "changed from 2500 to 2501 between pages 1 and 2" in texts
    assert "promised 2,501 rows and sent 2,500" in texts


def test_a_short_page_is_asked_for_again_and_then_reported(portal, options):
    portal.rows[BIKE] = play.stations(3_400)
    short = {2}

    def lose(number, _call, answer):
        if number in short:
            del answer["stationInfo"]["row"][900:]
        return answer

    portal.change = lose
    done = fetch(BIKES, options())
    assert (done.manifest.rows, done.manifest.problems) == (3_400, [])  # the second attempt was whole
    short.update(range(len(portal.calls) + 2, len(portal.calls) + 5))
    done = fetch(BIKES, options(fresh=True))
    assert done.manifest.rows == 3_300
    assert kinds(done) == ["short", "count"]
    assert "page 2 has 900 rows instead of 1,000" in done.manifest.problems[0]["text"]


def test_rows_that_stand_on_two_pages_are_reported(portal, options):
    listed = play.stations(1_995)
    portal.rows[BIKE] = [*listed[:1000], *listed[990:1995]]  # the list moved while it was read
    done = fetch(BIKES, options())
    assert kinds(done) == ["duplicates"]
    assert "10 of 1,000 rows of page 2" in done.manifest.problems[0]["text"]
    rows = read_sites(done.folder, layer="bike_station")
    assert (rows.rows_read, int(rows.frame["repeated"].sum())) == (2_005, 10)


def test_renamed_fields_are_reported_and_not_fatal(portal, options):
    portal.rows[BIKE] = play.stations(5)
    fetch(BIKES, options())
    renamed = {"STA_LAT": "sta_lat", "STA_LONG": "LNG_NEW", "HOLD_NUM": None}
    portal.rows[BIKE] = [
        {renamed.get(name, name): cell for name, cell in row.items() if renamed.get(name, name)}
        for row in play.stations(5)
    ]
    done = fetch(BIKES, options(fresh=True))
    assert done.folder.name.endswith("-2")
    texts = [problem["text"] for problem in done.manifest.problems]
    assert set(kinds(done)) == {"columns"}
    assert any(text.startswith("no field for the lon: wanted 경도, STA_LONG") for text in texts)
    assert "fields gone since the last fetch: HOLD_NUM, STA_LONG" in texts
    assert "new fields since the last fetch: LNG_NEW" in texts
    assert "fields spelled in another way since the last fetch: STA_LAT -> sta_lat" in texts


def test_fields_that_change_their_spelling_between_pages_stay_one_column(portal, options):
    portal.rows[BIKE] = play.stations(1_500)
    for row in portal.rows[BIKE][1000:]:
        row["sta_lat"] = row.pop("STA_LAT")
    done = fetch(BIKES, options())
    assert kinds(done) == ["fields"]
    rows = read_sites(done.folder, layer="bike_station")
    assert rows.frame["reason"].eq("").all()


# ------------------------------------------------------------------------------------- going on, and replaying


def test_damaged_and_lost_pages_alone_are_asked_for_again(portal, options):
    portal.rows[BIKE] = play.stations(3_500)
    done = fetch(BIKES, options())
    pages = done.manifest.parts[0].pages
    whole = {page.file: (done.folder / page.file).read_bytes() for page in pages}
    (done.folder / pages[1].file).write_bytes(whole[pages[1].file] + b" ")
    (done.folder / pages[3].file).unlink()
    with pytest.raises(SiteFileError, match=r"_0002.json: a kept page is not what was received"):
        read_sites(done.folder, layer="bike_station")
    before = len(portal.calls)
    again = fetch(BIKES, options())
    assert [call.path.split("/")[4] for call in portal.calls[before:]] == ["1001", "3001"]
    assert again.folder == done.folder
    assert {page.file: (done.folder / page.file).read_bytes() for page in pages} == whole
    assert [note.split(":")[0][-9:] for note in again.notes] == ["0002.json", "0004.json"]
    assert read_sites(done.folder, layer="bike_station").rows_read == 3_500


def test_a_finished_fetch_of_today_is_not_asked_for_again(portal, options):
    portal.rows[BIKE] = play.stations(10)
    done = fetch(BIKES, options())
    again = fetch(BIKES, options())
    assert (len(portal.calls), again.folder, again.resumed) == (1, done.folder, 1)
    other = fetch(BIKES, options(fresh=True))
    assert (len(portal.calls), other.folder.name) == (2, f"{done.folder.name}-2")
    with pytest.raises(SiteFileError, match=r"holds several fetches.*name one"):
        read_sites(done.folder.parent, layer="bike_station")


def test_a_finished_fetch_of_another_day_stays_and_an_unfinished_one_goes_on(portal, options, monkeypatch):
    class Yesterday(store.datetime):
        @classmethod
        def now(cls, tz=None):
            return super().now(tz) - store.timedelta(days=1)

    portal.rows[BIKE] = play.stations(1_500)
    with monkeypatch.context() as then:
        then.setattr(store, "datetime", Yesterday)
        first = fetch(BIKES, options())
    second = fetch(BIKES, options())
    assert first.folder != second.folder
    assert first.folder.is_dir()
    assert replay(BIKES, options()).folder == second.folder


def test_a_kill_in_the_middle_of_a_page_leaves_whole_pages_only(portal, options, monkeypatch):
    portal.rows[BIKE] = play.stations(2_500)
    real = os.fsync
    count = []

    def dies(descriptor):
        count.append(1)
        if len(count) == 3:  # page 1, its manifest, then page 2
            raise KeyboardInterrupt
        real(descriptor)

    monkeypatch.setattr(store.os, "fsync", dies)
    with pytest.raises(KeyboardInterrupt):
        fetch(BIKES, options())
    monkeypatch.undo()
    done = fetch(BIKES, options())
    assert (done.resumed, done.manifest.rows) == (1, 2_500)
    assert [call.path.split("/")[4] for call in portal.calls] == ["1", "1001", "1001", "2001"]
    assert not list(done.folder.glob(".*"))


def test_offline_reads_what_is_kept_and_asks_nobody(portal, options, monkeypatch):
    with pytest.raises(MissingFileError, match="nothing is kept"):
        replay(BIKES, options())
    portal.rows[BIKE] = play.stations(1_500)
    done = fetch(BIKES, options())

    def no_socket(*_args, **_more):
        raise AssertionError

    monkeypatch.setattr(socket, "socket", no_socket)
    assert replay(BIKES, options(environ={})).manifest.rows == 1_500
    page = done.folder / done.manifest.parts[0].pages[0].file
    page.write_bytes(page.read_bytes().replace("출구".encode(), "입구".encode()))
    with pytest.raises(SiteFileError, match="sha256"):
        replay(BIKES, options())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "other"}', '{"format": "sharemap fetch 1"}'])
def test_a_damaged_manifest_is_a_clear_error(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(SiteFileError, match=r"manifest.*->"):
        read_sites(tmp_path, layer="bike_station")


def test_a_manifest_cannot_name_files_elsewhere(portal, options):
    portal.rows[BIKE] = play.stations(3)
    done = fetch(BIKES, options())
    file = done.folder / "manifest.json"
    name = done.manifest.parts[0].pages[0].file
    (done.folder.parent / name).write_bytes((done.folder / name).read_bytes())
    file.write_text(file.read_text(encoding="utf-8").replace(name, f"../{name}"), encoding="utf-8")
    with pytest.raises(SiteFileError, match="a kept page is missing"):
        read_sites(file, layer="bike_station")


def test_two_fetches_at_a_time_do_not_write_to_one_folder(portal, options):
    portal.rows[BIKE] = play.stations(3)
    home = options().root / "bike_station_list"
    home.mkdir(parents=True)
    (home / ".lock").write_text(str(os.getppid()), encoding="ascii")
    with pytest.raises(OutputError, match="another fetch"):
        fetch(BIKES, options())
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    (home / ".lock").write_text(gone.stdout.strip(), encoding="ascii")
    assert fetch(BIKES, options()).manifest.rows == 3


def test_a_folder_that_cannot_be_written_to_is_an_output_error(portal, options, tmp_path):
    portal.rows[BIKE] = play.stations(3)
    (tmp_path / "raw").write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError, match="--out"):
        fetch(BIKES, options())


# ------------------------------------------------------------------------------------- what can be fetched


def test_the_trial_key_gives_five_rows_and_says_that_there_are_more(portal, options):
    portal.rows[BIKE] = play.stations(40)
    done = fetch(BIKES, options(environ={"SHAREMAP_SEOUL_KEY": "sample"}))
    assert (done.manifest.rows, kinds(done)) == (5, ["count"])
    assert "promised 40 rows and sent 5" in done.manifest.problems[0]["text"]


def test_each_layer_names_what_can_be_fetched():
    layers = catalog.load()
    assert [entry.key for entry in fetchable(["parking_public"], layers)] == [
        "parking_public_seoul",
        "parking_standard",
    ]
    assert [entry.key for entry in fetchable(["parking_public"], layers, source="parking_standard")] == [
        "parking_standard"
    ]
    for name in ("home_sharing", "shared_asset"):
        with pytest.raises(InputError, match="no portal publishes this layer"):
            fetchable([name], layers)
    with pytest.raises(InputError, match="no such source"):
        fetchable(["library"], layers, source="bike_station_list")
    for layer in layers:
        for entry in layer.sources:
            for service in services_of(entry):
                assert service.portal in portals()
                assert service.portal != "national" or (entry.id or "").isdigit()  # for the keyless download


def test_a_missing_key_is_named_before_anything_is_asked(options, portal):
    with pytest.raises(InputError, match=r"SHAREMAP_SEOUL_KEY \(from https://data.seoul.go.kr\)") as caught:
        fetch(BIKES, options(environ={"SHAREMAP_SEOUL_KEY": "  "}))
    assert caught.value.exit_code == 3
    with pytest.raises(InputError, match="SHAREMAP_ESHARE_KEY"):
        fetching.check_keys([BIKES, ROOMS], {"SHAREMAP_SEOUL_KEY": play.KEYS["seoul"]})
    assert portal.calls == []


def test_each_fetch_entry_names_a_source_of_the_catalogue():
    known = {entry.key for layer in catalog.load() for entry in layer.sources}
    assert set(facts("portals.toml")["fetch"]) <= known
    assert len(facts("portals.toml")["fetch"]) >= 17
