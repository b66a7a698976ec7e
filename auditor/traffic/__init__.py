"""What CloudWatch tells about resources: which metrics rules need, and their course over time.

Only accounts have metrics. A rule that needs them is not applicable to a template, nor to an
account that was read without them; where they were asked for and are missing, it is undetermined.
"""

from __future__ import annotations

from auditor.traffic.measures import METRICS, Measure, measured, needed
from auditor.traffic.series import Series

__all__ = ["METRICS", "Measure", "Series", "measured", "needed"]
