"""`msgaudit` inside of the test's own process, where starting another proves nothing more."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from auditor.cli import run


def msgaudit(
    folder: Path, *arguments: str, input_: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder; no output of it may ever be a traceback."""
    with _streams(input_ or "") as (out, err), _place(folder, environment), _garbage():
        with mock.patch.object(sys, "argv", ["msgaudit", *arguments]):
            status = run()
        said, complained = _content(out), _content(err)
    assert "Traceback" not in complained
    return subprocess.CompletedProcess(arguments, int(status), said, complained)


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
def _place(folder: Path, environment: dict[str, str]) -> Iterator[None]:
    with mock.patch.dict(os.environ, environment), contextlib.chdir(folder):
        yield


@contextlib.contextmanager
def _garbage() -> Iterator[None]:
    """The command changes how often the process looks for garbage."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
