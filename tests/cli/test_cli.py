"""The command line as a user meets it: in a process of its own."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys

import pytest


def sharemap(*arguments, cwd, limit=None, env=None):
    return subprocess.run(
        [sys.executable, "-m", "sharemap", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        preexec_fn=limit,
        env={**os.environ, **(env or {})},
    )


def one_error(done, code, *said):
    assert done.returncode == code, done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("error: ")
    assert "->" in last
    for part in said:
        assert part in last
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_run_without_a_study_analyses_the_sample_and_prints_what_to_open(tmp_path):
    done = sharemap("run", "--out", tmp_path / "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert f"{summary['residents']:,}" in done.stdout
    assert str(tmp_path / "out" / "map.html") in done.stdout
    assert f"{summary['villages']['count']} candidates" in done.stdout
    for stage in ("network", "sites", "reach", "isochrones", "coverage", "villages", "deliver"):
        assert f"stage {stage}:" in done.stderr


def test_help_lists_every_stage(tmp_path):
    done = sharemap("--help", cwd=tmp_path)
    assert done.returncode == 0
    for name in (
        "run",
        "init",
        "sample",
        "network",
        "sites",
        "reach",
        "isochrones",
        "coverage",
        "villages",
        "deliver",
    ):
        assert name in done.stdout


def test_init_writes_a_study_once(tmp_path):
    assert sharemap("init", "mine.toml", cwd=tmp_path).returncode == 0
    assert "[[sites]]" in (tmp_path / "mine.toml").read_text(encoding="utf-8")
    one_error(sharemap("init", "mine.toml", cwd=tmp_path), 4, "mine.toml", "there is a file already")
    one_error(sharemap("run", "mine.toml", "--out", "o", cwd=tmp_path), 3, "dong.geojson", "does not exist")
    assert not (tmp_path / "o").exists()


def test_a_study_that_is_not_there(tmp_path):
    one_error(sharemap("run", "none.toml", cwd=tmp_path), 3, "none.toml", "sharemap init")


def test_an_unknown_key(tmp_path):
    (tmp_path / "s.toml").write_text("[study]\ntitel = 'x'\n")
    one_error(sharemap("run", "s.toml", cwd=tmp_path), 3, "s.toml", "'titel'", "did you mean 'title'")


def test_wrong_usage_has_its_own_code(tmp_path):
    assert sharemap("run", "--lang", "fr", cwd=tmp_path).returncode == 2
    assert sharemap("fly", cwd=tmp_path).returncode == 2


def test_an_unwritable_folder(tmp_path):
    (tmp_path / "file").write_text("x")
    one_error(sharemap("run", "--out", "file/inside", cwd=tmp_path), 4, "file", "choose a folder")


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no file size limits here")
def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path):
    """A file size limit makes the real writers fail in the middle, as a full disk does."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    done = sharemap("run", "--out", "out", cwd=tmp_path, limit=limit, env={"NUMBA_DISABLE_CACHING": "1"})
    one_error(done, 4, "written")
    assert not (tmp_path / "out").exists()


def test_version(tmp_path):
    done = sharemap("--version", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.strip().count(".") == 2


@pytest.mark.parametrize("command", ["run", "sample", "export", "print", "report", "fetch"])
def test_an_empty_folder_name_is_not_the_current_folder(tmp_path, command):
    """As when a script says --out "$OUT" and OUT is not set."""
    done = sharemap(
        command, *(["x"] if command in {"export", "print", "report"} else []), "--out", "", cwd=tmp_path
    )
    assert done.returncode == 2
    assert "it is empty" in done.stderr
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_printed_has_the_code_of_what_cannot_be_written(tmp_path):
    with open("/dev/full", "w") as full:  # noqa: PTH123  a device
        done = subprocess.run(
            [sys.executable, "-m", "sharemap", "catalog", "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=tmp_path,
        )
    one_error(done, 4, "cannot be written", "No space left")


def test_nobody_listening_does_not_change_the_code(tmp_path):
    command = f"{sys.executable} -m sharemap report /nowhere 2>&-"
    assert subprocess.run(command, shell=True, check=False, cwd=tmp_path).returncode == 3  # noqa: S602


@pytest.mark.parametrize("page", ["cp437", "cp1252"])
def test_any_code_page_can_print_korean(tmp_path, page):
    for asked in (["catalog"], ["catalog", "--json"]):
        done = subprocess.run(
            [sys.executable, "-m", "sharemap", *asked],
            capture_output=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "PYTHONIOENCODING": page},
        )
        assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.decode(page))["layers"][0]["name_ko"] == "따릉이 대여소"


def _started(folder, *, out="out"):
    """Start a run and wait until it is at work in its folder."""
    import time

    process = subprocess.Popen(
        [sys.executable, "-m", "sharemap", "run", "--out", out],
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
        # a test that was started in the background would hand down that Ctrl-C is ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    for _ in range(600):
        if list((folder / out).glob(".partial-*/sites.parquet")):
            return process
        time.sleep(0.1)
    process.kill()
    pytest.fail("the run did not begin")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_interrupted_run_says_so_and_leaves_nothing(tmp_path, name):
    process = _started(tmp_path)
    process.send_signal(getattr(signal, name))
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "interrupted; nothing was written" in said
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_two_runs_do_not_write_to_one_folder_and_what_a_killed_one_left_is_swept(tmp_path):
    first = _started(tmp_path)
    one_error(sharemap("run", "--out", "out", cwd=tmp_path), 4, "another run", "out")
    first.kill()
    first.communicate()
    left = list((tmp_path / "out").glob(".partial-*"))
    assert left
    done = sharemap("network", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not list((tmp_path / "out").glob(".partial-*"))
