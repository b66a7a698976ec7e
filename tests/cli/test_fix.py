"""`msgaudit fix` changes files, or shows how."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.inside import msgaudit
from tests.cli.process import FAILING, PASSING

ONLY = ("--select", "SQS030")
TOLD = "alarm-actions: ['arn:aws:sns:${AWS::Region}:${AWS::AccountId}:alerts']\n"


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "template.yaml"
    path.write_text(f"# orders\n{FAILING}")
    (tmp_path / ".msgaudit.yaml").write_text(TOLD)
    return path


def test_the_file_is_fixed_once(template: Path, tmp_path: Path) -> None:
    template.chmod(0o640)
    done = msgaudit(tmp_path, "fix", "template.yaml", *ONLY)
    assert done.returncode == 0, done.stderr
    assert "fixed SQS030 queue-without-dlq at template.yaml:3 Orders" in done.stdout
    assert "fixed 1, not fixed 0" in done.stdout
    text = template.read_text()
    assert 'AlarmActions: [!Sub "arn:aws:sns:${AWS::Region}:${AWS::AccountId}:alerts"]' in text
    assert text.startswith(f"# orders\n{FAILING}")
    assert "deadLetterTargetArn: !GetAtt OrdersDlq.Arn" in text
    assert "ReceiveMessageWaitTimeSeconds" not in text
    assert template.stat().st_mode & 0o777 == 0o640
    again = msgaudit(tmp_path, "fix", ".", *ONLY)
    assert "fixed 0, not fixed 0" in again.stdout
    assert template.read_text() == text


def test_a_diff_changes_nothing_and_can_be_applied(template: Path, tmp_path: Path) -> None:
    before = template.read_text()
    shown = msgaudit(tmp_path, "fix", "--diff", "template.yaml")
    assert shown.returncode == 1
    assert "would fix SQS030" in shown.stderr
    assert template.read_text() == before
    patch = ["git", "apply", "-"]
    subprocess.run(patch, cwd=tmp_path, input=shown.stdout, text=True, check=True)
    applied = template.read_text()
    template.write_text(before)
    msgaudit(tmp_path, "fix", "template.yaml")
    assert applied == template.read_text()


def test_without_anybody_to_tell_no_queue_is_added_unless_alarms_are_elsewhere(
    tmp_path: Path,
) -> None:
    (tmp_path / "t.yaml").write_text(FAILING)
    done = msgaudit(tmp_path, "fix", "--diff", *ONLY, "t.yaml")
    assert "it would bring CWA012 dlq-without-alarm on OrdersDlq" in done.stderr
    assert (done.returncode, done.stdout) == (0, "")
    done = msgaudit(tmp_path, "fix", "--diff", *ONLY, "--ignore", "CWA012", "t.yaml")
    assert "would fix 1, not fixed 0" in done.stderr


def test_a_diff_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(PASSING)
    done = msgaudit(tmp_path, "fix", "--diff", *ONLY, ".")
    assert (done.returncode, done.stdout) == (0, "")


def test_nested_templates_are_fixed_where_they_stand(tmp_path: Path) -> None:
    parent = (
        "Resources: {App: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: app.yaml}}}"
    )
    (tmp_path / "main.yaml").write_text(parent)
    (tmp_path / "app.yaml").write_text(FAILING)
    (tmp_path / ".msgaudit.yaml").write_text(TOLD)
    done = msgaudit(tmp_path, "fix", *ONLY, "main.yaml")
    assert "at app.yaml:2 App/Orders" in done.stdout
    assert (tmp_path / "main.yaml").read_text() == parent
    assert "OrdersDlq" in (tmp_path / "app.yaml").read_text()


def test_what_somebody_accepted_is_left(tmp_path: Path) -> None:
    text = f"""{FAILING}    Metadata:
      msgaudit: {{ignore: [{{id: SQS030, reason: nothing is lost}}]}}
"""
    (tmp_path / "t.yaml").write_text(text)
    (tmp_path / "old.yaml").write_text(FAILING)
    (tmp_path / ".msgaudit.yaml").write_text(f"ignore: [SQS027]\nexclude: [old.yaml]\n{TOLD}")
    done = msgaudit(tmp_path, "fix", ".")
    assert "fixed 0, not fixed 0" in done.stdout
    assert (tmp_path / "t.yaml").read_text() == text
    msgaudit(tmp_path, "fix", "t.yaml", "--no-inline-suppressions")
    assert "RedrivePolicy" in (tmp_path / "t.yaml").read_text()


def test_what_cannot_be_fixed_is_said(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("Resources: {Orders: &q {Type: AWS::SQS::Queue}, Two: *q}")
    done = msgaudit(tmp_path, "fix", "t.yaml", *ONLY)
    assert done.returncode == 0
    assert "not fixed SQS030" in done.stdout
    assert "anchors share parts of the template" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("-",), 2, "standard input cannot be fixed"),
        (("nowhere.yaml",), 2, "no such file"),
        (("--select", "NOPE", "template.yaml"), 2, "NOPE"),
        ((), 2, "it is not clear what to fix"),
        (("empty",), 3, "nothing was audited"),
    ],
)
def test_bad_input(
    template: Path, tmp_path: Path, arguments: tuple[str, ...], status: int, said: str
) -> None:
    (tmp_path / "empty").mkdir()
    before = template.read_text()
    done = msgaudit(tmp_path, "fix", *arguments)
    assert done.returncode == status
    assert said in done.stderr
    assert template.read_text() == before
