"""The prices that the user chose, and the estimates that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from auditor.cli.options import Choices
from auditor.errors import UsageError
from auditor.report import Report

if TYPE_CHECKING:
    from auditor.findings import Gap
    from auditor.pricing import Prices

FROM_AWS = "aws"


def given_prices(choices: Choices) -> Prices | None:
    """The prices of the user's file, read before anything is audited.

    Raises `UsageError` for a bad file, and where there is no account to ask.
    """
    if choices.prices == FROM_AWS:
        if not choices.live or choices.demo or choices.snapshot:
            hint = "Add --profile or --region, or give a file (./aws for one of that name)."
            raise UsageError("--prices aws needs the credentials of an account", hint)
        return None
    if not choices.prices:
        return None
    from auditor.pricing import prices_in

    return prices_in(choices.prices)


def estimated(report: Report, choices: Choices, given: Prices | None) -> Report:
    """The report with estimates; a table is only read where a finding tells quantities."""
    if not any(finding.usage for finding in report.findings):
        return report
    from auditor.pricing import priced, shipped

    prices = given or shipped()
    if choices.prices == FROM_AWS:
        prices, gaps = _asked(report, choices, prices)
        report = replace(report, gaps=(*report.gaps, *gaps))
    return priced(report, prices)


def _asked(report: Report, choices: Choices, known: Prices) -> tuple[Prices, tuple[Gap, ...]]:
    """The prices that the findings need, from AWS and else from those that are known."""
    from auditor.collectors.live.prices import list_prices

    wanted = {
        (finding.resource.region or "", name)
        for finding in report.findings
        if finding.usage
        for name in {*finding.usage.now, *finding.usage.then}
    }
    profile = choices.profile[0] if choices.profile else None
    found, gaps = list_prices(sorted(wanted), profile, choices.endpoint_url)
    return replace(known, by_place={**known.by_place, **found}), gaps
