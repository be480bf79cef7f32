"""The application: its commands, its options, and how anything that goes wrong is said.

Commands import what they need inside their functions, so that help needs neither NumPy nor
pydantic.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from typing import Annotated

import typer

from gallus.cli import (
    coherence,
    cross_section,
    data,
    explain,
    fit,
    forecast,
    rates,
    reproduce,
    scan,
    significance,
)
from gallus.errors import GallusError

BAD_INPUT = 2
INTERRUPTED = 130
"""As the shell reports a process that Ctrl-C ended."""
PIPE_CLOSED = 141
"""As the shell reports a process whose reader went away."""

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""What Typer raises for wrong options; which module defines it depends on Typer's version."""

app = typer.Typer(
    name="gallus",
    help="The open toolkit for the gallium anomaly.",
    epilog="Every command explains its options: gallus COMMAND --help",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("reproduce")(reproduce.reproduce)
app.command("significance")(significance.significance)
app.command("cross-section")(cross_section.cross_section)
app.command("fit")(fit.fit)
app.command("explain")(explain.explain)
app.command("scan")(scan.scan)
app.command("coherence")(coherence.coherence)
app.command("rates")(rates.rates)
app.command("forecast")(forecast.forecast)
app.command("data")(data.data)


def _version(wanted: bool) -> None:
    if wanted:
        from gallus import __version__

        typer.echo(f"gallus {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Hold the options of ``gallus`` itself."""


@contextmanager
def _closed_streams_replaced() -> Iterator[None]:
    """Give the process somewhere to write if it was started with closed streams (``>&-``)."""
    with ExitStack() as opened:
        for name, redirect in (("stdout", redirect_stdout), ("stderr", redirect_stderr)):
            if getattr(sys, name) is None:
                # A file for each: it takes the number of the stream, so that no other file does.
                nowhere = opened.enter_context(open(os.devnull, "w", encoding="utf-8"))
                opened.enter_context(redirect(nowhere))
        yield


@_closed_streams_replaced()
def run(arguments: Sequence[str] | None = None) -> int:
    """Run the application and return its exit status; no exception of the user's making escapes."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = _command()(given or ["--help"], prog_name="gallus", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        return _fail("interrupted", INTERRUPTED)
    except (BrokenPipeError, SystemExit):  # Typer and rich exit when the reader has gone
        _discard_output()
        return PIPE_CLOSED
    except UsageError as error:
        return _fail(_usage(error), BAD_INPUT)
    except GallusError as error:
        return _fail(str(error), BAD_INPUT)
    except OSError as error:
        return _fail(f"{error.filename or 'standard output'}: {error.strerror}", BAD_INPUT)
    return _fail("interrupted", INTERRUPTED) if status == INTERRUPTED else int(status or 0)


@cache
def _command() -> Callable[..., int | None]:
    """Read the signatures of all commands, once per process."""
    return typer.main.get_command(app)


def _fail(message: str, status: int) -> int:
    sys.stderr.write(f"gallus: {' '.join(message.split())}\n")
    return status


def _usage(error: BaseException) -> str:
    """Typer's complaint in one line, with the command whose help explains the options."""
    text = " ".join(str(getattr(error, "format_message", error.__str__)()).split())
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "gallus"
    if text.startswith("No such command"):
        known = ", ".join(sorted(str(each.name) for each in app.registered_commands))
        return f"{text.rstrip('.')} (allowed: {known})"
    return f"{text.rstrip('.')} (see {command} --help)"


def _discard_output() -> None:
    """Let what is still buffered go nowhere: the interpreter flushes once more at its end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # not a real file, as in tests
        return
