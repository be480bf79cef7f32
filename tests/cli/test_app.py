"""The frame of the command line: help, version, exit codes, streams."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gallus as package
from gallus.cli import app, main

if TYPE_CHECKING:
    from tests.cli.conftest import Gallus

COMMANDS = (
    "reproduce",
    "significance",
    "cross-section",
    "fit",
    "explain",
    "scan",
    "rates",
    "forecast",
    "coherence",
    "data",
)


def test_version(gallus: Gallus) -> None:
    assert gallus("--version") == (0, f"gallus {package.__version__}\n", "")


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)], ids=str)
def test_help_lists_the_commands(gallus: Gallus, arguments: Sequence[Any]) -> None:
    finished = gallus(*arguments)
    assert finished.status == 0
    assert all(command in finished.output for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_and_offers_json(
    gallus: Gallus, command: Sequence[str]
) -> None:
    finished = gallus(command, "--help")
    assert (finished.status, finished.errors) == (0, "")
    assert {"--json", "--cite"} <= set(finished.output.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["hatch"], "'hatch'"),
        (
            ["hatch"],
            "allowed: coherence, cross-section, data, explain, fit, forecast",
        ),
        (["--eggs"], "--eggs"),
        (["significance", "--eggs"], "--eggs"),
        (["significance", "--toys", "many"], "--toys"),
        (["significance", "--toys", "-1"], "--toys"),
        (["significance", "--seed", "-1"], "--seed"),
        (["significance", "--seed", str(2**64)], "--seed"),
        (["significance", "--half-life-71Ge", "long"], "--half-life-71Ge"),
        (["significance", "--toys"], "--toys"),
        (["data", "51Cr", "37Ar"], "37Ar"),
    ],
    ids=str,
)
def test_wrong_usage_is_one_message_and_status_2(
    gallus: Gallus, arguments: Sequence[Any], said: str
) -> None:
    finished = gallus(*arguments)
    assert (finished.status, finished.output) == (2, "")
    assert said in finished.errors
    assert finished.errors.startswith("gallus: ")
    assert finished.errors.count("\n") == 1


@given(name=st.text(min_size=1, max_size=30))
def test_no_name_breaks_the_command_line(name: str) -> None:
    errors, real = io.StringIO(), sys.stderr
    sys.stderr = errors
    try:
        status = main(["data", "--", f"no-{name}"])
    finally:
        sys.stderr = real
    assert status == 2
    assert errors.getvalue().count("\n") == 1


def test_an_interrupt_is_said_without_traceback(
    gallus: Gallus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(**_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gallus.significance.significance_table", interrupt)
    monkeypatch.setattr("gallus.cli.choices.models", lambda *_: interrupt())
    assert gallus("significance") == (130, "", "gallus: interrupted\n")


def test_python_m_gallus_is_the_command(gallus: Gallus) -> None:
    finished = run_process("--version")
    assert finished.returncode == 0
    assert finished.stdout == gallus("--version").output


@pytest.mark.skipif(sys.platform == "win32", reason="needs the pipes of Unix")
def test_a_reader_that_leaves_is_no_error() -> None:
    process = start("data")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == app.PIPE_CLOSED
    process.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_message() -> None:
    with open("/dev/full", "w") as full:
        process = subprocess.run(
            [sys.executable, "-m", "gallus", "--version"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert process.returncode == 2
    assert process.stderr == f"gallus: standard output: {os.strerror(28)}\n"


@pytest.mark.skipif(sys.platform == "win32", reason="closes streams as shells of Unix do")
@pytest.mark.parametrize(
    ("arguments", "closed", "status"),
    [("--version", ">&-", 0), ("--version", ">&- 2>&- <&-", 0), ("hatch", ">&- 2>&-", 2)],
)
def test_closed_streams_change_no_status(arguments: str, closed: str, status: int) -> None:
    process = subprocess.run(
        ["sh", "-c", f'exec "$0" -m gallus {arguments} {closed}', sys.executable],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.returncode, process.stdout, process.stderr) == (status, "", "")


def test_control_c_ends_work_with_one_message(
    gallus: Gallus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gallus.significance.significance_table", interrupted)
    finished = gallus("significance")
    assert (finished.status, finished.output) == (app.INTERRUPTED, "")
    assert finished.errors == "gallus: interrupted\n"


def test_a_terminal_without_greek_gets_question_marks() -> None:
    finished = run_process("significance", "--toys", "0", PYTHONIOENCODING="ascii")
    assert finished.returncode == 0
    assert "? " in finished.stdout


def run_process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gallus", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "gallus", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
