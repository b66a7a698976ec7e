"""`msgaudit test-event`: which way events take through templates."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from auditor.arns import symbolic
from auditor.cli.output import to_standard_output
from auditor.collectors.template.collect import TemplateCollector
from auditor.collectors.template.parameters import given
from auditor.errors import ExitStatus, NothingAuditedError, UsageError
from auditor.graph import Graph
from auditor.journey import Step, buses, follow
from auditor.linking import build_graph

_HINT = 'An event is a JSON object such as {"source": "shop.orders", "detail": {}}.'


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asked for."""

    files: tuple[str, ...]
    paths: tuple[str, ...]
    bus: str | None
    parameter: tuple[str, ...]
    format_: str


@dataclass(frozen=True, slots=True)
class Journey:
    """The way of the event of one file through one template, under one set of conditions."""

    event: str
    template: str
    when: str | None
    steps: list[Step]


def run_test_event(asked: Asked) -> int:
    """Print the way of each event; 1 when one of them reaches nothing.

    Raises `MsgauditError` for what the user can mend.
    """
    events = [(file, _event(file)) for file in asked.files]
    graphs = list(_graphs(asked))
    names = {name for *_, graph in graphs for name in buses(graph)}
    if asked.bus is not None and asked.bus not in names:
        known = sorted(name for name in names if not symbolic(name))
        hint = f"Rules listen on: {', '.join(known) or 'no bus at all'}."
        raise UsageError(f"no rule listens on a bus named {asked.bus}", hint)
    journeys = [
        Journey(file, path, when, list(follow(graph, event, asked.bus)))
        for file, event in events
        for path, when, graph in graphs
    ]
    if asked.format_ == "json":
        shown = [asdict(journey) for journey in journeys]
        to_standard_output(f"{json.dumps({'journeys': shown}, indent=2)}\n", "utf-8")
    else:
        to_standard_output("\n".join(map(_text, journeys)))
    arrived = {it.event for it in journeys if any(step.ends for step in it.steps)}
    return ExitStatus.PASSED if arrived >= set(asked.files) else ExitStatus.FINDINGS


def _graphs(asked: Asked) -> Iterator[tuple[str, str | None, Graph]]:
    found = False
    for unit in TemplateCollector(asked.paths, given(asked.parameter, ())).collect():
        for reading in unit.readings:
            found = True
            graph = build_graph((*reading.resources, *reading.context), reading.unread)
            yield unit.path, reading.label, graph
    if not found:
        hint = "Give CloudFormation, SAM or CDK templates with --in."
        raise NothingAuditedError("no template was found", hint)


def _event(file: str) -> Mapping[str, object]:
    """The event in a file, `-` being standard input; raises `UsageError` when there is none."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        event = json.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{file} cannot be read: {reason}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is not JSON: {error}", _HINT) from None
    if not isinstance(event, dict):
        raise UsageError(f"{file} is not an event", _HINT)
    return event


def _text(journey: Journey) -> str:
    from reports.safe import visible

    when = f" when {journey.when}" if journey.when else ""
    lines = [f"{journey.event} in {journey.template}{when}", *map(_line, journey.steps)]
    ends = sorted({step.label for step in journey.steps if step.ends})
    lines.append(f"  ends at: {', '.join(ends)}" if ends else "  reaches nothing")
    return "".join(f"{visible(line)}\n" for line in lines)


def _line(step: Step) -> str:
    type_ = f" ({step.type})" if step.type else ""
    reason = f": {step.reason}" if step.reason else ""
    return f"{'  ' * (step.depth + 1)}{step.label}{type_} {step.verdict}{reason}"
