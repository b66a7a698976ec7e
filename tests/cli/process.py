"""The real `msgaudit` process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FAILING = """Resources:
  Orders:
    Type: AWS::SQS::Queue
"""
PASSING = """Resources:
  Dead: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: 1209600}}
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      ReceiveMessageWaitTimeSeconds: 20
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}
"""
# Judged with SQS030 and SQS032 only.
UNDETERMINED = """Parameters: {Count: {Type: Number}, Arn: {Type: String}}
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !Ref Arn, maxReceiveCount: !Ref Count}
"""
MEDIUM = """Resources:
  Dead: {Type: AWS::SQS::Queue}
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 1}
"""
RULES = ("--select", "SQS030", "--select", "SQS032")


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "auditor", *arguments]


def msgaudit(
    folder: Path, *arguments: str, input_: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run msgaudit in a folder; no output of it may ever be a traceback."""
    done = subprocess.run(
        command(*arguments),
        cwd=folder,
        env=os.environ | environment,
        input=input_,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


def scan(folder: Path, template: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Scan one template with two rules."""
    (folder / "template.yaml").write_text(template)
    return msgaudit(folder, "scan", "template.yaml", *RULES, *options)
