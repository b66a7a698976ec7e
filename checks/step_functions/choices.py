"""Choice states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.policy import Doubts
from auditor.resources import StateMachine
from auditor.rules import rule
from auditor.statelang import Choice, Comparison, comparisons, exhaustive
from auditor.values import UndeterminedError, Unknown
from checks.step_functions._workflows import GUIDE, STATE_TYPES, judge_states


@rule(
    "SFN012",
    "choice-without-default",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide=STATE_TYPES,
    applies_to=StateMachine,
    remediation="""
        PaymentChoice:
          Type: Choice
          Choices:
            - {Variable: $.payment.status, StringEquals: SUCCESS, Next: ProcessOrder}
          Default: UnknownStatus      # a Fail state with an Error of its own, or a handler

        Live: aws stepfunctions update-state-machine --state-machine-arn ARN
        --definition file://flow.asl.json
    """,
)
def choice_without_default(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """A Choice has no Default, so a value that nobody thought of ends the execution.

    It fails with States.NoChoiceMatched, which a Choice cannot catch. Choices of which one always
    holds (true and false, less and not less) are exempt.

    Fine to accept where every other value is a mistake that should end the execution just so.
    """

    def judge(choice: Choice) -> Iterator[Match]:
        if not choice.has("Default") and not exhaustive(choice):
            message = f"choice {choice.name} of {machine.label} has no default"
            yield Match(machine, message, (*choice.path, "Default"))

    return judge_states(machine, Choice, judge)


@rule(
    "SFN017",
    "choice-on-unchecked-field",
    severity=Severity.LOW,
    category=Category.RELIABILITY,
    guide=GUIDE,
    confidence=Confidence.LOW,
    pedantic=True,
    applies_to=StateMachine,
    remediation="""
        Choices:
          - And:
              - {Variable: $.payment.status, IsPresent: true}
              - {Variable: $.payment.status, StringEquals: SUCCESS}
            Next: ProcessOrder

        Live: aws stepfunctions update-state-machine --state-machine-arn ARN
        --definition file://flow.asl.json
    """,
)
def choice_on_unchecked_field(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """A Choice compares a field without asking first whether it is there.

    Where it is missing the execution ends with States.Runtime, which neither a retry nor a Catch
    for States.ALL handles, and the Default is not taken either. Whether the field can be missing is
    for the states before to say, so this is a hint.

    Fine to accept where a state before always sets the field.
    """

    def judge(choice: Choice) -> Iterator[Match]:
        found = list(comparisons(choice))
        checked = {str(each.variable) for each in found if each.operator == "IsPresent"}
        first: dict[str, Comparison] = {}
        for each in found:
            if isinstance(each.variable, str) and each.variable.startswith("$."):
                first.setdefault(each.variable, each)
        doubts = Doubts()
        for variable in sorted(first.keys() - checked):
            with doubts:
                # What is asked later does not help.
                asked = (each for each in found if each.rule <= first[variable].rule)
                _settle(each for each in asked if each.operator in ("", "IsPresent"))
                said = f"choice {choice.name} of {machine.label} fails where {variable} is missing"
                yield Match(machine, said, (*first[variable].path, "Variable"))
        with doubts:
            _settle(found)
        doubts.settle()

    return judge_states(machine, Choice, judge)


def _settle(found: Iterable[Comparison]) -> None:
    """Raises `UndeterminedError` when it could not be read what one of them looks at."""
    for each in found:
        if isinstance(each.variable, Unknown):
            raise UndeterminedError(each.variable.reason, each.path)
