"""The collector of the accounts that the user chose."""

from __future__ import annotations

from auditor.cli.options import LiveChoices
from auditor.cli.progress import Progress
from auditor.collectors.live import LiveCollector, Scope


def live_collector(choices: LiveChoices, progress: Progress) -> LiveCollector:
    """It reads nothing yet."""
    scope = Scope(
        choices.profile,
        choices.region,
        choices.all_regions,
        choices.account,
        choices.account_role,
        choices.organization,
    )
    return LiveCollector(scope, choices.endpoint_url, progress, max_rps=choices.max_rps)
