"""The time of a report, for the formats that cannot do without."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from auditor.errors import UsageError


def now() -> datetime:
    """The time in UTC, in whole seconds; that of `SOURCE_DATE_EPOCH` where it is set.

    So that the same input can give the same bytes: https://reproducible-builds.org/specs/source-date-epoch/
    Raises `UsageError` when the variable holds no time.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return datetime.fromtimestamp(int(given), UTC)
    except (ValueError, OverflowError, OSError):
        hint = "It holds seconds since 1970; unset it for the present time."
        raise UsageError(f"SOURCE_DATE_EPOCH is {given!r}, which is no time", hint) from None
