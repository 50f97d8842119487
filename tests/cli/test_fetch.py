"""``sharemap fetch`` as a user types it, against a server of our own."""

from __future__ import annotations

import dataclasses
import json
import socket

import pytest

import portal_server as play
from sharemap import cli, pipeline
from sharemap.sample import folder as sample_folder
from sharemap.sources.sites import read_sites


@pytest.fixture
def portal(monkeypatch):
    monkeypatch.setattr("os.fsync", lambda _file: None)
    monkeypatch.setenv("SHAREMAP_SEOUL_KEY", play.KEYS["seoul"])
    monkeypatch.setenv("SHAREMAP_ESHARE_KEY", play.KEYS["eshare"])
    monkeypatch.setenv("SHAREMAP_DATA_GO_KR_KEY", play.KEYS["national"])
    with play.Server() as running:
        running.envelopes["tbCycleStationInfo"] = "stationInfo"
        running.rows["tbCycleStationInfo"] = play.stations(2_100)
        running.rows["bikeStationMaster"] = [
            {"LENDPLACE_ID": f"ST-{i}", "ADDR1": "서울", "ADDR2": f"역 {i}", "LAT": 37.49, "LOT": 126.88}
            for i in range(9)
        ]
        yield running


@pytest.fixture
def sharemap(monkeypatch, capsys, portal, tmp_path):
    def run(*words):
        ends = [f"--endpoint={name}={portal.url}" for name in ("seoul", "national", "eshare")]
        where = [] if "--list" in words else [*ends, "--out", str(tmp_path / "raw")]
        monkeypatch.setattr("sys.argv", ["sharemap", "fetch", *words, *where])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        told = capsys.readouterr()
        for key in play.KEYS.values():
            assert key not in told.out + told.err
        return code, told.out, told.err

    return run


def test_a_layer_is_fetched_kept_and_read_again_without_the_portal(sharemap, portal, tmp_path, monkeypatch):
    code, out, _ = sharemap("bike_station")
    assert code == 0
    assert "bike_station_list: 2,100 rows of 2,100 promised, 3 pages (3 calls)" in out
    assert "bike_station_master: 9 rows of 9 promised, 1 pages (1 calls)" in out
    assert "licence: " in out
    files = sorted(tmp_path.glob("raw/*/*/manifest.json"))
    assert [str(path.as_posix()) in out for path in files] == [True, True]
    assert read_sites(files[0], layer="bike_station").rows_read == 2_100
    code, out, _ = sharemap("bike_station")
    assert (code, len(portal.calls)) == (0, 4)
    assert out.count("kept before, nothing was asked") == 2

    def no_socket(*_args, **_more):
        raise AssertionError

    monkeypatch.setattr(socket, "socket", no_socket)
    code, out, _ = sharemap("bike_station", "--offline", "--source", "bike_station_list")
    assert code == 0
    assert "2,100 rows" in out
    assert "offline: nothing was asked; kept on 20" in out


def test_the_folder_of_a_fetch_can_stand_in_a_study(sharemap, tmp_path):
    assert sharemap("bike_station", "--source", "bike_station_list")[0] == 0
    run = next(tmp_path.glob("raw/*/*/manifest.json")).parent
    study = pipeline.read_study(sample_folder() / "study.toml")
    moved = dataclasses.replace(study, path=tmp_path / "study.toml")
    assert moved.file(run.relative_to(tmp_path).as_posix()) == run / "manifest.json"
    text = (sample_folder() / "study.toml").read_text(encoding="utf-8")
    full = text.replace('\nfile = "', f'\nfile = "{sample_folder().as_posix()}/')
    for name in ("boundaries", "extract", "table", "output_areas"):
        full = full.replace(f'{name} = "', f'{name} = "{sample_folder().as_posix()}/')
    full += f'\n[[sites]]\nlayer = "bike_station"\nfile = "{run.as_posix()}"\n'
    (tmp_path / "own.toml").write_text(full, encoding="utf-8")
    assert pipeline.read_study(tmp_path / "own.toml").sites[-1].file == run.as_posix()


def test_no_key_is_exit_3_and_nothing_is_asked_or_written(sharemap, portal, monkeypatch, tmp_path):
    monkeypatch.delenv("SHAREMAP_SEOUL_KEY")
    code, out, err = sharemap("bike_station")
    assert (code, out, portal.calls) == (3, "", [])
    assert "set the environment variable SHAREMAP_SEOUL_KEY (from https://data.seoul.go.kr)" in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "raw").exists()


def test_a_refusing_portal_is_exit_5_and_its_other_sources_are_left_alone(sharemap, portal, tmp_path):
    portal.always = play.seoul_xml("INFO-100", "인증키가 유효하지 않습니다")
    code, out, err = sharemap("bike_station")
    assert (code, out, len(portal.calls)) == (5, "", 1)
    assert "the portal does not accept the key (INFO-100" in err
    assert "check SHAREMAP_SEOUL_KEY" in err
    assert "bike_station_master: not asked for, as the portal failed before" in err
    assert not (tmp_path / "raw").exists()


def test_a_retired_service_does_not_keep_the_others_from_being_fetched(sharemap, portal):
    del portal.rows["tbCycleStationInfo"]
    code, out, err = sharemap("bike_station")
    assert code == 5
    assert "bike_station_master: 9 rows" in out
    assert "does not know this service (ERROR-310" in err


def test_a_quota_is_told_and_the_fetch_goes_on(sharemap, portal):
    portal.faults[3] = play.seoul_xml("INFO-300", "호출 한도")
    code, _, err = sharemap("bike_station", "--source", "bike_station_list")
    assert code == 5
    assert "daily limit" in err
    code, out, _ = sharemap("bike_station", "--source", "bike_station_list")
    assert code == 0
    assert "2,100 rows of 2,100 promised, 3 pages (4 calls, 2 pages kept before)" in out


def test_offline_with_nothing_kept_is_exit_3(sharemap, portal):
    code, _, err = sharemap("bike_station", "--offline", "--source", "bike_station_list")
    assert (code, portal.calls) == (3, [])
    assert "nothing is kept of this source" in err


def test_a_folder_that_cannot_be_written_to_is_exit_4(sharemap, tmp_path):
    (tmp_path / "raw").write_text("", encoding="utf-8")
    code, _, err = sharemap("bike_station")
    assert code == 4
    assert "choose a folder that you may write to with --out" in err


def test_ctrl_c_keeps_whole_pages_and_says_how_to_go_on(sharemap, portal, tmp_path, monkeypatch):
    from sharemap.sources.asking import Transport

    real = Transport.send

    def stopped(self, request):
        if len(portal.calls) == 1:
            raise KeyboardInterrupt
        return real(self, request)

    monkeypatch.setattr(Transport, "send", stopped)
    code, _, err = sharemap("bike_station", "--source", "bike_station_list")
    assert code == 130
    assert "whole pages are kept -> give the same command again" in err
    manifest = json.loads(next(tmp_path.glob("raw/*/*/manifest.json")).read_text(encoding="utf-8"))
    assert (manifest["state"], manifest["calls"]) == ("partial", 2)


def test_the_list_names_sources_keys_and_what_cannot_be_fetched(sharemap, portal, monkeypatch):
    monkeypatch.delenv("SHAREMAP_ESHARE_KEY")
    code, out, _ = sharemap("--list")
    assert (code, portal.calls) == (0, [])
    lines = {line.split()[1]: line for line in out.splitlines()[1:]}
    assert "OA-13252" in lines["bike_station_list"]
    assert "SHAREMAP_SEOUL_KEY (set, from https://data.seoul.go.kr)" in lines["bike_station_list"]
    assert "SHAREMAP_ESHARE_KEY (not set" in lines["eshare_parking"]
    assert "SHAREMAP_DATA_GO_KR_KEY (set, not needed)" in lines["library_standard"]
    assert "no portal publishes it" in lines["-"]
    assert len(sharemap("--list", "library")[1].splitlines()) == 3


@pytest.mark.parametrize(
    "words", [(), ("--endpoint", "nowhere=http://x", "bike_station"), ("--endpoint", "seoul", "library")]
)
def test_wrong_usage_is_exit_2(sharemap, words):
    assert sharemap(*words)[0] == 2


@pytest.mark.parametrize(
    "words", [("nothing",), ("home_sharing",), ("library", "--source", "bike_station_list")]
)
def test_an_unknown_or_unpublished_layer_is_exit_3(sharemap, portal, words):
    code, _, err = sharemap(*words)
    assert (code, portal.calls) == (3, [])
    assert "->" in err


def test_the_bar_shows_the_service_and_its_rows(sharemap, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    _, _, err = sharemap("bike_station", "--source", "bike_station_list")
    assert "tbCycleStationInfo" in err
    assert "2100/2100" in err
    monkeypatch.setenv("FORCE_COLOR", "")
    assert sharemap("bike_station", "--source", "bike_station_list", "--quiet", "--fresh")[2] == ""
