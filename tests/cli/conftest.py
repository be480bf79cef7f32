"""The command line, run in this process."""

from typing import Any, NamedTuple, Protocol

import pytest

from gallus.cli import main


class Finished(NamedTuple):
    """What a command leaves behind."""

    status: int
    output: str
    errors: str


class Gallus(Protocol):
    """Runs a command with these arguments."""

    def __call__(self, *arguments: Any) -> Finished: ...


@pytest.fixture
def gallus(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Gallus:
    """Run a command and return status, standard output and standard error."""
    monkeypatch.setenv("COLUMNS", "118")

    def run(*arguments: Any) -> Finished:
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Finished(status, captured.out, captured.err)

    return run
