"""What a rule makes of an event before it gives it to a target."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from auditor.data import event_limits
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import EventRule, Target
from auditor.resources.events import InputTransformer
from auditor.rules import rule
from auditor.values import PropertyPath

# Variables of EventBridge itself, such as <aws.events.event.json>, hold dots.
PLACEHOLDER = re.compile(r"<([A-Za-z0-9_-]+)>")
ANY_PLACEHOLDER = re.compile(r"<[A-Za-z0-9._-]+>")
SYMBOL = re.compile(r"\$\{[^}]*\}")
INPUTS = ("Input", "InputPath", "InputTransformer")
# The problem, its place, and whether EventBridge refuses the target for it.
Problem = tuple[str, PropertyPath, bool]


@rule(
    "EVB039",
    "broken-input-transformer",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    confidence=Confidence.MEDIUM,
    guide="Rule Configuration (lines 363-407)",
    applies_to=EventRule,
    remediation="""
        InputTransformer:
          InputPathsMap:
            order: $.detail.order_id
            amount: $.detail.total
          InputTemplate: '{"order": "<order>", "amount": <amount>}'

        Live: aws events put-targets --rule NAME --targets file://targets.json
    """,
)
def broken_input_transformer(event_rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """A target's input is not what EventBridge accepts, or not what was meant.

    A target has one of Input, InputPath and InputTransformer. A transformer takes up to 100 paths,
    which begin with a dollar sign and have no names in brackets, and a template of up to 8,192
    characters; each placeholder has to be one of the paths. A template that looks like JSON has to
    be JSON once values are filled in. A path that the template does not use counts less.

    Fine to accept for paths that are kept for later.
    """
    for target in event_rule.targets:
        for problem, path, refused in _problems(target):
            yield Match(
                event_rule,
                f"the input of {_label(event_rule, target)} is wrong: {problem}",
                (*target.path, *path),
                severity=None if refused else Severity.LOW,
                discriminator=problem,
            )


def _label(event_rule: EventRule, target: Target) -> str:
    name = target.peek("Id")
    return f"target {name} of {event_rule.label}" if isinstance(name, str) else event_rule.label


def _problems(target: Target) -> Iterator[Problem]:
    given = [name for name in INPUTS if target.has(name)]
    if len(given) > 1:
        yield f"only one of {', '.join(given)} can be set", (given[-1],), True
    if target.input_transformer is not None:
        for problem, path, refused in _transformer(target.input_transformer):
            yield problem, ("InputTransformer", *path), refused


def _transformer(transformer: InputTransformer) -> Iterator[Problem]:
    paths, template = transformer.paths, transformer.template
    if len(paths) > event_limits.INPUT_PATHS:
        yield f"it has {len(paths)} paths, more than 100", ("InputPathsMap",), True
    for name, path in paths.items():
        if isinstance(path, str) and (
            not path.startswith(("$", "${")) or re.search("\\[['\"]", path)
        ):
            yield f"the path {path} is not of the form $.detail.name", ("InputPathsMap", name), True
    if len(SYMBOL.sub("", template)) > event_limits.INPUT_TEMPLATE_LENGTH:
        yield "its template is longer than 8,192 characters", ("InputTemplate",), True
    used = set(PLACEHOLDER.findall(template))
    for name in sorted(used - paths.keys()):
        yield f"nothing defines <{name}>", ("InputTemplate",), True
    for name in sorted(paths.keys() - set(re.findall(r"<([^<>]+)>", template))):
        yield f"nothing uses <{name}>", ("InputPathsMap", name), False
    if _looks_like_json(template) and not _is_json(template):
        yield "its template is not JSON", ("InputTemplate",), True


def _looks_like_json(template: str) -> bool:
    return template.lstrip().startswith("{") and template.rstrip().endswith("}")


def _is_json(template: str) -> bool:
    """Whether the template is JSON with a number for each value.

    A symbol may stand for any piece of it, so that nothing is said against a template with one.
    """
    try:
        json.loads(SYMBOL.sub("0", ANY_PLACEHOLDER.sub("0", template)), strict=False)
    except (ValueError, RecursionError):
        return SYMBOL.search(template) is not None
    return True
