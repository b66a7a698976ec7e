"""Taking the documentation of a rule apart loses nothing."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.loading import load_rules
from auditor.prose import prose
from auditor.rules import Rule
from tools.docs.markdown import escaped, fence, table

RULES = load_rules()
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


@each_rule
def test_every_word_of_the_documentation_is_kept(rule: Rule[Any]) -> None:
    text = prose(rule)
    words = " ".join((text.problem, *text.why, text.accept)).split()
    assert sorted(words) == sorted(rule.documentation.split())
    assert text.accept


@each_rule
def test_every_word_of_the_remediation_is_kept(rule: Rule[Any]) -> None:
    text = prose(rule)
    words = [word for part in text.fix for word in part.text.split()]
    live = ["Live:", *text.live.split()] if text.live else []
    assert sorted(words + live) == sorted(rule.remediation.split())


def test_marks_are_taken_literally_but_code_stays_code() -> None:
    assert escaped("*a* <b> `*c*` AWS_SQS _d_") == "\\*a\\* \\<b\\> `*c*` AWS_SQS \\_d\\_"


def test_fence_is_longer_than_those_inside() -> None:
    assert fence("a\n```\nb", "text") == "````text\na\n```\nb\n````"


def test_cells_stay_on_their_line() -> None:
    assert table(("a",), [("b|c\nd",)]) == "| a |\n| --- |\n| b\\|c d |"
