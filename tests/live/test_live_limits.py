"""Limits on how often services are asked."""

from __future__ import annotations

import botocore.session
import pytest
from botocore import xform_name
from hypothesis import given
from hypothesis import strategies as st

from auditor.collectors.live.limits import RATES, InterruptedReadingError, Limits, Pace
from auditor.collectors.live.operations import OPERATIONS, client_name, operation_name
from auditor.collectors.live.session import open_session
from tests.live.conftest import REGION
from tests.live.faulty import FaultyAws


@given(st.floats(0.1, 100), st.lists(st.floats(0, 3), min_size=1, max_size=200))
def test_no_more_than_the_rate_after_a_burst(rate: float, pauses: list[float]) -> None:
    """In any stretch of time there are at most as many calls as fit, and one burst."""
    now = 0.0
    pace = Pace(rate, lambda: now)
    starts = []
    for pause in pauses:
        now += pause
        starts.append(now + pace.reserve())
    burst = max(1.0, rate)
    for index, first in enumerate(starts):
        for count, last in enumerate(starts[index:], 1):
            assert count <= (last - first) * rate + burst + 1e-6


def test_calls_that_keep_the_rate_never_wait() -> None:
    now = 0.0
    pace = Pace(4, lambda: now)
    for _ in range(20):
        assert pace.reserve() == 0
        now += 0.25


def test_stopped_calls_are_not_sent(faulty: FaultyAws) -> None:
    limits = Limits()
    client = open_session(None, faulty.url, 5, limits).get("sqs", REGION)
    limits.stopped.set()
    with pytest.raises(InterruptedReadingError):
        client.list_queues()
    assert (sum(faulty.calls.values()), limits.sent) == (0, 0)


def test_every_attempt_takes_a_place(faulty: FaultyAws) -> None:
    limits = Limits(max_rps=1000)
    client = open_session(None, faulty.url, 3, limits).get("sqs", REGION)
    faulty.deny("ListQueues", "InternalError", 500)
    with pytest.raises(client.exceptions.ClientError):
        client.list_queues()
    assert limits.sent == faulty.calls["ListQueues"] == 3


def test_limits_name_operations_that_are_called() -> None:
    session = botocore.session.Session()
    known = set()
    for action in OPERATIONS:
        service = session.get_service_model(client_name(action)).service_id.hyphenize()
        assert xform_name(operation_name(action))
        known |= {service, f"{service}.{operation_name(action)}"}
    assert set(RATES) <= known
