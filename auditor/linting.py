"""What cfn-lint finds on messaging resources, as findings of the same report.

cfn-lint reads its own configuration (.cfnlintrc, metadata) as ever. Where a rule of ours found the
same problem, its finding stays and cfn-lint's is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from cfnlint.api import lint_file
from cfnlint.match import Match
from cfnlint.rules import CloudFormationLintRule
from msgspec.structs import replace

from auditor.data.peers import peers
from auditor.data.webhooks import masked
from auditor.findings import (
    Category,
    Confidence,
    Finding,
    Gap,
    Location,
    Outcome,
    Severity,
    Subject,
    fingerprint,
)
from auditor.report import Report, ordered
from auditor.rules import Rule
from auditor.values import dotted

_SEVERITIES = {"E": Severity.HIGH, "W": Severity.MEDIUM, "I": Severity.INFO}
_MESSAGING = (
    "AWS::SQS::", "AWS::SNS::", "AWS::Events::", "AWS::EventSchemas::", "AWS::Pipes::",
    "AWS::Scheduler::", "AWS::Kinesis", "AWS::StepFunctions::", "AWS::CloudWatch::",
    "AWS::Lambda::EventSourceMapping", "AWS::Lambda::EventInvokeConfig", "AWS::Lambda::Permission",
    "AWS::Serverless::StateMachine",
)  # fmt: skip
_ID = re.compile(r"[EWI]\d{4}")
_SCHEMA = "E30"  # rules about any property: only the same property is the same problem


def with_cfn_lint(
    report: Report,
    templates: Iterable[tuple[str, dict[str, str]]],
    origin: Callable[[str], str] = str,
) -> Report:
    """The report with cfn-lint's findings; `templates` are paths, and types by logical id.

    `origin` gives of a path what findings are told apart by.
    """
    findings, gaps = list(report.findings), list(report.gaps)
    rules = {rule.id: rule for rule in report.rules}
    for path, types in templates:
        if not Path(path).is_file():
            gaps.append(Gap(f"cfn-lint on {path}", "it reads only files"))
            continue
        try:
            matches = lint_file(Path(path))
        except Exception as error:  # cfn-lint must not end a run that does not depend on it
            reason = f"it failed with {type(error).__name__}: {error}"
            gaps.append(Gap(f"cfn-lint on {path}", reason))
            continue
        for match, steps in _messaging(matches, types):
            finding = _finding(match, path, steps, types[str(steps[1])], origin(path))
            if not any(_same(finding, ours) for ours in _in_file(report, path)):
                findings.append(finding)
                rules.setdefault(match.rule.id, _rule(match.rule))
    return replace(
        report, findings=ordered(findings), gaps=tuple(gaps), rules=tuple(rules.values())
    )


def _in_file(report: Report, path: str) -> Iterator[Finding]:
    return (item for item in report.findings if item.location and item.location.path == path)


def explanation(wanted: str) -> str:
    """What cfn-lint says of one of its rules, empty for an id that it does not know."""
    from cfnlint.config import ConfigMixIn
    from cfnlint.runner import Runner

    known = Runner(ConfigMixIn()).rules
    found = known.get(wanted.upper())
    if found is None:
        return ""
    return f"{found.id} of cfn-lint: {found.shortdesc}\n\n{found.description}\n\n{found.source_url}"


def _messaging(
    matches: Iterable[Match], types: dict[str, str]
) -> Iterator[tuple[Match, list[str | int]]]:
    """The matches on messaging resources that are cfn-lint's own, and their paths."""
    for match in matches:
        steps = list(getattr(match, "path", ()))
        inside = len(steps) > 1 and steps[0] == "Resources"
        if (
            inside
            and types.get(str(steps[1]), "").startswith(_MESSAGING)
            and _ID.fullmatch(match.rule.id)
        ):
            yield match, steps


def _finding(match: Match, path: str, steps: list[str | int], type_: str, source: str) -> Finding:
    property_ = dotted(tuple(steps[2:]))
    return Finding(
        rule=match.rule.id,
        name=_rule(match.rule).name,
        severity=_SEVERITIES[match.rule.id[0]],
        category=Category.RELIABILITY,
        outcome=Outcome.VIOLATION,
        confidence=Confidence.HIGH,
        resource=Subject(type_, str(steps[1])),
        message=match.message,
        property=property_,
        location=_location(match, path),
        evidence=(),
        related=(),
        remediation=_rule(match.rule).remediation,
        guide="cfn-lint",
        fingerprint=fingerprint(match.rule.id, source, str(steps[1]), property_, ""),
        source=source,
    )


def _location(match: Match, path: str) -> Location:
    lines = Path(path).read_text("utf-8", "replace").splitlines()
    line = lines[match.linenumber - 1] if match.linenumber <= len(lines) else ""
    one_line = match.linenumberend == match.linenumber
    end = match.columnnumberend if one_line else len(line) + 1
    start = (match.linenumber, match.columnnumber)
    return Location(path, *start, match.linenumber, end, masked(line))


def _same(theirs: Finding, ours: Finding) -> bool:
    """Whether a finding of ours is about the same problem of the same resource."""
    if theirs.rule not in _alike(ours.rule):
        return False
    if theirs.rule.startswith(_SCHEMA) and _top(theirs) != _top(ours):
        return False
    about = [ours.resource.id]
    if not theirs.rule.startswith(_SCHEMA):
        about += [item.id for item in ours.related]
    return theirs.resource.id in {id_.rpartition("/")[2] for id_ in about}


def _top(finding: Finding) -> str:
    return ".".join(re.split(r"[.\[]", finding.property)[:2])


@lru_cache(maxsize=512)
def _alike(rule: str) -> frozenset[str]:
    """The ids of cfn-lint that look at the same as a rule of ours."""
    named = (item.peers.get("cfn-lint", "") for item in peers().concepts if rule in item.rules)
    return frozenset(id_ for text in named for id_ in _ID.findall(text))


def _rule(rule: CloudFormationLintRule) -> Rule[Any]:
    """A rule of cfn-lint as one that reports can show."""

    def body(_resource: object, _graph: object) -> Iterator[Any]:
        yield from ()

    body.__doc__ = rule.description or rule.shortdesc
    return Rule(
        id=rule.id,
        name=f"cfn-lint-{rule.id.lower()}",
        severity=_SEVERITIES[rule.id[0]],
        category=Category.RELIABILITY,
        confidence=Confidence.HIGH,
        guide="cfn-lint",
        remediation=f"See {rule.source_url}",
        applies_to=(),
        body=body,
    )
