"""What was judged is let go of at once, without a look for garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.collectors.template.collect import TemplateCollector
from auditor.collectors.template.documents import Document
from auditor.graph import Graph
from auditor.loading import load_rules
from auditor.parallel import judge_all

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def _without_looks() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_without_looks")
def test_nothing_of_a_judged_template_stays() -> None:
    before = _alive()
    templates = sorted(map(str, EXAMPLES.glob("*.yaml")))
    judged = list(judge_all(TemplateCollector(templates), load_rules(), jobs=1))
    assert len(judged) == len(templates) > 1
    assert _alive() == before


def _alive() -> int:
    return sum(isinstance(each, Document | Graph) for each in gc.get_objects())
