"""Korean addresses: what they mean, however they are written."""

from __future__ import annotations

import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharemap.addresses import Address, address_key, normalised, parse
from sharemap.sources.sites import read_sites

HANGUL = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=3)


def road(text, **facts):
    """(text, expected): a road address of Seoul"""
    return text, Address(kind="road", **facts)


def lot(text, **facts):
    return text, Address(kind="lot", **facts)


SEJONG = {"sido": "서울", "ward": "중구", "road": "세종대로", "main": 110}
SINDANG = {"sido": "서울", "ward": "중구", "dong": "신당동", "main": 100, "sub": 1}

SPELLINGS = [
    road("서울특별시 중구 세종대로 110", **SEJONG),
    road("서울시 중구 세종대로 110", **SEJONG),
    road("서울 중구 세종대로 110", **SEJONG),
    road("서울특별시  중구\u3000세종대로\t110 ", **SEJONG),
    road("서울특별시 중구 세종대로110", **SEJONG),
    road("서울특별시중구세종대로110", **SEJONG),
    road("서울 특별시 중구 세종대로 １１０", **SEJONG),
    road("(04524) 서울특별시 중구 세종대로 110", **SEJONG),
    road("04524 서울특별시 중구 세종대로 110", **SEJONG),
    road("우)04524 서울특별시 중구 세종대로 110", **SEJONG),
    road("서울특별시 중구 서울시 중구 세종대로 110", **SEJONG),
    road("서울특별시?중구?세종대로?110", **SEJONG),
    road("서울특별시 중구 세종대로 110, 3층", **SEJONG),
    road("서울특별시 중구 세종대로 110 지하1층 B101호", **SEJONG),
    road("서울특별시 중구 세종대로 110 서울시청 본관 8층", **SEJONG),
    road("서울특별시 중구 세종대로 110번지", **SEJONG),
    road("서울특별시 중구 세종대로 110-0", **SEJONG),
    road("서울특별시 중구 세종대로 00110", **SEJONG),
    road("서울특별시 중구 세종대로 110 (태평로1가)", dong="태평로1가", **SEJONG),
    road("서울특별시 중구 세종대로 110(태평로1가, 서울시청)", dong="태평로1가", **SEJONG),
    road("서울특별시 중구 세종대로 110 (태평로1가 31", dong="태평로1가", **SEJONG),
    road("서울특별시 중구 신당동 다산로 32길 5", sido="서울", ward="중구", dong="신당동", road="다산로32길", main=5),
    road("중구 다산로32길5-1", ward="중구", road="다산로32길", main=5, sub=1),
    road("은평구 은평로 3마길 7", ward="은평구", road="은평로3마길", main=7),
    road("중구 퇴계로 23번길 4", ward="중구", road="퇴계로23번길", main=4),
    road("강남구 테헤란로8 길 36", ward="강남구", road="테헤란로8길", main=36),
    road("송파구 송파대로8길 10", ward="송파구", road="송파대로8길", main=10),
    road("종로구 사직로 지하130 경복궁역 7번출구 앞", ward="종로구", road="사직로", main=130, underground=True),
    road("종로구 사직로 지하 130", ward="종로구", road="사직로", main=130, underground=True),
    road("영등포구 63로 45 여의도시범아파트", ward="영등포구", road="63로", main=45),
    road("강북구 4·19로 8", ward="강북구", road="4.19로", main=8),
    road("서울시립대로 163", road="서울시립대로", main=163),
    road("강남구 언주로 12-3~15", ward="강남구", road="언주로", main=12, sub=3, several=True),
    road("우리동네도서관 (서울특별시 중구 세종대로 110)", road="세종대로", main=110),
    lot("서울특별시 중구 신당동 100-1", **SINDANG),
    lot("서울시 중구 신당동100-1", **SINDANG),
    lot("서울특별시 중구 신당동 100-1번지", **SINDANG),
    lot("서울특별시 중구 신당동 100번지 1호", **SINDANG),
    lot("서울특별시 중구 신당동 100 - 1", **SINDANG),
    lot("서울특별시 중구 신당동 100–1", **SINDANG),
    lot("서울특별시 중구 신당동 100-1 외 2필지", several=True, **SINDANG),
    lot("서울특별시 중구 신당동 100-1외2필지", several=True, **SINDANG),
    lot("서울특별시 중구 신당동 100-1 일원", several=True, **SINDANG),
    lot("서울특별시 중구 신당동 100-1, 100-2번지", several=True, **SINDANG),
    lot("서울특별시 중구 신당동 100-1 (신당빌딩)", **SINDANG),
    lot("중구 신당5동 100-1", ward="중구", dong="신당5동", main=100, sub=1),
    lot("노원구 상계3·4동 12", ward="노원구", dong="상계3·4동", main=12),
    lot("성동구 성수2가3동 277-28", ward="성동구", dong="성수2가3동", main=277, sub=28),
    lot("종로구 종로 1가 45", ward="종로구", dong="종로1가", main=45),
    lot("중구 광희동 1가 202-5", ward="중구", dong="광희동1가", main=202, sub=5),
    lot("중구 을지로3가 282-8", ward="중구", dong="을지로3가", main=282, sub=8),
    lot("도봉구 창동 24-0", ward="도봉구", dong="창동", main=24),
    lot("종로구 무악동 산2-1번지 일원", ward="종로구", dong="무악동", main=2, sub=1, mountain=True, several=True),
    lot("동작구 여의대방로 36길(대방동 385-2) 3층", ward="동작구", dong="대방동", main=385, sub=2),
    lot("경기도 고양시 덕양구 화정동 10", sido="경기", ward="고양시 덕양구", dong="화정동", main=10),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SPELLINGS, ids=[text for text, _ in SPELLINGS])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_spellings(text, expected, form):
    found = parse(unicodedata.normalize(form, text))
    if expected.kind == "lot" and "·" in expected.dong:
        found = Address(**{**vars(found), "dong": found.dong.replace("·", ".")})
        expected = Address(**{**vars(expected), "dong": expected.dong.replace("·", ".")})
    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "서울특별시 중구",
        "서울특별시 중구 을지로",
        "서울특별시 도봉구 창동",
        "강남구 강남대로 102길",
        "서초구 효령로69길",
        "성동구 신금호역 2번출구",
        "중구 신당동 현대상가 3층",
        "중구 신당동 101동 1203호",
        "울주군 울산역로 000(미정)",
        "장난감 도서관 미운영",
    ],
)
def test_without_a_number_there_is_no_address(text):
    assert parse(text).kind == ""
    assert parse(text).text == parse(text).key == ""


def test_the_ward_is_known_even_where_the_number_is_not():
    assert (parse("서울 도봉구 창동").sido, parse("서울 도봉구 창동").ward) == ("서울", "도봉구")


def test_a_ward_and_the_road_of_its_name_are_told_apart():
    assert parse("부산광역시 중구 중구로 32").road == "중구로"
    assert parse("서울특별시 구로구 구로중앙로 134") == Address(
        sido="서울", ward="구로구", road="구로중앙로", main=134, kind="road"
    )


WARD = st.sampled_from(["", "중구", "종로구", "가온구", "동대문구"])
NUMBER = {"main": st.integers(1, 99_999), "sub": st.integers(0, 99_999)}
ROADS = st.builds(
    lambda name, tail: name + tail,
    st.sampled_from(["한울", "세종", "가람남", "디지털", "테헤란", "솔내", "다산", "구로중앙", "4.19", "63"]),
    st.sampled_from(["로", "대로", "로12길", "로3마길", "로231가길", "로7번길", "길"]),
)
DONGS = st.sampled_from(["신당동", "을지로3가", "당산동6가", "상계1동", "성수2가3동", "남들2동", "필동1가"])
ADDRESSES = st.one_of(
    st.builds(
        Address, sido=st.sampled_from(["", "서울"]), ward=WARD, road=ROADS, dong=st.one_of(st.just(""), DONGS),
        underground=st.booleans(), kind=st.just("road"), **NUMBER,
    ),
    st.builds(
        Address, sido=st.sampled_from(["", "서울"]), ward=WARD, dong=DONGS, mountain=st.booleans(),
        kind=st.just("lot"), **NUMBER,
    ),
)  # fmt: skip


@given(ADDRESSES)
def test_what_is_written_officially_is_read_back(address):
    assert parse(address.text) == address


@given(
    ADDRESSES,
    st.sampled_from(["", " ", ", 3층", " (한울빌딩) 2층", " 지하1층", " B1", "번지", " 외 3필지", " 일원"]),
    st.sampled_from(["", "  ", "\ufeff", "04524 ", "(04524) "]),
    st.sampled_from(["NFC", "NFD", "NFKD"]),
)
def test_tails_and_forms_do_not_change_the_key(address, tail, head, form):
    text = unicodedata.normalize(form, head + address.text.replace(" (", "(") + tail)
    found = parse(text)
    assert (found.sido, found.ward, found.key) == (address.sido, address.ward, address.key)


@given(ADDRESSES)
def test_number_glued_to_its_road_or_dong(address):
    assert parse(address.text.replace(f" {address.number}", address.number, 1)).key == address.key


WORDS = st.sampled_from(
    ["서울", "서울특별시", "중구", "다산로", "32길", "5", "100-1", "산", "지하", "신당동", "(", ")", "[", "외", "2필지",
     "일원", "번지", "3층", ",", "~", "-", "가", "길", "동", "로", "0", "１", "\u200b", "우)", "04524"]
)  # fmt: skip


@given(
    st.one_of(
        st.text(), st.lists(st.one_of(WORDS, HANGUL), max_size=12).map(" ".join), st.lists(WORDS).map("".join)
    )
)
def test_junk_never_raises_and_normalising_twice_is_normalising_once(text):
    address = parse(text)
    assert address.kind in {"road", "lot", ""}
    assert (address.main > 0) == bool(address.kind)
    once = normalised(text)
    assert normalised(once) == once
    if address.kind:
        assert parse(once).key == address.key


def test_a_cell_that_holds_a_book_is_read_quickly():
    assert parse("서울특별시 중구 세종대로 110 " + "가나다라로 " * 1_000_000).key == "세종대로 110"
    assert parse("가" * 10_000_000).kind == ""
    assert parse("1" * 10_000_000).kind == ""


def test_keys_of_a_column_keep_their_rows():
    column = pd.Series(["중구 다산로 32길 5", None, "중구 다산로32길 5(신당동)", "중구"], index=[7, 3, 5, 1])
    keys = address_key(column)
    assert keys.index.tolist() == [7, 3, 5, 1]
    assert keys.fillna("").tolist() == ["다산로32길 5", "", "다산로32길 5", ""]
    assert address_key(column, region=True).fillna("").tolist()[0] == "중구 다산로32길 5"


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "layer", "least"),
    [
        ("parking_public__202506.csv", "parking_public", 1.0),
        ("tool_library__2019.csv", "tool_library", 1.0),
        ("car_share__2017.json", "car_share", 1.0),
        ("public_library__202604.csv", "library", 1.0),
        ("bike_station_master__202509.csv", "bike_station", 0.99),
        ("library_standard__202607.csv", "library", 0.998),
        ("public_wifi_standard__2022.csv", "public_wifi", 0.98),
    ],
)
def test_published_addresses_are_read(shared_data, file, layer, least):
    texts = read_sites(shared_data / "sites" / file, layer=layer).frame["address"].dropna().unique()
    read = [parse(text) for text in texts]
    assert sum(bool(one.kind) for one in read) >= least * len(texts)
    if file.startswith("parking_public"):
        assert all(one.ward for one in read)
