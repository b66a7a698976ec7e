"""The guide's checklist in numbers: of the resources concerned, how many are as it advises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from auditor.findings import Finding
from auditor.report import Report

THEMES = {
    "Dead-letter queues": ("SQS030", "EVB034", "SNS029", "ESM011", "ARC064"),
    "Alarms": (
        "CWA001", "CWA012", "CWA013", "CWA017", "CWA018", "CWA019", "CWA020", "CWA021",
    ),
    "Encryption": ("KMS001", "KMS006", "KMS007", "KIN016", "SFN033"),
    "Least privilege": ("IAM001", "IAM002", "IAM007", "IAM010", "IAM014", "IAM015"),
}  # fmt: skip


class Score(Struct, frozen=True):
    """One line of the card: resources `concerned`, and how many of them lack something or may.

    `missing` are the rules that found them, with their number of findings.
    """

    theme: str
    concerned: int
    lacking: int
    unsure: int
    missing: tuple[tuple[str, str, int], ...]

    @property
    def percent(self) -> int | None:
        """Resources known to be in order, rounded down; `None` where none is concerned."""
        if not self.concerned:
            return None
        return 100 * max(self.concerned - self.lacking - self.unsure, 0) // self.concerned


def scores(report: Report) -> list[Score]:
    """A score for each theme of which at least one rule ran."""
    ran = {rule.id: rule for rule in report.rules}
    return [
        _score(report, theme, wanted)
        for theme, rules in THEMES.items()
        if (wanted := {id_: ran[id_].name for id_ in rules if id_ in ran})
    ]


def _score(report: Report, theme: str, rules: dict[str, str]) -> Score:
    types = {cls.type for rule in report.rules if rule.id in rules for cls in rule.applies_to}
    open_ = [finding for finding in report.violations if finding.rule in rules]
    lacking = _places(open_)
    unsure = _places(item for item in report.undetermined if item.rule in rules) - lacking
    counts = Counter(finding.rule for finding in open_)
    return Score(
        theme,
        sum(report.types.get(type_, 0) for type_ in types),
        len(lacking),
        len(unsure),
        tuple((rule, rules[rule], count) for rule, count in counts.most_common()),
    )


def _places(findings: Iterable[Finding]) -> set[tuple[str, str]]:
    """The resources concerned, told apart where stacks use one logical id."""
    return {
        (item.location.path if item.location else "", item.resource.id) for item in findings
    }  # fmt: skip
