"""msgaudit's rules inside of cfn-lint, and so in its editors.

`cfn-lint --append-rules auditor.cfnlint` takes every class of this module for a rule. cfn-lint
reads the severity from the first letter of an id: SQS030 is `ESQS030` there. Pedantic rules are
experimental ones. What a rule cannot tell is not reported, as cfn-lint has no place for it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from auditor.collectors.template.collect import TemplateCollector
from auditor.collectors.template.documents import parse
from auditor.collectors.template.files import STANDARD_INPUT
from auditor.collectors.template.trail import trail
from auditor.engine import judge
from auditor.findings import Finding, Outcome, Severity
from auditor.loading import load_rules
from auditor.rules import Rule
from auditor.suppressions import Acceptance

_LETTERS = {
    Severity.CRITICAL: "E",
    Severity.HIGH: "E",
    Severity.MEDIUM: "W",
    Severity.LOW: "W",
    Severity.INFO: "I",
}
_RULES = load_rules()
_Found = dict[str, list[tuple[list[str | int], str]]]
# cfn-lint asks each rule in turn about the same template: the answers for the latest.
_latest: list[tuple[Template, _Found]] = []


def _match(rule: CloudFormationLintRule, cfn: Template) -> list[RuleMatch]:
    if not _latest or _latest[0][0] is not cfn:
        _latest[:] = [(cfn, _found(cfn))]
    return [RuleMatch(path, message) for path, message in _latest[0][1].get(rule.id[1:], ())]


def _found(cfn: Template) -> _Found:
    """Path and message of what each rule finds, by its id.

    msgaudit reads what cfn-lint has read, so that an editor's unsaved text is judged, and so that
    cfn-lint knows the lines of the paths. Findings in nested templates are told when these are
    checked themselves.
    """
    data = json.dumps(cfn.template, default=str).encode()
    path = cfn.filename if cfn.filename and Path(cfn.filename).is_file() else STANDARD_INPUT
    key = path if path == STANDARD_INPUT else os.path.realpath(path)
    root = parse(path, data).root
    found: _Found = {}
    for finding in _findings(TemplateCollector([path], unsaved={key: data})):
        if (place := finding.location) is not None:
            steps = [step.part for step in trail(root, place.line, place.column)]
            found.setdefault(finding.rule, []).append((steps, finding.message))
    return found


def _findings(collector: TemplateCollector) -> Iterator[Finding]:
    acceptance = Acceptance(datetime.now(UTC).date().isoformat(), _RULES)
    for unit in collector.collect():
        verdict = judge(unit, _RULES)
        acceptance.apply(verdict, unit, _RULES, {})
        for finding in verdict.findings:
            own = finding.location is not None and finding.location.path == unit.path
            if own and finding.outcome is Outcome.VIOLATION and finding.suppression is None:
                yield finding


def _hosted(rule: Rule[Any]) -> type[CloudFormationLintRule]:
    attributes = {
        "__doc__": rule.summary,
        "id": f"{_LETTERS[rule.severity]}{rule.id}",
        "shortdesc": rule.name,
        "description": rule.summary,
        "tags": ["msgaudit", rule.category.value],
        "experimental": rule.pedantic,
        "match": _match,
    }
    return type(rule.id, (CloudFormationLintRule,), attributes)


globals().update({rule.id: _hosted(rule) for rule in _RULES})
