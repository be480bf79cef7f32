"""Chunks survive damage, strangers, full disks and other processes; they are the same bytes."""

import errno
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from gallus.errors import InputError
from gallus.inference.chunk_file import is_intact, pack, unpack
from gallus.inference.manifest import manifest_of, versions
from gallus.inference.storage import ChunkStore, StorageError, write_whole

JOB: dict[str, Any] = {"model": "sterile", "grid": [{"name": "q", "values": [0.1, 0.2]}], "seed": 7}
ARRAYS = {"chi2": np.linspace(0.0, 1.0, 50), "counts": np.arange(6).reshape(2, 3)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which chunks 0, 1 and 2 are finished."""
    with ChunkStore(tmp_path / "scan", JOB) as store:
        for chunk in range(3):
            store.write(chunk, ARRAYS)
    return tmp_path / "scan"


def finished(folder: Path) -> frozenset[int]:
    with ChunkStore(folder, JOB, resume=True) as store:
        return store.finished


def refusal(folder: Path, job: dict[str, Any] | None = None, resume: bool = True) -> str:
    with pytest.raises(InputError) as caught:
        ChunkStore(folder, job or JOB, resume)
    return str(caught.value)


def test_chunks_come_back_as_they_were(folder: Path) -> None:
    with ChunkStore(folder, JOB, resume=True) as store:
        assert store.finished == {0, 1, 2}
        found = store.read(1)
        with pytest.raises(KeyError):
            store.read(3)
    assert {name: array.tolist() for name, array in found.items()} == {
        name: array.tolist() for name, array in ARRAYS.items()
    }


def test_any_numpy_reads_a_chunk(folder: Path) -> None:
    with np.load(folder / "chunk-000002.npz", allow_pickle=False) as stored:
        assert np.array_equal(stored["chi2"], ARRAYS["chi2"])


@given(
    arrays_of.arrays(
        st.sampled_from(["<f8", "<i8", "?", "<U5", "<c16"]),
        arrays_of.array_shapes(min_dims=0, max_dims=3, min_side=0),
    )
)
def test_every_array_is_the_same_bytes_after_a_round_trip(array: np.ndarray[Any, Any]) -> None:
    content = pack({"array": array}, "job", 5)
    again = unpack(content)["array"]
    assert (again.dtype, again.shape) == (array.dtype, array.shape)
    assert again.tobytes() == array.tobytes()
    assert pack({"array": again}, "job", 5) == content


def test_a_chunk_knows_its_job_and_its_index() -> None:
    content = pack(ARRAYS, "job", 5)
    assert is_intact(content, "job", 5)
    assert not is_intact(content, "job", 6)
    assert not is_intact(content, "other", 5)


def test_no_cut_and_no_flipped_byte_of_the_data_goes_unnoticed() -> None:
    content = pack(ARRAYS, "job", 5)
    assert not any(is_intact(content[:cut], "job", 5) for cut in range(0, len(content), 7))
    start = content.index(ARRAYS["chi2"].tobytes())
    flipped = bytearray(content)
    flipped[start + 11] ^= 1
    assert not is_intact(bytes(flipped), "job", 5)


def test_python_objects_are_not_stored(tmp_path: Path) -> None:
    with ChunkStore(tmp_path, JOB) as store:
        with pytest.raises(ValueError, match="Object arrays"):
            store.write(0, {"object": np.array([{}], dtype=object)})
        assert store.finished == frozenset()


# --- which folders are accepted ---------------------------------------------------------------


def test_a_folder_with_results_is_resumed_only_on_request(folder: Path) -> None:
    assert refusal(folder, resume=False) == (
        f"{folder}: holds results already (allowed: --resume, or another folder)"
    )


def test_resuming_what_was_not_begun_begins_it(tmp_path: Path) -> None:
    assert finished(tmp_path / "a" / "b") == frozenset()


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"seed": 8}, "seed is 8, but was 7"),
        ({"model": "deficit"}, "model is 'deficit', but was 'sterile'"),
        (
            {"grid": [{"name": "q", "values": [0.1, 0.25]}]},
            "grid[0].values[1] is 0.25, but was 0.2",
        ),
        ({"toys": 10}, "toys is 10, but was not given"),
        ({"grid": []}, "grid is [], but was not given"),
    ],
    ids=str,
)
def test_another_job_is_refused_with_the_difference(
    folder: Path, change: dict[str, Any], difference: str
) -> None:
    assert refusal(folder, JOB | change) == (
        f"{folder}: {difference} (allowed: the same job, or another folder)"
    )


def test_an_entry_that_is_gone_is_a_difference(folder: Path) -> None:
    job = {key: value for key, value in JOB.items() if key != "seed"}
    assert "seed is not given, but was 7" in refusal(folder, job)


def test_other_versions_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = versions() | {"numpy": "1.0"}
    monkeypatch.setattr("gallus.inference.manifest.versions", lambda: other)
    assert f"versions.numpy is '1.0', but was '{np.__version__}'" in refusal(folder)


def test_equal_jobs_in_another_order_and_as_tuples_are_the_same_job(folder: Path) -> None:
    job = dict(reversed(JOB.items())) | {"grid": ({"values": (0.1, 0.2), "name": "q"},)}
    assert manifest_of(job) == manifest_of(JOB)
    with ChunkStore(folder, job, resume=True) as store:
        assert store.finished == {0, 1, 2}


@pytest.mark.parametrize("value", [float("nan"), np.ones(2), {1, 2}], ids=["nan", "array", "set"])
def test_a_job_that_json_cannot_hold_is_refused(tmp_path: Path, value: object) -> None:
    assert "job: cannot be written as JSON" in refusal(tmp_path, {"x": value})


def test_a_folder_of_somebody_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("Chapter 1")
    assert "holds other files (thesis.tex)" in refusal(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize(
    ("text", "message"),
    [('{"name": "extension"}', "was not made by gallus"), ("{", "manifest.json is damaged")],
)
def test_a_foreign_or_damaged_manifest_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    assert message in refusal(tmp_path)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "scan").write_text("")
    assert refusal(tmp_path / "scan").startswith(f"{tmp_path / 'scan'}: is not a folder")


# --- damage -----------------------------------------------------------------------------------


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [flip, Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-30])],
    ids=["a flipped byte", "gone", "cut"],
)
def test_damaged_chunks_are_computed_again(folder: Path, damage: Callable[[Path], Any]) -> None:
    damage(folder / "chunk-000001.npz")
    with ChunkStore(folder, JOB, resume=True) as store:
        assert store.finished == {0, 2}
        store.write(1, ARRAYS)
        assert np.array_equal(store.read(1)["chi2"], ARRAYS["chi2"])
    assert finished(folder) == {0, 1, 2}


@pytest.mark.parametrize(
    "damage",
    [
        Path.unlink,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"no database at all" * 100),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: path.write_bytes(path.read_bytes()[:4096] + bytes(range(256)) * 16),
    ],
    ids=["gone", "empty", "garbage", "cut", "garbage in the middle"],
)
def test_a_lost_ledger_is_made_again_from_the_files(
    folder: Path, damage: Callable[[Path], Any]
) -> None:
    damage(folder / "chunks.sqlite3")
    flip(folder / "chunk-000002.npz")
    assert finished(folder) == {0, 1}


def test_a_chunk_that_the_ledger_missed_is_taken_in(folder: Path) -> None:
    with sqlite3.connect(folder / "chunks.sqlite3") as connection:
        connection.execute("DELETE FROM chunks WHERE chunk = 1")
    connection.close()
    assert finished(folder) == {0, 1, 2}


def test_a_chunk_of_another_job_is_not_taken_in(folder: Path, tmp_path: Path) -> None:
    with ChunkStore(tmp_path / "other", JOB | {"seed": 8}) as other:
        other.write(3, ARRAYS)
    (tmp_path / "other" / "chunk-000003.npz").rename(folder / "chunk-000003.npz")
    (folder / "chunk-000004.npz").write_bytes((folder / "chunk-000000.npz").read_bytes())
    assert finished(folder) == {0, 1, 2}


def test_what_was_being_written_at_a_kill_is_swept_away(folder: Path) -> None:
    (folder / "chunk-000003.npz.partial").write_bytes(b"PK")
    assert finished(folder) == {0, 1, 2}
    assert not list(folder.glob("*.partial"))


def test_a_folder_killed_before_its_manifest_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("process 1 on nowhere\n")
    (tmp_path / "manifest.json.partial").write_text("{")
    assert finished(tmp_path) == frozenset()


def test_a_chunk_changed_while_the_store_is_open_is_not_read(folder: Path) -> None:
    with ChunkStore(folder, JOB, resume=True) as store:
        flip(folder / "chunk-000000.npz")
        with pytest.raises(StorageError, match=r"chunk-000000\.npz: was changed since"):
            store.read(0)


# --- the system says no -----------------------------------------------------------------------


def fail_with(number: int) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def test_a_full_disk_is_said_and_what_was_finished_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ChunkStore(folder, JOB, resume=True) as store:
        with monkeypatch.context() as full:
            full.setattr(os, "fsync", fail_with(errno.ENOSPC))
            with pytest.raises(StorageError) as caught:
                store.write(3, ARRAYS)
        assert str(caught.value) == (
            f"{folder}: No space left on device; the 3 finished chunks are kept, "
            "go on with --resume"
        )
        assert store.finished == {0, 1, 2}
        assert not list(folder.glob("*.partial"))
        store.write(3, ARRAYS)  # somebody made room
    assert finished(folder) == {0, 1, 2, 3}


def test_a_ledger_that_cannot_grow_loses_no_chunk(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with ChunkStore(folder, JOB, resume=True) as store:
        monkeypatch.setattr("gallus.inference.ledger.Ledger.add", full)
        with pytest.raises(StorageError, match="database or disk is full; the 3 finished"):
            store.write(3, ARRAYS)
    monkeypatch.undo()
    assert finished(folder) == {0, 1, 2, 3}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_really_full_device_leaves_the_older_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "file.partial").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "file", b"new" * 10000)
    assert (tmp_path / "file").read_bytes() == b"old"


def test_a_folder_that_may_not_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "mkdir", fail_with(errno.EROFS))
    with pytest.raises(StorageError, match=f"{tmp_path / 'scan'}: Read-only file system"):
        ChunkStore(tmp_path / "scan", JOB)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere"
)
def test_a_folder_without_permission_is_said(folder: Path) -> None:
    folder.chmod(0o555)
    (folder / "lock").chmod(0o444)
    with pytest.raises(StorageError, match="Permission denied"):
        ChunkStore(folder, JOB, resume=True)
    folder.chmod(0o755)


# --- two at a time ----------------------------------------------------------------------------

HOLD = """
import sys, time
from gallus.inference.storage import ChunkStore
with ChunkStore(sys.argv[1], {"seed": 1}) as store:
    print("open", flush=True)
    time.sleep(3600)
"""


def test_a_second_writer_is_refused_until_the_first_is_gone_even_killed(tmp_path: Path) -> None:
    folder = tmp_path / "scan"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True
    ) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "open\n"
            assert f"{folder}: is being written by process {holder.pid} on" in refusal(
                folder, {"seed": 1}
            )
        finally:
            holder.kill()
    with ChunkStore(folder, {"seed": 1}, resume=True) as store:
        assert store.finished == frozenset()


def test_a_file_system_without_locks_is_used_without(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gallus.inference.lock._lock", fail_with(errno.ENOSYS))
    assert finished(folder) == {0, 1, 2}


def test_a_closed_store_is_closed(folder: Path) -> None:
    store = ChunkStore(folder, JOB, resume=True)
    assert repr(store) == f"ChunkStore({str(folder)!r}, 3 chunks)"
    store.close()
    with pytest.raises(StorageError):
        store.write(3, ARRAYS)
