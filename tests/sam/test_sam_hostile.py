"""No value anywhere in a SAM template, however wrong, makes reading it crash."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samtranslator.yaml_helper import yaml_parse

from auditor.collectors.template.collect import TemplateCollector

TEMPLATES = [
    yaml_parse(path.read_text())
    for path in sorted((Path(__file__).parent / "templates").glob("*.yaml"))
]
Path_ = tuple[str | int, ...]
WRONG: st.SearchStrategy[object] = st.sampled_from((
    None, True, 0, "", "text", [], {}, [[]], [None], {"Ref": "Nothing"}, {"Ref": 1}, {"Type": []},
    {"Fn::GetAtt": []}, {"Fn::If": ["Nothing", 1, 2]}, {"Fn::Transform": {"Name": "M"}},
    {"Type": "SQS", "Properties": []}, {"": {"": {"": ""}}}, "${", "arn:", {"Id": {}},
))  # fmt: skip


def paths(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, item in items:
        yield (*path, name)
        if isinstance(item, dict | list):
            yield from paths(item, (*path, name))


PLACES = [
    (index, ("Resources", *path))
    for index, template in enumerate(TEMPLATES)
    for path in paths(template["Resources"])
]


def replaced(value: Any, path: Path_, wrong: Any) -> Any:
    if not path:
        return wrong
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], wrong)
    return copy


@given(place=st.sampled_from(PLACES), wrong=WRONG)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_wrong_value_never_crashes(
    tmp_path: Path, place: tuple[int, Path_], wrong: object
) -> None:
    index, path = place
    file = tmp_path / "template.yaml"
    file.write_text(yaml.safe_dump(replaced(TEMPLATES[index], path, wrong)))
    units = list(TemplateCollector([str(file)]).collect())
    assert [unit.path for unit in units] in ([str(file)], [""])
