"""Which service fits: the guide's selection table and decision tree, with today's numbers."""

from __future__ import annotations

from auditor.advice.services import Limit, Service, services
from auditor.advice.tree import Advice, Needs, Pattern, advise

__all__ = ["Advice", "Limit", "Needs", "Pattern", "Service", "advise", "services"]
