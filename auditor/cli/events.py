"""The events that `msgaudit test-event` is given."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from auditor.data.event_limits import EVENT_BYTES_MAX
from auditor.errors import UsageError

_HINT = (
    'An event is a JSON object such as {"source": "shop.orders", "detail": {}}; a file may also'
    " hold a list of them."
)


def events_in(file: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The events of a file with their names, `-` being standard input.

    Raises `UsageError` for all that EventBridge would not take as an event.
    """
    read = _json(file)
    listed = read if isinstance(read, list) and read else None
    for position, event in enumerate(listed or [read]):
        name = f"{file}[{position}]" if listed else file
        if not isinstance(event, dict):
            raise UsageError(f"{name} is not an event", _HINT)
        size = len(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode())
        if size > EVENT_BYTES_MAX:
            reason = f"{name} has {size:,} bytes"
            raise UsageError(reason, f"EventBridge takes events of at most {EVENT_BYTES_MAX:,}.")
        yield name, event


def _json(file: str) -> object:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        return json.loads(text, parse_constant=_refused)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{file} cannot be read: {reason}", _HINT) from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is not JSON: {error}", _HINT) from None


def _refused(constant: str) -> object:
    raise ValueError(f"{constant} is no number")
