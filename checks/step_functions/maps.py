"""Map states."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data.workflows import DISTRIBUTED_CONCURRENCY_DEFAULT
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import StateMachine
from auditor.rules import rule
from auditor.statelang import Map
from checks.step_functions._workflows import STATE_TYPES, judge_states

_TOLERANCE = ("ToleratedFailureCount", "ToleratedFailurePercentage")


@rule(
    "SFN015",
    "distributed-map-without-limits",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide=STATE_TYPES,
    applies_to=StateMachine,
    remediation="""
        ForEachOrder:
          Type: Map
          MaxConcurrency: 100               # what the services behind it can take
          ToleratedFailurePercentage: 5
          ItemProcessor:
            ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: EXPRESS}

        Live: aws stepfunctions update-map-run --map-run-arn ARN --max-concurrency 100
        changes a run; the definition is changed with aws stepfunctions update-state-machine.
    """,
)
def distributed_map_without_limits(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """A distributed Map starts up to 10,000 executions at a time, or gives up at the first failure.

    So many at once use up the account's Lambda concurrency and throttle everything else in it.
    And with the default tolerance of none, one bad item among a million stops the run, which counts
    less.

    Fine to accept where the items are few by nature, and one failure makes the rest worthless.
    """

    def judge(state: Map) -> Iterator[Match]:
        if not state.distributed:
            return
        label = f"state {state.name} of {machine.label}"
        if state.peek("MaxConcurrency") in (None, 0) and not state.has("MaxConcurrencyPath"):
            message = f"{label} runs up to {DISTRIBUTED_CONCURRENCY_DEFAULT:,} items at a time"
            yield Match(machine, message, (*state.path, "MaxConcurrency"))
        if not any(state.has(f"{name}{path}") for name in _TOLERANCE for path in ("", "Path")):
            message = f"{label} stops at the first item that fails"
            path = (*state.path, "ToleratedFailurePercentage")
            yield Match(machine, message, path, severity=Severity.LOW)

    return judge_states(machine, Map, judge)
