"""The wifi of a community centre speaks for it, and what somebody has confirmed decides what is one place."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from shapely.geometry import Point

from sharemap import sites
from sharemap.errors import StudyError
from two_dongs import AREA, TO_WGS84, X, Y, read, row

SAME, OTHER = "가온구 나래로 12", "가온구 한울길 7"


def town(folder, *, wifi="나눔회관", address=SAME, confirmed=()):
    """A tool library and a room 60 m apart, and a wifi beside the room."""
    files = [
        read(folder, [row("나눔회관", 100, 500, address=SAME)], layer="tool_library", name="tool.csv"),
        read(folder, [row("자치회관", 160, 500, address=OTHER)], layer="library", name="library.csv"),
        read(folder, [row(wifi, 165, 500, address=address)], layer="public_wifi", name="wifi.csv"),
    ]
    return sites.build(files, AREA, surroundings_m=0.0, confirmed=confirmed)


def test_a_support_site_with_name_and_address_of_a_space_makes_one_place_of_what_it_links(tmp_path):
    built = town(tmp_path)
    assert len(built.sites) == 3
    assert len(built.places) == 1
    assert built.places["evidence"].tolist() == ["address;distance"]


@pytest.mark.parametrize("other", [{"wifi": "다른회관"}, {"address": "가온구 나래로 99"}, {"address": ""}])
def test_the_name_or_the_address_alone_does_not(tmp_path, other):
    assert len(town(tmp_path, **other).places) == 2


def places_with(folder, *wifi):
    """A room at x = 100 and another at 240, whose addresses differ, and wifi; the place of each, as a letter."""
    rooms = [row("가방", 100, 500, address=SAME), row("나방", 240, 500, address=OTHER)]
    files = [
        read(folder, rooms, layer="library", name="library.csv"),
        read(folder, list(wifi), layer="public_wifi", name="wifi.csv"),
    ]
    built = sites.build(files, AREA, surroundings_m=0.0)
    of = built.sites.set_index("name")["place_id"]
    letter = {of["가방"]: "가", of["나방"]: "나"}
    return {name: letter.get(place, "-") for name, place in of.items() if name not in {"가방", "나방"}}


def test_a_support_site_belongs_to_its_address_and_not_to_what_stands_nearer(tmp_path):
    assert places_with(tmp_path, row("무선", 235, 500, address=SAME)) == {"무선": "가"}
    assert places_with(tmp_path, row("무선", 235, 500, address="가온구 새길 1")) == {"무선": "나"}


def test_support_sites_of_one_address_are_one_place_when_one_of_them_stands_near_a_space(tmp_path):
    new = "가온구 새길 1"
    near, off = row("무선1", 250, 500, address=new), row("무선2", 330, 500, address=new)
    assert places_with(tmp_path, near, off) == {"무선1": "나", "무선2": "나"}
    assert places_with(tmp_path, near, row("무선2", 395, 500, address=new)) == {"무선1": "나", "무선2": "-"}


def pair_of(built):
    return tuple(built.places.loc[built.places["shared_space"], "place_id"])


def test_same_makes_one_place_and_the_ids_of_the_question_stay_good(tmp_path):
    pair = pair_of(town(tmp_path, wifi="다른회관"))
    answer = sites.Confirmed(pair=pair, answer="same", who="공유도시팀", date="2026-11-29", note="별관")
    for _ in range(2):  # the place that it makes has an id of its own
        built = town(tmp_path, wifi="다른회관", confirmed=[answer])
        assert len(built.places) == 1
        assert "confirmed" in built.places["evidence"].item()
        told = built.confirmed.iloc[0]
        assert told["place_a"] == told["place_b"] == built.places["place_id"].item()
        assert (told["who"], told["date"], told["note"]) == ("공유도시팀", "2026-11-29", "별관")
    by_site = tuple(built.sites.loc[built.sites["layer"] != "public_wifi", "site_id"])
    assert (
        len(town(tmp_path, wifi="다른회관", confirmed=[sites.Confirmed(pair=by_site, answer="same")]).places)
        == 1
    )
    names = sites.Confirmed(pair=("나눔회관", "자치회관"), answer="same")
    assert len(town(tmp_path, wifi="다른회관", confirmed=[names]).places) == 1


def test_different_changes_no_place(tmp_path):
    usual = town(tmp_path, wifi="다른회관")
    pair = pair_of(usual)
    built = town(tmp_path, wifi="다른회관", confirmed=[sites.Confirmed(pair=pair, answer="different")])
    assert built.places["place_id"].tolist() == usual.places["place_id"].tolist()
    assert set(built.confirmed.loc[0, ["place_a", "place_b"]]) == set(pair)


@pytest.mark.parametrize(
    ("confirmed", "said"),
    [
        ([{"pair": ("place-0", "자치회관"), "answer": "same"}], "'place-0' -> copy the ids"),
        ([{"pair": ("없는 곳", "자치회관"), "answer": "different"}], "'없는 곳' -> copy the ids"),
        (
            [
                {"pair": ("나눔회관", "자치회관"), "answer": "same"},
                {"pair": ("자치회관", "나눔회관"), "answer": "different"},
            ],
            "one place, by the distances .* -> correct the answers",
        ),
    ],
)
def test_an_answer_about_nothing_or_against_another_is_refused(tmp_path, confirmed, said):
    with pytest.raises(StudyError, match=said):
        town(tmp_path, wifi="다른회관", confirmed=[sites.Confirmed(**one) for one in confirmed])


def position(built, name, east, **more):
    lon, lat = TO_WGS84.transform(X + east, Y + 500)
    (site,) = built.sites.loc[built.sites["name"] == name, "site_id"]
    return sites.Confirmed(site=site, answer="position", **{"lon": lon, "lat": lat, **more})


def test_a_site_stands_where_somebody_has_confirmed_it_to_be_and_ids_stay_good(tmp_path):
    usual = town(tmp_path, wifi="다른회관")
    pair = pair_of(usual)
    moved = position(usual, "나눔회관", 1400, who="공유도시팀")
    built = town(tmp_path, wifi="다른회관", confirmed=[moved, sites.Confirmed(pair=pair, answer="different")])
    assert built.sites["site_id"].tolist() == usual.sites["site_id"].tolist()
    there = built.sites.set_index("name").loc["나눔회관"]
    assert there.geometry.distance(Point(X + 1400, Y + 500)) < 0.01
    assert (there["dong_name"], there["coord_fix"]) == ("나동", "answered")
    told = built.confirmed.iloc[0]
    assert (told["site_id"], told["name_a"], told["who"]) == (moved.site, "나눔회관", "공유도시팀")
    assert pd.isna(told["place_b"])
    assert Point(told["x"], told["y"]).distance(Point(X + 100, Y + 500)) < 0.01
    assert built.confirmed.loc[1, ["lon", "site_id"]].isna().all()


def test_a_confirmed_position_makes_one_place_with_what_stands_there_and_old_ids_still_mean_it(tmp_path):
    usual = town(tmp_path, wifi="다른회관")
    moved = position(usual, "나눔회관", 150)
    built = town(tmp_path, wifi="다른회관", confirmed=[moved])
    assert len(built.places) == 1
    # the ids of the places that there are no more
    same = sites.Confirmed(pair=pair_of(usual), answer="same")
    assert len(town(tmp_path, wifi="다른회관", confirmed=[moved, same]).places) == 1
    with pytest.raises(StudyError, match="these two are one place"):
        town(
            tmp_path, wifi="다른회관", confirmed=[moved, sites.Confirmed(pair=same.pair, answer="different")]
        )


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"lon": 129.0}, "outside the area"), ({"site": "library-0"}, "'library-0' -> copy the ids")],
)
def test_a_position_far_away_or_of_no_site_is_refused(tmp_path, changed, said):
    answer = replace(position(town(tmp_path, wifi="다른회관"), "나눔회관", 150), **changed)
    with pytest.raises(StudyError, match=said):
        town(tmp_path, wifi="다른회관", confirmed=[answer])


def test_two_positions_of_one_site_are_refused(tmp_path):
    usual = town(tmp_path, wifi="다른회관")
    two = [position(usual, "나눔회관", 150), position(usual, "나눔회관", 160)]
    with pytest.raises(StudyError, match="two answers say where one site stands"):
        town(tmp_path, wifi="다른회관", confirmed=two)


def test_two_sites_that_the_rules_join_cannot_be_said_to_be_two(tmp_path):
    ids = tuple(town(tmp_path).sites["site_id"][:2])
    with pytest.raises(StudyError, match="set near_m or same_address_m"):
        town(tmp_path, confirmed=[sites.Confirmed(pair=ids, answer="different")])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"pair": ("a",), "answer": "same"}, "about two places"),
        ({"pair": ("a", "a"), "answer": "same"}, "about two places"),
        ({"answer": "position"}, "of one site"),
        ({"answer": "position", "site": "a", "pair": ("a", "b")}, "of one site"),
        ({"answer": "position", "site": "a", "lon": 127.0}, "longitude and latitude"),
        ({"pair": ("a", "b"), "answer": "yes"}, "'yes' -> use one of same, different"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(wrong, said):
    with pytest.raises(StudyError, match=said):
        sites.Confirmed(**wrong)
