"""How delivery streams deliver, and tell of what they could not."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import DeliveryStream
from auditor.resources.streams import Destination
from auditor.rules import rule


@rule(
    "ARC066",
    "fragile-delivery-stream",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide="Scenario 2: IoT Data Processing (lines 858-871)",
    applies_to=DeliveryStream,
    remediation="""
        ClicksDelivery:
          Type: AWS::KinesisFirehose::DeliveryStream
          Properties:
            DeliveryStreamEncryptionConfigurationInput: {KeyType: AWS_OWNED_CMK}
            ExtendedS3DestinationConfiguration:
              Prefix: clicks/!{timestamp:yyyy/MM/dd}/
              ErrorOutputPrefix: failed/!{firehose:error-output-type}/
              CloudWatchLoggingOptions:
                Enabled: true
                LogGroupName: !Ref DeliveryLogs
                LogStreamName: clicks

        Live: aws firehose update-destination --delivery-stream-name NAME
        --current-delivery-stream-version-id VERSION --destination-id ID
        --extended-s3-destination-update file://destination.json
    """,
)
def fragile_delivery_stream(stream: DeliveryStream, _graph: Graph) -> Iterator[Match]:
    """A delivery stream fails without a trace, or is refused.

    Without CloudWatch logs nobody learns why a delivery failed. A prefix with expressions needs an
    error prefix beside it, else Firehose refuses it. Two things count less: a function on the way
    whose mistakes cannot be made good, as the records it was given are not kept, and records that
    are written to Firehose directly and wait there unencrypted.

    Fine to accept where lost records do not matter.
    """
    for destination in stream.destinations:
        yield from _destination(stream, destination)
    if stream.source == "DirectPut" and not stream.has(
        "DeliveryStreamEncryptionConfigurationInput"
    ):
        message = f"{stream.label} keeps records unencrypted until it delivers them"
        path = ("DeliveryStreamEncryptionConfigurationInput",)
        yield Match(stream, message, path, severity=Severity.LOW)


def _destination(stream: DeliveryStream, destination: Destination) -> Iterator[Match]:
    if destination.logs is None or not destination.logs.enabled:
        message = f"{stream.label} does not log why a delivery failed"
        yield Match(stream, message, (*destination.path, "CloudWatchLoggingOptions"))
    if "!{" in destination.prefix and not destination.has("ErrorOutputPrefix"):
        message = f"{stream.label} has a prefix with expressions, but no error prefix"
        path = (*destination.path, "ErrorOutputPrefix")
        yield Match(stream, message, path, (destination.prefix,), severity=Severity.HIGH)
    processing = destination.processing
    if processing is not None and processing.enabled and destination.backup_mode == "Disabled":
        message = f"{stream.label} does not keep the records that its function was given"
        path = (*destination.path, "S3BackupMode")
        yield Match(stream, message, path, severity=Severity.LOW)
