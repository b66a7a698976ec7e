"""What a resource is billed for in a month, and what that costs.

Rules tell quantities only. Prices come later and from elsewhere, so that no rule depends on them
and no table is read where nothing is billed.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

# Our choice, as in AWS's own calculator: a year of 8,760 hours has twelve equal months.
HOURS_PER_MONTH = 730


class Usage(Struct, frozen=True):
    """Quantities of a month, by the names of their prices (docs/cost.md).

    `now` is what the traffic of the window comes to, `then` the same after what the finding
    advises. `assumption` is what the numbers rest on beside the metrics.
    """

    now: Mapping[str, float]
    then: Mapping[str, float]
    assumption: str = ""


class Estimate(Struct, frozen=True):
    """What a finding is about in money: rounded, without free tiers, discounts and taxes.

    `cost` and `saving` are for a month, both `None` where a price is not known. A negative saving
    says that the advice costs more. `basis` names the prices, their date and the assumptions.
    """

    cost: float | None
    saving: float | None
    currency: str
    basis: str
