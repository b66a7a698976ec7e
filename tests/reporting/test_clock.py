from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from auditor.errors import UsageError
from reports.clock import now


def test_the_source_date_is_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")

    assert now() == datetime(1970, 1, 2, tzinfo=UTC)


def test_without_one_it_is_the_present(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    before = datetime.now(UTC)

    assert before - timedelta(seconds=1) < now() <= datetime.now(UTC)


@pytest.mark.parametrize("given", ["", "yesterday", "1e9", "9" * 30])
def test_what_is_no_time_is_a_usage_error(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", given)

    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
        now()
