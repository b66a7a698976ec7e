"""Encryption of streams."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import Stream
from auditor.rules import rule


@rule(
    "KIN016",
    "stream-without-encryption",
    severity=Severity.MEDIUM,
    category=Category.SECURITY,
    guide="Encryption and Data Protection (lines 1075-1106)",
    applies_to=Stream,
    remediation="""
        ClicksStream:
          Type: AWS::Kinesis::Stream
          Properties:
            StreamEncryption:
              EncryptionType: KMS
              KeyId: alias/aws/kinesis   # a key of your own where other accounts take part

        Live: aws kinesis start-stream-encryption --stream-name NAME --encryption-type KMS
        --key-id alias/aws/kinesis
    """,
)
def stream_without_encryption(stream: Stream, _graph: Graph) -> Iterator[Match]:
    """A stream keeps its records unencrypted.

    Unlike queues, streams are not encrypted by default, and they keep every record for a day to a
    year, whether or not it was read.

    Fine to accept where records are public or encrypted by the producer.
    """
    encryption = stream.encryption
    if encryption is not None and encryption.encryption_type != "NONE":
        return
    yield Match(stream, f"{stream.label} keeps its records unencrypted", ("StreamEncryption",))
