"""`msgaudit` inside of the test's own process, where starting another proves nothing more."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from auditor.cli import run


def msgaudit(
    folder: Path, *arguments: str, input_: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder; no output of it may ever be a traceback."""
    with _garbage(), mock.patch.dict(os.environ, environment):
        done = called(run, folder, ["msgaudit", *arguments], input_)
    assert "Traceback" not in done.stderr
    return done


def called(
    program: Callable[[], int], folder: Path, command: list[str], input_: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Call what reads its arguments and streams from the process, as a process of its own would."""
    with (
        _streams(input_ or "") as (out, err),
        contextlib.chdir(folder),
        mock.patch.object(sys, "argv", command),
    ):
        status = program()
        return subprocess.CompletedProcess(command, int(status), _content(out), _content(err))


def _content(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


@contextlib.contextmanager
def _streams(input_: str) -> Iterator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
    given, out, err = (
        io.TextIOWrapper(io.BytesIO(data), encoding="utf-8") for data in (input_.encode(), b"", b"")
    )
    with (
        mock.patch.object(sys, "stdin", given),
        mock.patch.object(sys, "stdout", out),
        mock.patch.object(sys, "stderr", err),
    ):
        yield out, err


@contextlib.contextmanager
def _garbage() -> Iterator[None]:
    """The command changes how often the process looks for garbage."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
