"""Whatever a definition says, no rule on workflows crashes, and the graph is built."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auditor.engine import judge
from auditor.inventory import Reading, Unit
from auditor.loading import load_rules
from auditor.resources import RawResource, StateMachine
from auditor.values import Unknown
from tests.statelang.machines import LAMBDA, anything, machines

RULES = [rule for rule in load_rules() if StateMachine in rule.applies_to]
KINDS = ("Task", "Choice", "Wait", "Fail", "Parallel", "Map", "Pass", "Succeed")
FIELDS = (
    "Next", "Choices", "Default", "Catch", "Retry", "Branches", "ItemProcessor", "Resource",
    "Parameters", "Arguments", "Seconds", "TimeoutSeconds", "MaxConcurrency", "Error",
    "QueryLanguage", "End",
)  # fmt: skip

values = st.one_of(anything, st.just(Unknown("hidden")), st.sampled_from([LAMBDA, "${X}", "A"]))
states = st.builds(
    lambda kind, fields: {"Type": kind, **fields},
    st.sampled_from(KINDS),
    st.dictionaries(st.sampled_from(FIELDS), values, max_size=5),
)
almost = st.builds(
    lambda found: {"StartAt": "A", "States": found},
    st.dictionaries(st.sampled_from(("A", "B", "C")), states, min_size=1),
)


def machine(definition: object, type_: object) -> RawResource:
    properties = {"Definition": definition, "StateMachineType": type_}
    return RawResource(StateMachine.type, "Flow", properties, "flow")


@given(st.one_of(anything, almost, machines()), st.sampled_from(["STANDARD", "EXPRESS"]))
def test_no_rule_crashes(definition: Any, type_: str) -> None:
    verdict = judge(Unit("t.yaml", (Reading((machine(definition, type_),), {}),)), RULES)
    assert verdict.gaps == []
    assert all(finding.message for finding in verdict.findings)
