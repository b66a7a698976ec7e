"""The page of a rule, and the index of all pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from auditor.cli.catalogue import service_of
from auditor.data.peers import peers
from auditor.prose import prose
from auditor.rules import Rule
from tools.docs.coverage import Row
from tools.docs.markdown import document, escaped, fence, table

TITLES = {
    "sqs": "Amazon SQS",
    "sns": "Amazon SNS",
    "eventbridge": "Amazon EventBridge",
    "pipes": "EventBridge Pipes",
    "scheduler": "EventBridge Scheduler",
    "kinesis": "Kinesis Data Streams",
    "firehose": "Amazon Data Firehose",
    "step-functions": "AWS Step Functions",
    "event-sources": "Lambda event source mappings",
    "functions": "Lambda functions",
    "cloudwatch": "CloudWatch alarms",
    "iam": "IAM and resource policies",
    "kms": "KMS keys",
    "vpc": "VPC endpoints",
    "architecture": "Architecture",
    "patterns": "Integration patterns",
    "suppressions": "Suppressions",
}


def index(rules: Sequence[Rule[Any]]) -> str:
    """All rules by service; services that have no title yet come last."""
    services = {service_of(rule) for rule in rules}
    order = [*TITLES, *sorted(services - TITLES.keys())]
    return document(
        "# Rules",
        f"msgaudit has {len(rules)} rules. `msgaudit explain ID` prints the text of a page,"
        " `msgaudit rules` lists them. Pedantic rules are opinions or heuristics: they run only"
        " with `--pedantic`, or when selected.",
        *(block for each in order if each in services for block in _chapter(each, rules)),
    )


def _chapter(service: str, rules: Sequence[Rule[Any]]) -> Iterator[str]:
    yield f"## {TITLES.get(service, service.replace('-', ' ').capitalize())}"
    yield table(
        ("id", "name", "severity", "category", "problem"),
        (
            (
                f"[{rule.id}]({rule.id}.md)",
                f"`{rule.name}`" + (" (pedantic)" if rule.pedantic else ""),
                rule.severity.value,
                rule.category.value,
                escaped(rule.summary),
            )
            for rule in rules
            if service_of(rule) == service
        ),
    )


def page(rule: Rule[Any], rows: Sequence[Row], root: Path) -> str:
    """Everything about one rule, with an example of each kind from its fixtures."""
    text = prose(rule)
    return document(
        f"# {rule.id} {rule.name}",
        f"**{escaped(text.problem)}**",
        _facts(rule),
        "## Why it matters",
        *map(escaped, text.why),
        _options(rule),
        "## When it is fine",
        escaped(text.accept),
        "## How to fix it",
        *(fence(part.text, "yaml") if part.yaml else escaped(part.text) for part in text.fix),
        f"In a live account:\n\n{fence(text.live.strip(), 'text')}" if text.live else "",
        *_examples(_folder(rule, root)),
        *_references(rule, rows),
    )


def _facts(rule: Rule[Any]) -> str:
    runs = "only with `--pedantic` or when selected" if rule.pedantic else "always"
    runs += "; in accounts, with metrics" if rule.needs else ""
    types = ", ".join(f"`{cls.type}`" if cls.type else "every resource" for cls in rule.applies_to)
    return table(
        ("severity", "category", "confidence", "runs", "judges"),
        [(rule.severity.value, rule.category.value, rule.confidence.value, runs, types)],
    )


def _options(rule: Rule[Any]) -> str:
    values = (f"`{name}: {value}`" for name, value in rule.thresholds.items())
    options = ", ".join(values)
    return (
        f"[Options](../configuration.md#options-of-rules) with defaults: {options}."
        if options
        else ""
    )


def _folder(rule: Rule[Any], root: Path) -> Path:
    return root / "tests/fixtures" / rule.body.__module__.split(".")[1] / rule.name


def _examples(folder: Path) -> Iterator[str]:
    failing, passing = _example(folder, "fail"), _example(folder, "pass")
    kind = "An account" if failing.suffix == ".account" else "A template"
    yield f"## {kind} that fails"
    yield _shown(failing)
    yield "msgaudit reports (line and column, severity, resource and property, message):"
    yield fence(failing.with_suffix(".txt").read_text(encoding="utf-8"), "text")
    yield f"## {kind} that passes"
    yield _shown(passing)


def _example(folder: Path, kind: str) -> Path:
    """The plainest fixture: the one named for the kind alone, else the first in the alphabet."""
    found = (path for path in folder.glob(f"{kind}*") if path.suffix != ".txt")
    ranked = sorted(found, key=lambda path: (path.stem != kind, path.name))
    if not ranked:
        raise FileNotFoundError(f"{folder} has no template named {kind}*")
    return ranked[0]


def _shown(template: Path) -> str:
    language = "json" if template.suffix == ".json" else "yaml"
    return fence(template.read_text(encoding="utf-8"), language)


def _references(rule: Rule[Any], rows: Sequence[Row]) -> Iterator[str]:
    covered = [row for row in rows if rule.id in (row.id, *row.also, *row.same_as)]
    yield "## References"
    yield "\n".join((
        f"- Guide: {escaped(rule.guide)}.",
        *(f"- Guide line {row.lines}: {escaped(row.says)}." for row in covered),
        *(f"- Looks at the same: {escaped(each)}." for each in peers().alike(rule.id)),
    ))  # fmt: skip
