"""The JSON report: the contract that programs read, described by `schema/report-1.schema.json`."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import asdict

from auditor.findings import Finding, Gap, Location, Related
from auditor.report import Report
from auditor.usage import Estimate
from auditor.utilisation import Level, Row, Utilisation
from reports.safe import json_pieces

Json = dict[str, object]
VERSION = 1


class JsonReporter:
    """Everything in the report, in the order it was given."""

    def render(self, report: Report) -> str:
        """The report as JSON text."""
        return "".join(self.pieces(report))

    def pieces(self, report: Report) -> Iterator[str]:
        """The same text piece by piece: a large organization has millions of findings."""
        return json_pieces(
            {
                "version": VERSION,
                "tool": {"name": "msgaudit", "version": report.version},
                "source": _source(report),
                "summary": _summary(report),
                "findings": map(_finding, report.findings),
                "gaps": [_gap(gap) for gap in report.gaps],
                "utilisation": _utilisation(report.utilisation),
            },
            levels=2,
        )


def _source(report: Report) -> Json:
    details = {name: list(values) for name, values in report.source.details.items()}
    return {"kind": report.source.kind, **details}


def _summary(report: Report) -> Json:
    return {
        "resources": report.resources,
        "edges": report.edges,
        "rules": len(report.rules),
        "findings": {severity.value: count for severity, count in report.counts().items()},
        "undetermined": len(report.undetermined),
        "suppressed": len(report.suppressed),
        "baselined": len(report.baselined),
        "gaps": len(report.gaps),
        "comparison": _comparison(report),
    }


def _comparison(report: Report) -> Json | None:
    if report.comparison is None:
        return None
    return {
        "against": list(report.comparison.against),
        "new": len(report.violations) + len(report.undetermined),
        "known": len(report.baselined),
        "resolved": report.comparison.resolved,
    }


def _finding(finding: Finding) -> Json:
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity,
        "category": finding.category,
        "outcome": finding.outcome,
        "confidence": finding.confidence,
        "resource": asdict(finding.resource),
        "location": _location(finding.location),
        "property": finding.property,
        "when": finding.when,
        "message": finding.message,
        "evidence": list(finding.evidence),
        "related": [_related(item) for item in finding.related],
        "steps": [_related(item) for item in finding.steps],
        "remediation": finding.remediation,
        "guide": finding.guide,
        "fingerprint": finding.fingerprint,
        "suppression": finding.suppression,
        "baselined": finding.baselined,
        "estimate": _estimate(finding.estimate),
    }


def _utilisation(used: Utilisation) -> Json | None:
    if not used.rows:
        return None
    return {
        "resources": [_used(row) for row in used.rows],
        "omitted": used.omitted,
        "omitted_without_data": used.omitted_unknown,
    }


def _used(row: Row) -> Json:
    return {
        "resource": asdict(row.subject),
        "level": row.level and _level(row.level),
        "unknown": [{"what": what, "reason": reason} for what, reason in row.unknown],
    }


def _level(level: Level) -> Json:
    return {
        "what": level.what,
        "unit": level.unit,
        "limit": level.limit,
        "p99": level.high,
        "maximum": level.peak,
        "share": level.share,
        "days": level.days,
    }


def _estimate(estimate: Estimate | None) -> Json | None:
    if estimate is None:
        return None
    return {
        "monthly_cost": estimate.cost,
        "monthly_saving": estimate.saving,
        "currency": estimate.currency,
        "basis": estimate.basis,
    }


def _location(location: Location | None) -> Json | None:
    if location is None:
        return None
    return {
        "path": location.path,
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
    }


def _related(item: Related) -> Json:
    return {"id": item.id, "message": item.message, "location": _location(item.location)}


def _gap(gap: Gap) -> Json:
    return {
        "what": gap.what,
        "reason": gap.reason,
        "permission": gap.permission,
        "location": _location(gap.location),
    }


REPORTER = JsonReporter()
