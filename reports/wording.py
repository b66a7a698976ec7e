"""Words that several formats share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from auditor.findings import Finding, Gap, Location, Outcome, Severity, Subject
from auditor.report import Report
from auditor.usage import Estimate
from reports.safe import clipped, visible

LONGEST = 600
SHAPES = {
    Severity.CRITICAL: "\N{BLACK DIAMOND}",
    Severity.HIGH: "\N{BLACK UP-POINTING TRIANGLE}",
    Severity.MEDIUM: "\N{BLACK SQUARE}",
    Severity.LOW: "\N{BLACK CIRCLE}",
    Severity.INFO: "\N{WHITE CIRCLE}",
}


def counted(number: int, noun: str) -> str:
    """`1 gap`, `2 gaps`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(names: Sequence[str], most: int) -> str:
    """`a, b and 3 more`."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def cost(estimate: Estimate) -> str:
    """An estimate on one line, with what it rests on."""
    if estimate.cost is None or estimate.saving is None:
        return estimate.basis
    total = money(estimate.cost, estimate.currency)
    change = f"saves {money(estimate.saving, estimate.currency)}"
    if estimate.saving < 0:
        change = f"costs {money(-estimate.saving, estimate.currency)} more"
    return f"{total} a month, the advice {change} ({estimate.basis})"


def money(amount: float, currency: str) -> str:
    """`USD 1,234.50`."""
    return f"{currency} {amount:,.2f}"


def place(location: Location) -> str:
    """`path:line:column`, which editors and terminals can open."""
    return f"{location.path}:{location.line}:{location.column}"


def shown_id(subject: Subject) -> str:
    """What its author calls a resource: the CDK construct path, else the logical id or ARN."""
    return subject.construct or subject.id


def deployed(subject: Subject) -> bool:
    """Whether a resource was read from an account: there its id is its ARN."""
    return subject.id.startswith("arn:")


def called(subject: Subject) -> str:
    """What a list calls a resource: in an account its service and name, which say what it is."""
    if not deployed(subject):
        return shown_id(subject)
    return f"{service(subject)} {subject.name or subject.id.split(':', 5)[-1]}"


def near(finding: Finding, id_: str) -> str:
    """The id of another resource; of an ARN, what is not the same as in that of the finding's."""
    parts, home = id_.split(":", 5), finding.resource
    is_near = len(parts) == 6 and parts[4] == home.account and parts[3] in ("", home.region)
    return parts[5] if is_near else id_


def stations(finding: Finding) -> list[str]:
    """The resources that a message passes, from where it starts to where it ends."""
    return [near(finding, step.id) for step in finding.steps]


def way(finding: Finding) -> str:
    """The steps of a message on one line, from where it starts to where it ends."""
    return " -> ".join(f"{near(finding, step.id)} ({step.message})" for step in finding.steps)


def service(subject: Subject) -> str:
    """The service in the type of a resource: `SQS` of `AWS::SQS::Queue`."""
    words = subject.type.split("::")
    return words[1] if len(words) == 3 else subject.type


def origin(finding: Finding) -> str:
    """Where its resource was read from: the file, or the account and region."""
    if finding.location:
        return visible(finding.location.path)
    account, region = finding.resource.account, finding.resource.region
    return visible(f"account {account or 'unknown'}, region {region or 'unknown'}")


def sentences(finding: Finding) -> list[str]:
    """What is wrong, what proves it, and when it holds, as the template's author wrote it."""
    condition = [f"Holds when {finding.when}"] if finding.when else []
    return [finding.message, *finding.evidence, *condition]


def statement(finding: Finding) -> str:
    """The sentences of a finding on one line, made visible."""
    return joined(clipped(visible(text), LONGEST) for text in sentences(finding))


def joined(texts: Iterable[str]) -> str:
    """The texts as sentences on one line."""
    return " ".join(text if text.endswith(("?", "!")) else f"{text.rstrip('.')}." for text in texts)


def unread(gap: Gap) -> str:
    """A gap on one line, made visible."""
    missing = f" (missing permission {gap.permission})" if gap.permission else ""
    return clipped(visible(f"{gap.what}: {gap.reason}{missing}"), LONGEST)


def tally(report: Report, quoted: Callable[[str], str] = visible) -> str:
    """What was found and what was looked at, in one sentence each.

    `quoted` makes names harmless in the way of the format.
    """
    severities = ", ".join(
        f"{count} {severity.value}" for severity, count in report.counts().items() if count
    )
    found = counted(len(report.violations), "finding") + (f" ({severities})" if severities else "")
    others = {
        "undetermined": len(report.undetermined),
        "suppressed": len(report.suppressed),
        "baselined": len(report.baselined),
    }
    rest = [f"{number} {name}" for name, number in others.items() if number]
    rest += [counted(len(report.gaps), "gap")] if report.gaps else []
    if report.comparison:
        base = " and ".join(quoted(name) for name in report.comparison.against)
        rest.append(f"{report.comparison.resolved} resolved since {base}")
    seen = (
        f"Audited {counted(report.resources, 'resource')} and {counted(report.edges, 'edge')} "
        f"with {counted(len(report.rules), 'rule')}."
    )
    return f"{', '.join([found, *rest])}. {seen}"


def next_step(report: Report) -> str:
    """What to do now."""
    if report.violations:
        worst = report.violations[0]
        return f"Next: msgaudit explain {worst.rule} says why it matters and how to fix it."
    if any(gap.permission for gap in report.gaps):
        return "Next: msgaudit iam-policy prints the permissions that a complete audit needs."
    if report.gaps:
        return "Next: make readable what could not be read, so that it is audited too."
    if report.undetermined and report.source.kind != "template":
        return "Next: read why some results are undetermined; all others are in order."
    if report.undetermined:
        return "Next: --parameter NAME=VALUE gives msgaudit the values that it could not know."
    if not report.audited:
        return "Next: name a file or a folder with templates; none was found."
    if any(finding.outcome is Outcome.UNDETERMINED for finding in report.findings):
        return "Nothing to do: all that was found, or could not be told, is accepted."
    if report.findings:
        return "Nothing to do: everything could be read, and all that was found is accepted."
    return "Nothing to do: everything could be read, and no rule found anything."


def open_questions(findings: list[Finding]) -> dict[str, tuple[list[str], list[str]]]:
    """Undetermined results by reason: one unread thing may leave many rules without an answer.

    The values are the rules and the resources, each once and with its file.
    """
    grouped: dict[str, tuple[dict[str, None], dict[tuple[str, str], str]]] = {}
    for finding in findings:
        rules, resources = grouped.setdefault(finding.message, ({}, {}))
        rules.setdefault(finding.rule)
        path = finding.location.path if finding.location else ""
        name = called(finding.resource)
        resources.setdefault((finding.resource.id, path), f"{name} ({path})" if path else name)
    return {
        reason: (list(rules), list(resources.values()))
        for reason, (rules, resources) in grouped.items()
    }
