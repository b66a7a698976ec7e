"""Reading live accounts. The only package that imports botocore; import it only when needed."""

from __future__ import annotations

from auditor.collectors.live.accounts import Scope
from auditor.collectors.live.collector import LiveCollector
from auditor.collectors.live.metrics import Traffic
from auditor.collectors.live.operations import OPERATIONS

__all__ = ["OPERATIONS", "LiveCollector", "Scope", "Traffic"]
