"""How long a queue uses one data key."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import Queue
from auditor.rules import rule

PATH = ("KmsDataKeyReusePeriodSeconds",)


@rule(
    "KMS005",
    "unfit-key-reuse-period",
    severity=Severity.HIGH,
    category=Category.SECURITY,
    guide="Encryption and Data Protection (lines 1075-1106)",
    applies_to=Queue,
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            KmsMasterKeyId: !Ref OrdersKey
            KmsDataKeyReusePeriodSeconds: 300     # 60 to 86400

        Live: aws sqs set-queue-attributes --queue-url URL
        --attributes KmsMasterKeyId=KEY_ID,KmsDataKeyReusePeriodSeconds=300
    """,
)
def unfit_key_reuse_period(queue: Queue, _graph: Graph) -> Iterator[Match]:
    """A queue has a data key reuse period that SQS refuses, or one without effect.

    SQS takes 60 to 86,400 seconds. Without a key of KMS it has nothing to reuse, so that a period
    other than the default of 300 seconds says that a key was forgotten.

    Fine to accept without a key where the same template sets one in other stages.
    """
    period = queue.key_reuse_seconds
    evidence = (f"KmsDataKeyReusePeriodSeconds {period}",)
    if not limits.KEY_REUSE_MIN <= period <= limits.KEY_REUSE_MAX:
        message = f"{queue.label} cannot reuse a data key for {period} s: SQS takes 60 to 86400 s"
        yield Match(queue, message, PATH, evidence)
    elif period != limits.KEY_REUSE_DEFAULT and not queue.kms_key:
        message = f"{queue.label} says how long to reuse a data key, but has no key"
        yield Match(queue, message, PATH, evidence, severity=Severity.LOW)
