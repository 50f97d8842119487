"""The output folder: whatever ends a run at whatever moment, all old files or all new ones; one writer at a time."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from sharemap.errors import InputError, OutputError
from sharemap.pipeline import RunFolder
from sharemap.pipeline.locking import locked
from sharemap.pipeline.moving import LIST, is_being_placed
from sharemap.schema import FORMAT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are forked and killed")

OLD = {"a.txt": "old", "b/c.txt": "old", "provenance.json": "old", "z.txt": "old"}
NEW = {"a.txt": "new", "b/c.txt": "new", "b/d.txt": "new", "new.txt": "new", "provenance.json": "new"}
OTHERS = {"letter.txt": "somebody's own"}
STEPS = ("replace", "unlink", "rmdir", "mkdir")


def folder_of(path: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text, encoding="utf-8")
    return path


def content(path: Path) -> dict[str, str]:
    """What a folder shows: all but the lock and what its name hides."""
    files = (file for file in path.rglob("*") if file.is_file())
    shown = {file.relative_to(path).as_posix(): file for file in files}
    return {name: file.read_text() for name, file in shown.items() if not name.startswith(".")}


def write_new(path: Path) -> None:
    with RunFolder(path) as folder:
        for name, text in NEW.items():
            folder.put_bytes(name, text.encode())


def killed_at(step: int, act) -> bool:
    """Run in a process of its own that is killed before its n-th change to the file system; whether it was."""
    child = os.fork()
    if child == 0:
        count = 0

        def counted(own):
            def call(*given, **named):
                nonlocal count
                count += 1
                if count == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                return own(*given, **named)

            return call

        for name in STEPS:
            setattr(Path, name, counted(getattr(Path, name)))
        try:
            act()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_killed_at_any_step_a_folder_is_all_old_or_all_new(tmp_path):
    seen, step = set(), 0
    while True:
        step += 1
        out = folder_of(tmp_path / str(step), OLD | OTHERS)
        killed = killed_at(step, lambda out=out: write_new(out))
        with RunFolder(out):
            pass  # any command that opens it puts it right
        state = content(out)
        old, new = OLD | OTHERS, OLD | NEW | OTHERS
        assert state in (old, new), step
        assert not list(out.glob(".partial-*"))
        assert not is_being_placed(out)
        seen.add(state == new)
        if not killed:
            break
    assert seen == {True, False}
    assert step > 2 * len(NEW)  # every renaming was one of the moments


def test_killed_again_while_it_is_put_back_a_folder_is_old(tmp_path):
    moment = 12  # in the middle of the files
    for step in range(1, 40):
        out = folder_of(tmp_path / str(step), OLD | OTHERS)
        assert killed_at(moment, lambda out=out: write_new(out))
        assert is_being_placed(out)
        killed = killed_at(step, lambda out=out: RunFolder(out).__enter__())
        with RunFolder(out):
            pass
        assert content(out) == OLD | OTHERS, step
        if not killed:
            return
    pytest.fail("putting back never came to its end")


def test_who_only_reads_a_folder_puts_it_back_first(tmp_path):
    out = folder_of(tmp_path / "run", OLD | {"provenance.json": json.dumps({"format": "old"})})
    assert killed_at(12, lambda: write_new(out))
    with pytest.raises(InputError, match="another version"):
        RunFolder(out).check_finished()
    assert content(out)["a.txt"] == "old"


def test_a_file_that_cannot_be_moved_leaves_all_as_it_was(tmp_path):
    out = folder_of(tmp_path / "run", OLD)
    (out / "new.txt").mkdir()
    with pytest.raises(OutputError, match="put in place"):
        write_new(out)
    assert content(out) == OLD
    assert not list(out.glob(".partial-*"))


def test_a_damaged_list_of_files_is_said_and_nothing_is_thrown_away(tmp_path):
    out = folder_of(tmp_path / "run", OLD)
    assert killed_at(12, lambda: write_new(out))
    (out / LIST).write_text("{", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be put back"):
        RunFolder(out).__enter__()
    kept = [file for file in out.rglob("*") if file.is_file() and file.read_text() == "old"]
    assert len(kept) == len(OLD)


def started(out: Path, at: float, tell: int, leave: int) -> int:
    """A process that opens a folder at a moment, tells how that went, and stays in it until it may leave."""
    child = os.fork()
    if child:
        return child
    try:
        while time.monotonic() < at:
            pass
        with RunFolder(out) as folder:
            folder.put_bytes("who.txt", str(os.getpid()).encode())
            os.write(tell, b"i")
            os.read(leave, 1)
    except OutputError as error:
        os.write(tell, b"o" if "is writing to the folder" in str(error) else b"?")
    finally:
        os._exit(0)


def test_of_two_runs_that_start_at_once_one_runs(tmp_path):
    """200 times two processes wait for the same moment."""
    told, tell = os.pipe()
    leave, let = os.pipe()
    for turn in range(200):
        at = time.monotonic() + 0.01
        children = [started(tmp_path / str(turn), at, tell, leave) for _ in range(2)]
        said = os.read(told, 1) + os.read(told, 1)
        os.write(let, b"!")
        for child in children:
            os.waitpid(child, 0)
        assert sorted(said.decode()) == ["i", "o"], turn


def test_the_holder_is_named_and_a_killed_one_holds_nothing(tmp_path):
    out = tmp_path / "run"
    with RunFolder(out), pytest.raises(OutputError, match=f"process {os.getpid()} on .* is writing"):
        RunFolder(out).__enter__()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with locked(out):
            os.write(writing, b"!")
            time.sleep(60)
    os.read(reading, 1)
    with pytest.raises(OutputError, match=f"process {child} on"):
        RunFolder(out).__enter__()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    write_new(out)
    assert content(out) == NEW


def test_left_folders_of_any_process_number_stop_nobody(tmp_path):
    out = folder_of(tmp_path / "run", {".partial-1-left/a.txt": "half"})
    write_new(out)
    assert content(out) == NEW
    assert not list(out.glob(".partial-*"))


def test_a_run_that_fails_leaves_no_folder_behind(tmp_path):
    out = tmp_path / "deep" / "run"
    with pytest.raises(ZeroDivisionError), RunFolder(out):
        1 / 0  # noqa: B018  any fault
    assert not (tmp_path / "deep").exists()


def test_what_is_left_of_another_study_is_not_told(tmp_path):
    made = {"format": FORMAT, "stale_stages": {"sites": {}}}
    out = folder_of(tmp_path / "run", {"provenance.json": json.dumps(made), "summary.json": "{}"})
    RunFolder(out).check_finished()
    with pytest.raises(InputError, match="another study"):
        RunFolder(out).finished()
