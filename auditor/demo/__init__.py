"""The demo account: the guide's own samples and scenarios, with the guide's own mistakes.

It lives in this process only (moto), so that anyone can try msgaudit without an AWS account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from auditor.collectors.live import LiveCollector, Scope
from auditor.demo import access, activity, alerts, notifications, orders, routing, workflows
from auditor.demo.sandbox import REGION, sandbox

__all__ = ["demo_account"]

# A part may name what an earlier one made.
_PARTS = (orders, notifications, activity, workflows, routing, alerts, access)


@contextmanager
def demo_account(progress: Callable[[str], None]) -> Iterator[LiveCollector]:
    """An account with the guide's architecture, and the collector that reads it.

    While it is open, this process cannot reach real AWS: credentials, profiles and endpoints of
    the environment are put aside. Raises `UsageError` when moto is not installed.
    """
    with sandbox() as aws:
        progress("building the demo account")
        for part in _PARTS:
            part.build(aws)
        yield LiveCollector(Scope(regions=(REGION,)), progress=progress, paced=False)
