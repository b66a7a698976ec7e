"""`msgaudit advise` as people run it: by flags, by questions, about what there is."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from auditor.cli.advise import FIT
from auditor.loading import load_rules
from tests.accounts import kept, read_account
from tests.cli.process import command, msgaudit

FIXTURES = Path(__file__).parents[1] / "fixtures"
LINEAR = """Resources:
  Jobs:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/jobs
      Definition:
        StartAt: Only
        States: {Only: {Type: Task, Resource: "arn:aws:states:::sqs:sendMessage", End: true}}
"""


def test_flags_give_services_reasons_limits_sources_and_rules(tmp_path: Path) -> None:
    done = msgaudit(tmp_path, "advise", "--pattern", "jobs", "--ordering", "--rate", "100")
    assert done.returncode == 0
    assert done.stdout.startswith("Use Amazon SQS, FIFO queue\n")
    assert "3,000 messages in full batches" in done.stdout
    assert "SQS message quotas" in done.stdout
    assert "SQS015" in done.stdout


def test_limits_that_are_exceeded_have_their_source_too(tmp_path: Path) -> None:
    done = msgaudit(tmp_path, "advise", "--pattern", "events", "--rate", "50000")
    _, _, after = done.stdout.partition("Beyond what every Region takes by default")
    first, _, _ = after.partition("Limits of")
    assert "Amazon SNS endpoints and quotas" in " ".join(first.split())
    fast = msgaudit(tmp_path, "advise", "--pattern", "jobs", "--ordering", "--rate", "3001")
    reason, _, _ = " ".join(fast.stdout.split()).partition("Limits of")
    assert "above 3,000 messages a second (Amazon SQS Developer Guide" in reason


def test_contradictions_are_told(tmp_path: Path) -> None:
    arguments = ("--pattern", "request", "--ordering", "--low-cost", "--region", "eu-west-1")
    done = msgaudit(tmp_path, "advise", *arguments)
    assert "Made no difference to request: --ordering, --low-cost" in done.stdout


def test_json_has_the_same(tmp_path: Path) -> None:
    done = msgaudit(tmp_path, "advise", "--pattern", "events", "--rate", "50000", "-f", "json")
    advice = json.loads(done.stdout)
    assert advice["needs"]["rate"] == 50_000
    assert [limit["per_second"] for limit in advice["binding"]] == [30_000]
    assert all(limit["source"] for limit in advice["services"][0]["limits"])


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ((), "Give --pattern events or jobs or workflow or request."),
        (("--ordering",), "Give --pattern events or jobs or workflow or request."),
        (("template.yaml",), "Add --architecture to judge what there is."),
        (("--architecture", "--ordering", "template.yaml"), "Leave the needs out."),
        (("--pattern", "jobs", "--rate", "-1"), "-1"),
        (("--pattern", "queues"), "'queues'"),
        (("--pattern", "jobs", "--region", "eu-west-9"), "did you mean eu-west-3"),
        (("--pattern", "jobs", "--region", "eu-west-1", "--region", "us-east-1"), "--region once"),
    ],
)
def test_what_makes_no_sense_is_said(tmp_path: Path, arguments: tuple[str, ...], hint: str) -> None:
    done = msgaudit(tmp_path, "advise", *arguments, input_="")
    assert done.returncode == 2
    assert hint in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("answers", "service"),
    [
        (b"jobs\ny\nn\nn\n5000\n", b"Amazon SQS, FIFO queue with high throughput\n"),
        (b"events\nn\ny\ny\nn\nn\ny\nfast\n50\n", b"Amazon SNS, standard topic"),
    ],
)
def test_questions_on_a_terminal(tmp_path: Path, answers: bytes, service: bytes) -> None:
    """The questions go to standard error, so that the answer can be kept."""
    terminal, other_end = os.openpty()
    os.write(terminal, answers)
    done = subprocess.run(
        command("advise"),
        cwd=tmp_path,
        stdin=other_end,
        capture_output=True,
        check=False,
        timeout=60,
    )
    os.close(terminal)
    os.close(other_end)
    assert done.returncode == 0
    assert done.stdout.startswith(b"Use " + service)
    assert b"Is the order strict?" in done.stderr


def test_architecture_says_where_others_fit_better(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(LINEAR)
    done = msgaudit(tmp_path, "advise", "--architecture", "template.yaml")
    assert done.returncode == 0
    assert "ARC050" in done.stdout
    without_metrics = [rule for rule in load_rules() if rule.id in FIT and not rule.needs]
    assert f"with {len(without_metrics)} rules" in " ".join(done.stdout.split())
    missing = msgaudit(tmp_path, "advise", "--architecture", "nothing.yaml")
    assert missing.returncode == 2


def test_architecture_of_a_snapshot_has_the_evidence_of_traffic(tmp_path: Path) -> None:
    fixture = FIXTURES / "kinesis/stream-with-little-traffic/fail.account"
    (tmp_path / "prod.json.gz").write_bytes(kept(read_account(fixture)))
    done = msgaudit(tmp_path, "advise", "--architecture", "--snapshot", "prod.json.gz")
    assert done.returncode == 0
    assert "ARC046" in done.stdout
    assert "max 30 records a second" in " ".join(done.stdout.split())
    missing = msgaudit(tmp_path, "advise", "--architecture", "--snapshot", "nothing.gz")
    assert missing.returncode == 2
