"""Whatever a file holds: no traceback, a gap that says why, and the other files' resources."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from auditor.collectors.template.collect import TemplateCollector
from auditor.engine import judge
from auditor.errors import UsageError
from auditor.findings import Outcome
from auditor.loading import load_rules
from tests.template.reading import reading, reasons, resources, unit, units

GOOD = "Resources: {Good: {Type: AWS::SQS::Queue}}\n"
RULES = load_rules()
DEEP_BLOCK = "".join(f"{' ' * (level + 3)}x:\n" for level in range(500))
LAUGHS = "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def properties(text: str) -> str:
    return f"Resources: {{A: {{Type: AWS::SQS::Queue, Properties: {text}}}}}\n"


UNREADABLE: dict[str, tuple[str | bytes, str]] = {
    "broken.yaml": ("Resources:\n  A: [1\n  B: 2\n", "(line 3, column 4)"),
    "broken.json": ('{"Resources": {"A": {"Type": "x",, }}}', "(line 1, column 34)"),
    "unclosed.json": ('{"Resources": {"A": {}}', "(line 2, column 1)"),
    "trailing.json": ('{"Resources": {}} more', "(line 1, column 19)"),
    "empty.yaml": ("", "it is empty"),
    "comment.yaml": ("\n# nothing\n", "it is empty"),
    "several.yaml": (f"{GOOD}---\n{GOOD}", "another document (line 2, column 1)"),
    "self.yaml": (properties("&p {X: [*p]}"), "an anchor contains itself"),
    "laughs.yaml": (f"a: &a [x, x, x, x, x, x, x, x, x]\n{LAUGHS}{GOOD}", "500,000 values"),
    "flow.yaml": (properties(f"{{X: {'[' * 500}{']' * 500}}}"), "100 levels deep"),
    "block.yaml": (f"Resources:\n A:\n  Properties:\n{DEEP_BLOCK}", "100 levels deep"),
    "abyss.json": (f'{{"AWS::": {"[" * 100_000}{"]" * 100_000}}}', "nested too deep (line 1"),
    "dashes.yaml": (f"{'- ' * 50_000}AWS::", "nested too deep (line 1"),
    "utf16.yaml": (GOOD.encode("utf-16"), "it is not UTF-8 text (byte 0)"),
    "latin1.yaml": (f"Description: caf\xe9\n{GOOD}".encode("latin-1"), "not UTF-8 text (byte 16)"),
    "binary.yaml": (bytes(range(256)) * 8, "it is not UTF-8 text"),
    "utf16-without-mark.yaml": (
        GOOD.encode("utf-16-le"),
        "JSON: control characters are not allowed (0x0) (line 1, column 2)",
    ),
    "zero.yaml": (b"Resources: \0", "control characters are not allowed"),
    "control.yaml": (
        "Description: caf\xe9\r\n" + properties("{QueueName: 'a\x01b'}"),
        "control characters are not allowed (0x1) (line 2, column 66)",
    ),
    "other.yaml": ("openapi: 3.0.0\npaths: {}\n", "it is not a CloudFormation template"),
    "scalar.yaml": ("just text", "it is not a CloudFormation template"),
    "list.json": ("[1, 2]", "it is not a CloudFormation template"),
    "null.yaml": ("~", "it is not a CloudFormation template"),
    "no-resources.yaml": ("AWSTemplateFormatVersion: 2010-09-09", "it has no Resources"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_named_file_is_a_gap_and_hides_nothing(tmp_path: Path, name: str) -> None:
    content, reason = UNREADABLE[name]
    bad, good = tmp_path / name, tmp_path / "z.yaml"
    bad.write_bytes(content if isinstance(content, bytes) else content.encode())
    good.write_text(GOOD)
    first, second = units(bad, good)
    assert reason in reasons(first)
    assert first.gaps[0].what == bad.as_posix()
    assert first.readings == ()
    assert set(resources(second.readings[0])) == {"Good"}


def test_syntax_error_is_located(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("Resources:\n  A: [1\n  B: 2\n")
    (only,) = units(path)
    location = only.gaps[0].location
    assert location is not None
    assert (location.path, location.line, location.column) == (path.as_posix(), 3, 4)


@pytest.mark.parametrize("size", [50_000_000, 1_000_000_000])
def test_giant_file_is_not_read(tmp_path: Path, size: int) -> None:
    path = tmp_path / "giant.yaml"
    with path.open("wb") as file:
        file.write(GOOD.encode())
        file.truncate(size)
    (only,) = units(path)
    assert "more than 5,000,000 are not read" in reasons(only)
    (found,) = units(tmp_path)
    assert reasons(found) == reasons(only)


def test_broken_templates_of_a_folder_are_gaps_and_other_files_are_left_alone(
    tmp_path: Path,
) -> None:
    (tmp_path / "broken.yaml").write_text("Resources:\n  A: {Type: AWS::SQS::Queue\n")
    (tmp_path / "settings.yaml").write_text("a: [1\n")
    (tmp_path / "api.json").write_text('{"openapi": "3.0.0"}')
    (tmp_path / "kubernetes.yml").write_text("kind: Pod\n---\nkind: Service\n")
    (tmp_path / "good.yaml").write_text(GOOD)
    assert [(item.path == "", len(item.gaps)) for item in units(tmp_path)] == [
        (True, 1),
        (False, 0),
    ]


@pytest.mark.parametrize("written", ["[a]", "text", "", "3"])
def test_resources_that_are_no_mapping_are_a_gap(tmp_path: Path, written: str) -> None:
    read = unit(tmp_path, f"AWSTemplateFormatVersion: 2010-09-09\nResources: {written}\n")
    assert "Resources is not a mapping from logical ids to resources" in reasons(read)


@pytest.mark.parametrize(
    "written", ["text", "3", "", "[1]", "{Type: [a]}", "{Type: }", "{}", "{Type: {Ref: A}}"]
)
def test_resource_without_type_is_a_gap_and_hides_nothing(tmp_path: Path, written: str) -> None:
    read = unit(tmp_path, f"Resources:\n  Good: {{Type: AWS::SQS::Queue}}\n  Bad: {written}\n")
    (gap,) = read.gaps
    assert gap.reason == "the resource Bad has no Type"
    assert gap.location is not None
    assert (gap.location.line, gap.location.column) == (3, 3)
    assert set(resources(read.readings[0])) == {"Good"}


def test_unknown_types_are_left_alone(tmp_path: Path) -> None:
    template = "Resources: {A: {Type: AWS::New::Thing}, B: {Type: Custom::Own}, C: {Type: odd}}"
    read = unit(tmp_path, template)
    assert (resources(read.readings[0]), read.gaps) == ({}, ())


def test_module_is_a_gap(tmp_path: Path) -> None:
    template = "Resources: {A: {Type: Our::SQS::Queues::MODULE}, Q: {Type: AWS::SQS::Queue}}"
    (gap,) = unit(tmp_path, template).gaps
    assert gap.reason == "the resources that the module A stands for were not read"


@pytest.mark.parametrize("written", ["[1]", "text", "3", "!Custom {a: b}", "!Ref Given"])
def test_properties_that_are_no_mapping_are_undetermined(tmp_path: Path, written: str) -> None:
    read = unit(tmp_path, properties(written))
    (finding,) = judge(read, [rule for rule in RULES if rule.id == "SQS030"]).findings
    assert finding.outcome is Outcome.UNDETERMINED


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{RedrivePolicy: 3}", "RedrivePolicy should be a mapping, but it is 3"),
        ("{RedrivePolicy: [a]}", 'RedrivePolicy should be a mapping, but it is ["a"]'),
        ("{RedrivePolicy: '{broken'}", 'RedrivePolicy should be a mapping, but it is "{broken"'),
        (
            "{RedrivePolicy: {deadLetterTargetArn: a, maxReceiveCount: soon}}",
            'RedrivePolicy.maxReceiveCount should be a whole number, but it is "soon"',
        ),
        (
            "{RedrivePolicy: {deadLetterTargetArn: a, maxReceiveCount: {b: 1}}}",
            'RedrivePolicy.maxReceiveCount should be a whole number, but it is {"b": 1}',
        ),
    ],
)
def test_property_of_the_wrong_type_is_undetermined(
    tmp_path: Path, written: str, message: str
) -> None:
    read = unit(tmp_path, properties(written))
    (finding,) = judge(read, [rule for rule in RULES if rule.id == "SQS032"]).findings
    assert (finding.outcome, finding.message) == (Outcome.UNDETERMINED, message)


def test_duplicate_keys_are_gaps_and_the_last_one_is_read(tmp_path: Path) -> None:
    read = unit(
        tmp_path,
        """Resources:
  A: {Type: AWS::SQS::Queue}
  B:
    Type: AWS::SQS::Queue
    Properties: {DelaySeconds: 1, DelaySeconds: 2}
  A: {Type: AWS::SNS::Topic}
""",
    )
    assert [(gap.reason, gap.location and gap.location.line) for gap in read.gaps] == [
        ("A stands twice in one mapping (first in line 2); the last one was read", 6),
        ("DelaySeconds stands twice in one mapping (first in line 5); the last one was read", 5),
    ]
    found = resources(read.readings[0])
    assert found["A"].type == "AWS::SNS::Topic"
    assert found["B"].properties == {"DelaySeconds": 2}


def test_anchors_and_merge_keys_work(tmp_path: Path) -> None:
    found = resources(
        reading(
            tmp_path,
            """
Common: &common {Type: AWS::SQS::Queue}
Resources:
  A: &a {Type: AWS::SQS::Queue, Properties: &p {DelaySeconds: 3, VisibilityTimeout: 9}}
  B: *a
  C: {Type: AWS::SQS::Queue, Properties: {<<: *p, VisibilityTimeout: 5}}
  D: {<<: *common, Properties: {<<: [{DelaySeconds: 1}, *p]}}
""",
        )
    )
    assert found["B"].properties == {"DelaySeconds": 3, "VisibilityTimeout": 9}
    assert found["C"].properties == {"DelaySeconds": 3, "VisibilityTimeout": 5}
    assert found["D"].properties == {"DelaySeconds": 1, "VisibilityTimeout": 9}
    place = found["C"].locate(("DelaySeconds",))
    assert place is not None
    assert place.line == 4


def test_merge_of_anything_else_leaves_the_mapping_unread(tmp_path: Path) -> None:
    found = resources(reading(tmp_path, properties("{<<: 3, DelaySeconds: 1}")))["A"]
    assert "<<" in found.properties.unread.reason  # type: ignore[attr-defined]


def test_circular_references_end(tmp_path: Path) -> None:
    found = resources(
        reading(
            tmp_path,
            """
Resources:
  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref B}}
  B: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub '${A.QueueName}x'}}
  C: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt C.QueueName}}
""",
        )
    )
    assert set(found) == {"A", "B", "C"}


def test_very_long_chain_of_conditions_is_a_gap(tmp_path: Path) -> None:
    chain = "\n".join(f"  C{at}: !Not [!Condition C{at + 1}]" for at in range(5000))
    read = unit(
        tmp_path,
        f"""
Conditions:
{chain}
Resources: {{A: {{Type: AWS::SQS::Queue, Condition: C0}}}}
""",
    )
    assert "too deeply to be followed" in reasons(read)


def test_very_long_line(tmp_path: Path) -> None:
    name = "x" * 1_000_000
    found = resources(reading(tmp_path, properties(f"{{QueueName: {name}}}")))
    assert found["A"].name == name


def test_keys_that_are_no_text(tmp_path: Path) -> None:
    found = resources(
        reading(
            tmp_path,
            """Resources:
  1: {Type: AWS::SQS::Queue}
  true: {Type: AWS::SQS::Queue}
  ? [a, b]
  : {Type: AWS::SQS::Queue}
  2020-01-01: {Type: AWS::SQS::Queue, Properties: {1: 2, ? {a: b} : c}}
""",
        )
    )
    assert set(found) == {"1", "true", "2020-01-01"}
    assert found["2020-01-01"].properties == {"1": 2}


@pytest.mark.parametrize("section", ["Parameters", "Mappings", "Outputs", "Globals", "Metadata"])
@pytest.mark.parametrize("written", ["[a]", "text", "3", "~", "{a: [b]}", "!Sub x"])
def test_section_of_the_wrong_kind_is_no_crash(tmp_path: Path, section: str, written: str) -> None:
    read = unit(tmp_path, f"{section}: {written}\n{GOOD}Transform: AWS::Serverless-2016-10-31")
    assert set(resources(read.readings[0])) == {"Good"}


def test_dangling_link_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "gone.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "good.yaml").write_text(GOOD)
    first, second = units(tmp_path)
    assert "it cannot be read: No such file" in reasons(first)
    assert set(resources(second.readings[0])) == {"Good"}


def test_folder_named_like_a_template(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "folder.yaml" / "good.yaml").write_text(GOOD)
    (only,) = units(tmp_path)
    assert set(resources(only.readings[0])) == {"Good"}


def test_file_that_fails_when_read_is_a_gap(tmp_path: Path) -> None:
    (only,) = TemplateCollector(["/proc/self/mem"]).collect()
    assert "it cannot be read: Input/output error" in reasons(only)


def test_pipe_in_a_folder_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "good.yaml").write_text(GOOD)
    (only,) = units(tmp_path)
    assert set(resources(only.readings[0])) == {"Good"}


def test_missing_path_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        units(tmp_path / "missing.yaml")


def test_unreadable_file_and_folder_are_gaps() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "closed").mkdir()
        (folder / "closed" / "hidden.yaml").write_text(GOOD)
        (folder / "good.yaml").write_text(GOOD)
        (folder / "secret.yaml").write_text(GOOD)
        folder.chmod(0o755)
        (folder / "secret.yaml").chmod(0)
        (folder / "closed").chmod(0)
        with unprivileged():
            read = units(folder)
        (folder / "closed").chmod(0o755)
    assert [gap.reason for item in read for gap in item.gaps] == [
        "it cannot be read: Permission denied"
    ] * 2
    assert [set(resources(item)) for part in read for item in part.readings] == [{"Good"}]


@contextmanager
def unprivileged() -> Iterator[None]:
    """Without what root may do: permissions do not hold root back."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
