"""Where reports go: standard output, and files that are either complete or untouched."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from auditor.errors import UsageError

_PROSE = 88


def to_standard_output(text: str | Iterable[str], encoding: str | None = None) -> None:
    """Print a report, which may come in pieces.

    `encoding` overrides the terminal's, where a format prescribes one. A reader that hangs up
    (`| head`) is no error; a full disk is one.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What the encoding of the terminal does not have is shown escaped, and stops nothing.
        sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace")
    try:
        sys.stdout.writelines(_pieces(text))
        sys.stdout.flush()
    except BrokenPipeError:
        _silence()
    except OSError as error:
        _silence()
        raise UsageError(f"standard output cannot be written: {error.strerror}") from None


def width(otherwise: int) -> int:
    """The columns of the terminal that is printed to, or `otherwise` where it is none."""
    if not sys.stdout.isatty():
        return otherwise
    import shutil

    return shutil.get_terminal_size().columns


def filled(text: str, bullet: str = "") -> str:
    """A paragraph in lines that are easy to read, and fit the terminal."""
    columns = min(_PROSE, width(_PROSE))
    indent = " " * len(bullet)
    return textwrap.fill(text, columns, initial_indent=bullet, subsequent_indent=indent)


def _silence() -> None:
    """Python would complain once more when it closes the stream at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def to_file(path: str, text: str | Iterable[str]) -> None:
    """Write a file beside its place and move it there; raises `UsageError` when that fails."""
    with writing(path) as file:
        file.writelines(piece.encode() for piece in _pieces(text))


def refuse_unwritable(path: str) -> None:
    """Raises `UsageError` when no file could be written there, and changes nothing."""
    import tempfile

    target = Path(path).resolve()
    with _refusing(path):
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if target.is_file() or not target.exists():  # opening a pipe would end it for its reader
            tempfile.TemporaryFile(dir=target.parent).close()


@contextmanager
def _refusing(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        hint = "Choose another file, or make room; nothing was left half written."
        raise UsageError(f"{path} cannot be written: {error.strerror}", hint) from None


def _pieces(text: str | Iterable[str]) -> Iterable[str]:
    return (text,) if isinstance(text, str) else text


@contextmanager
def writing(path: str, *, private: bool = False) -> Iterator[BinaryIO]:
    """A file that takes its place once all is written; raises `UsageError` when that fails.

    Only its owner may read a private one.
    """
    import tempfile

    target = Path(path).resolve()  # of a link, the file behind it
    temporary: Path | None = None
    try:
        with _refusing(path):
            if target.exists() and not target.is_file():
                with target.open("wb") as file:
                    yield file  # a device or a pipe must stay one
                return
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
            temporary = Path(name)
            with os.fdopen(handle, "wb") as file:
                yield file
            if not private:  # mkstemp makes it so
                temporary.chmod(_mode(target))
            temporary.replace(target)
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


def _mode(target: Path) -> int:
    """The permissions that a file has, or those of any new file: mkstemp makes it private."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
