"""Amazon States Language: state machine definitions, read into states and transitions.

Grammar: https://states-language.net/spec.html, and the Step Functions developer guide for what AWS
adds to it. Read on 2026-11-23.
"""

from __future__ import annotations

from auditor.statelang.choices import Comparison, comparisons, exhaustive
from auditor.statelang.integrations import Integration, Pattern, integration
from auditor.statelang.loops import loops
from auditor.statelang.problems import Problem, problems
from auditor.statelang.scope import Scope
from auditor.statelang.states import (
    Catcher,
    Choice,
    Fail,
    Map,
    Parallel,
    Retrier,
    State,
    Task,
    Wait,
)
from auditor.statelang.workflow import Workflow

__all__ = [
    "Catcher", "Choice", "Comparison", "Fail", "Integration", "Map", "Parallel", "Pattern",
    "Problem", "Retrier", "Scope", "State", "Task", "Wait", "Workflow", "comparisons", "exhaustive",
    "integration", "loops", "problems",
]  # fmt: skip
