"""`msgaudit test-event`: which way events take through templates or accounts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from msgspec import Struct, to_builtins

from auditor.arns import symbolic
from auditor.cli import complain
from auditor.cli.events import events_in
from auditor.cli.options import Choices
from auditor.cli.output import to_standard_output
from auditor.cli.progress import Progress
from auditor.cli.scan import chosen_collector
from auditor.errors import ExitStatus, NothingAuditedError, UsageError
from auditor.findings import Gap
from auditor.graph import Graph
from auditor.inventory import Reading, Unit
from auditor.journey import Step, buses, follow
from auditor.linking import build_graph


class Place(Struct, frozen=True):
    """One template under one set of conditions, or all accounts that were read."""

    template: str | None
    accounts: tuple[str, ...]
    when: str | None
    graph: Graph


class Journey(Struct, frozen=True):
    """The way of one event through one place."""

    event: str
    template: str | None
    accounts: tuple[str, ...]
    when: str | None
    steps: list[Step]


def run_test_event(files: tuple[str, ...], bus: str | None, choices: Choices) -> int:
    """Print the way of each event; 1 when one of them reaches nothing.

    Raises `MsgauditError` for what the user can mend.
    """
    events = [named for file in files for named in events_in(file)]
    units = _units(choices)
    places = [_place(unit, reading) for unit in units for reading in unit.readings]
    gaps = [gap for unit in units for gap in unit.gaps]
    if not places:
        raise NothingAuditedError("nothing was read", _why(gaps))
    _check(bus, [place.graph for place in places])
    journeys = [
        Journey(
            name, place.template, place.accounts, place.when, list(follow(place.graph, event, bus))
        )
        for name, event in events
        for place in places
    ]
    _show(journeys, gaps, choices.format_)
    arrived = {it.event for it in journeys if any(step.ends for step in it.steps)}
    if not arrived >= {name for name, _ in events}:
        return ExitStatus.FINDINGS
    return ExitStatus.GAPS if gaps and not choices.allow_gaps else ExitStatus.PASSED


def _units(choices: Choices) -> list[Unit]:
    asked = [bool(choices.paths), choices.live, choices.demo, bool(choices.snapshot)]
    if sum(asked) != 1:
        hint = "Give either --in PATH, or --profile or --region, or --snapshot, or --demo."
        raise UsageError("it is not clear whose rules to ask", hint)
    if choices.executor and choices.paths:
        raise UsageError("--executor reads accounts, and templates are read here", "Leave it out.")
    progress = Progress("read")
    try:
        with chosen_collector(choices, (), progress) as (collector, _source):
            return list(collector.collect())
    finally:
        progress.close()


def _place(unit: Unit, reading: Reading) -> Place:
    resources = (*reading.resources, *reading.context)
    graph = build_graph(resources, reading.unread, reading.unread_in)
    return Place(unit.path or None, unit.accounts, reading.label, graph)


def _why(gaps: Sequence[Gap]) -> str:
    if gaps:
        return f"{gaps[0].what}: {gaps[0].reason}"
    return "No CloudFormation, SAM or CDK template was found in what was given with --in."


def _check(bus: str | None, graphs: Iterable[Graph]) -> None:
    """Raises `UsageError` for a bus on which no rule listens."""
    names = {name for graph in graphs for name in buses(graph)}
    if bus is not None and bus not in names:
        known = sorted(name for name in names if not symbolic(name))
        hint = f"Rules listen on: {', '.join(known) or 'no bus at all'}."
        raise UsageError(f"no rule listens on a bus named {bus}", hint)


def _show(journeys: list[Journey], gaps: list[Gap], format_: str) -> None:
    if format_ == "json":
        shown = {
            "journeys": [to_builtins(journey) for journey in journeys],
            "gaps": [{"what": gap.what, "reason": gap.reason} for gap in gaps],
        }
        to_standard_output(f"{json.dumps(shown, indent=2)}\n", "utf-8")
        return
    to_standard_output("\n".join(map(_text, journeys)))
    if gaps:
        from reports.safe import visible

        lines = [visible(f"{gap.what}: {gap.reason}") for gap in gaps]
        complain(
            "could not be read, so more may get the event:", "\n  ".join(lines), ExitStatus.GAPS
        )


def _text(journey: Journey) -> str:
    from reports.safe import visible

    when = f" when {journey.when}" if journey.when else ""
    where = journey.template or f"account {', '.join(journey.accounts)}"
    lines = [f"{journey.event} in {where}{when}", *map(_line, journey.steps)]
    ends = sorted({step.label for step in journey.steps if step.ends})
    lines.append(f"  ends at: {', '.join(ends)}" if ends else "  reaches nothing")
    return "".join(f"{visible(line)}\n" for line in lines)


def _line(step: Step) -> str:
    type_ = f" ({step.type})" if step.type else ""
    reason = f": {step.reason}" if step.reason else ""
    return f"{'  ' * (step.depth + 1)}{step.label}{type_} {step.verdict}{reason}"
