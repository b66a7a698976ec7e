"""Where templates and what they refer to are read from: this machine, or what another one sent."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import PurePath

from auditor.collectors.template.documents import MAX_BYTES, UnreadableError
from auditor.findings import Gap

STANDARD_INPUT = "-"


class Files:
    """The files of this machine, seen from the folder `here`.

    `unsaved` has the content that is read instead of some files', by their real paths.
    """

    def __init__(self, unsaved: Mapping[str, bytes] | None = None, here: str | None = None) -> None:
        self.here = here or os.getcwd()
        self._contents = dict(unsaved or {})
        # They can be read only once, and have another real path in each process.
        self._pipes = {STANDARD_INPUT}

    def real(self, path: str) -> str:
        """What is the same for every path of a file."""
        return path if path in self._pipes else os.path.realpath(path)

    def has(self, path: str) -> bool:
        """Whether there is such a file; it may still be unreadable."""
        return os.path.isfile(path)

    def read(self, path: str) -> bytes:
        """The content; raises `UnreadableError`. No more is read than could be a template."""
        # Following links takes as long as reading, and nearly always there is nothing to look up.
        if self._contents and (real := self.real(path)) in self._contents:
            return self._contents[real]
        try:
            data = _read(path)
        except OSError as error:
            reason = f"it cannot be read: {error.strerror}"
            raise UnreadableError(Gap(self.shown(path), reason)) from None
        if not self.has(path):  # standard input, or a pipe such as `<(command)`
            self._pipes.add(path)
            self._contents[path] = data
        return data

    def shown(self, path: str) -> str:
        """The path as reports show it: with forward slashes, from here where it lies below."""
        if path == STANDARD_INPUT:
            return "<stdin>"
        pure = PurePath(path)
        if os.path.isabs(path) and pure.is_relative_to(self.here):
            pure = pure.relative_to(self.here)
        return pure.as_posix()

    def named(self, path: str) -> str:
        """The path of what is nested in another template, as reports show it."""
        if os.path.isabs(path):
            return self.shown(path)
        return self.shown(os.path.relpath(self.absolute(path), self.here))

    def absolute(self, path: str) -> str:
        """The path from the root of the file system, links not followed."""
        return os.path.normpath(os.path.join(self.here, path))


class Sent(Files):
    """The files that another machine sent, as they are seen there.

    `names` has their real paths by every path that leads to them, `contents` what is in them, or
    why they cannot be read. What is looked for in vain is kept in `missed`: it may be there.
    """

    def __init__(
        self, here: str, names: Mapping[str, str], contents: Mapping[str, bytes | Gap]
    ) -> None:
        super().__init__(here=here)
        self._names = names
        self._sent = contents
        self.missed = set[str]()

    def real(self, path: str) -> str:
        """See `Files`."""
        return self._names.get(path, path)

    def has(self, path: str) -> bool:
        """See `Files`."""
        if path not in self._names:
            self.missed.add(path)
        return path in self._names

    def read(self, path: str) -> bytes:
        """See `Files`."""
        found = self._sent[self._names[path]]
        if isinstance(found, Gap):
            raise UnreadableError(found)
        return found


def _read(path: str) -> bytes:
    if path == STANDARD_INPUT:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with open(path, "rb") as file:
        return file.read(MAX_BYTES + 1)
