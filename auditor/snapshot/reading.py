"""Reading a snapshot, line by line."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from msgspec import Struct

from auditor.errors import UsageError
from auditor.inventory import Unit
from auditor.snapshot.coding import decoded
from auditor.snapshot.head import FORMAT, VERSION, Head

# A small file can claim to be endless. A line is a resource, or all of a file of version 1.
_MAX_LINE, _MAX_BYTES = 2 * 1024**3, 16 * 1024**3
_BROKEN = (EOFError, zlib.error, ValueError, RecursionError)
_MISSHAPEN = (AttributeError, LookupError, TypeError)
_NOT_ONE = "Give a file that `msgaudit collect` wrote."


class SnapshotCollector(Struct, frozen=True):
    """Reads a snapshot in the place of the accounts that it was made of."""

    path: str

    def collect(self) -> Iterator[Unit]:
        """The one unit; raises `UsageError` when the file is not a snapshot."""
        lines = _lines(Path(self.path))
        content = self._first(lines)
        try:
            head, items = _split(content, map(json.loads, lines))
            resources = [decoded(item) for item in items]
        except EOFError:
            raise self._damaged("it ends too early") from None
        except (gzip.BadGzipFile, zlib.error):
            raise self._damaged("it cannot be decompressed") from None
        except OSError as error:
            raise UsageError(f"{self.path} cannot be read: {error.strerror}", _NOT_ONE) from None
        except (ValueError, RecursionError, *_MISSHAPEN):
            raise self._damaged("one of its records makes no sense") from None
        if len(resources) != head.resources + head.context:
            raise self._damaged(f"it says {head.resources + head.context} resources")
        yield head.unit(tuple(resources[: head.resources]), tuple(resources[head.resources :]))

    def _damaged(self, how: str) -> UsageError:
        return UsageError(f"{self.path} is damaged: {how}", _NOT_ONE)

    def _first(self, lines: Iterator[str]) -> Mapping[str, Any]:
        try:
            content = json.loads(next(lines, ""))
        except FileNotFoundError:
            raise UsageError(f"{self.path}: no such file", _NOT_ONE) from None
        except (gzip.BadGzipFile, *_BROKEN):
            raise UsageError(f"{self.path} is not a snapshot", _NOT_ONE) from None
        except OSError as error:
            raise UsageError(f"{self.path} cannot be read: {error.strerror}", _NOT_ONE) from None
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise UsageError(f"{self.path} is not a snapshot", _NOT_ONE)
        if content.get("version") not in (1, VERSION):
            message = f"{self.path} has version {content.get('version')} of the format"
            hint = f"This msgaudit reads up to version {VERSION}: upgrade it, or collect again."
            raise UsageError(message, hint)
        return content


def _split(content: Mapping[str, Any], lines: Iterable[Any]) -> tuple[Head, Iterable[Any]]:
    """The head and what follows it, which in version 1 was in the same line."""
    if content["version"] == VERSION:
        return Head.read(content), lines
    own, context = content["resources"], content["context"]
    head = Head.read({**content, "resources": len(own), "context": len(context)})
    return head, chain(own, context)


def _lines(path: Path) -> Iterator[str]:
    left = _MAX_BYTES
    with gzip.open(path, "rb") as file:
        while left > 0 and (line := file.readline(_MAX_LINE)):
            left -= len(line)
            yield line.decode(errors="surrogatepass")
