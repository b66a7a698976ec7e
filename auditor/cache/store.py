"""Files by the digest of what they were made from, safe under concurrent runs, and bounded."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

# In all 256 folders together; the findings of a template of 30 resources take about 3 kB.
MAX_BYTES = 128 << 20
_SHARE = MAX_BYTES // 256


def folder() -> Path | None:
    """Where this user's programs keep what they can make again, `None` for one without a home."""
    if sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME", "")
        if not Path(base).is_absolute():  # to be ignored: XDG Base Directory Specification 0.8
            base = "~/.cache"
    try:
        return Path(base).expanduser() / "msgaudit"
    except RuntimeError:
        return None


class Store(Struct, frozen=True):
    """Contents by key, a hexadecimal digest. What cannot be read or written is not kept, no more.

    Only its owner may read it: findings quote templates.
    """

    folder: Path

    def get(self, key: str) -> bytes | None:
        """The content, `None` when it is not kept."""
        path = self._path(key)
        try:
            content = path.read_bytes()
            os.utime(path)  # what is used stays longest
        except OSError:
            return None
        return content

    def put(self, key: str, content: bytes) -> None:
        """Keep a content, in the place of those that were not used for longest."""
        if len(content) > _SHARE:
            return
        path = self._path(key)
        with suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make_room(path.parent, len(content))
            _write(path, content)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key[2:]


def _make_room(place: Path, needed: int) -> None:
    with os.scandir(place) as found:
        kept = [(entry.stat(), Path(entry.path)) for entry in found]
    total = needed + sum(stat.st_size for stat, _ in kept)
    if total > _SHARE:
        for stat, path in sorted(kept, key=lambda each: each[0].st_mtime_ns):
            with suppress(FileNotFoundError):  # another run made room as well
                path.unlink()
            total -= stat.st_size
            if total <= _SHARE:
                break


def _write(path: Path, content: bytes) -> None:
    """Write beside the place and move there: another run sees all of it or nothing."""
    import tempfile

    handle, name = tempfile.mkstemp(dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.replace(path)
    except OSError:
        temporary.unlink()
        raise
