"""What each service looks like: a name, a sign and an outline, so that colour is never needed."""

from __future__ import annotations

from msgspec import Struct

from auditor.architecture import EXTERNAL, UNREAD
from auditor.graph import EdgeKind
from reports.picture.layout import HEIGHT, WIDTH

_W, _H = WIDTH, HEIGHT
# SVG paths of the layout's size.
OUTLINES = {
    "box": (
        f"M8 0H{_W - 8}Q{_W} 0 {_W} 8V{_H - 8}Q{_W} {_H} {_W - 8} {_H}H8"
        f"Q0 {_H} 0 {_H - 8}V8Q0 0 8 0Z"
    ),
    "tube": (
        f"M9 0H{_W - 9}C{_W + 3} 0 {_W + 3} {_H} {_W - 9} {_H}H9C-3 {_H} -3 0 9 0Z"
        f"M{_W - 9} 0C{_W - 21} 0 {_W - 21} {_H} {_W - 9} {_H}"
    ),
    "hexagon": f"M14 0H{_W - 14}L{_W} {_H / 2}L{_W - 14} {_H}H14L0 {_H / 2}Z",
    "arrow": f"M0 0H{_W - 16}L{_W} {_H / 2}L{_W - 16} {_H}H0Z",
    "slant": f"M12 0H{_W}L{_W - 12} {_H}H0Z",
    "octagon": f"M12 0H{_W - 12}L{_W} 12V{_H - 12}L{_W - 12} {_H}H12L0 {_H - 12}V12Z",
    "bell": f"M0 {_H}V20Q0 0 20 0H{_W - 20}Q{_W} 0 {_W} 20V{_H}Z",
    "bucket": f"M0 0H{_W}L{_W - 10} {_H}H10Z",
    "pill": f"M26 0H{_W - 26}A26 26 0 0 1 {_W - 26} {_H}H26A26 26 0 0 1 26 0Z",
    "folded": f"M0 0H{_W - 14}L{_W} 14V{_H}H0ZM{_W - 14} 0V14H{_W}",
}


class Kind(Struct, frozen=True):
    """How a resource type is named and drawn; `outline` is a key of `OUTLINES`."""

    name: str
    sign: str
    outline: str


_KINDS = {
    "AWS::SQS::Queue": Kind("SQS queue", "\u2261", "tube"),
    "AWS::SNS::Topic": Kind("SNS topic", "\u25c9", "hexagon"),
    "AWS::SNS::Subscription": Kind("SNS subscription", "\u25cb", "hexagon"),
    "AWS::Events::EventBus": Kind("EventBridge bus", "\u21c9", "arrow"),
    "AWS::Events::Rule": Kind("EventBridge rule", "\u2192", "arrow"),
    "AWS::Events::Archive": Kind("EventBridge archive", "\u25a4", "bucket"),
    "AWS::Pipes::Pipe": Kind("EventBridge pipe", "\u21e5", "arrow"),
    "AWS::Scheduler::Schedule": Kind("Schedule", "\u25f7", "pill"),
    "AWS::Kinesis::Stream": Kind("Kinesis stream", "\u224b", "slant"),
    "AWS::Kinesis::StreamConsumer": Kind("Stream consumer", "\u224b", "slant"),
    "AWS::KinesisFirehose::DeliveryStream": Kind("Firehose stream", "\u21a6", "slant"),
    "AWS::Lambda::Function": Kind("Lambda function", "\u03bb", "box"),
    "AWS::Lambda::EventSourceMapping": Kind("Event source mapping", "\u21c4", "box"),
    "AWS::Lambda::EventInvokeConfig": Kind("Invoke configuration", "\u21c4", "box"),
    "AWS::StepFunctions::StateMachine": Kind("State machine", "\u2942", "octagon"),
    "AWS::CloudWatch::Alarm": Kind("Alarm", "!", "bell"),
    "AWS::CloudWatch::CompositeAlarm": Kind("Composite alarm", "!", "bell"),
    "AWS::S3::Bucket": Kind("S3 bucket", "\u25bd", "bucket"),
    "AWS::DynamoDB::Table": Kind("DynamoDB table", "\u25a6", "bucket"),
    "AWS::IoT::TopicRule": Kind("IoT rule", "\u2192", "arrow"),
    "AWS::Lambda::Permission": Kind("Lambda permission", "\u00a7", "folded"),
    "AWS::SQS::QueuePolicy": Kind("Queue policy", "\u00a7", "folded"),
    "AWS::SNS::TopicPolicy": Kind("Topic policy", "\u00a7", "folded"),
    "AWS::Events::EventBusPolicy": Kind("Bus policy", "\u00a7", "folded"),
    EXTERNAL: Kind("Not in what was read", "\u2197", "box"),
    UNREAD: Kind("Could not be read", "?", "box"),
}

# The style of each kind of edge, as reports name it: dashes tell them apart, not colour alone.
STYLES = {
    EdgeKind.CONSUMES: "delivers",
    EdgeKind.DELIVERS: "delivers",
    EdgeKind.ARCHIVES: "delivers",
    EdgeKind.DEAD_LETTERS: "dead-letters",
    EdgeKind.WATCHES: "alarms",
    EdgeKind.NOTIFIES: "alarms",
    EdgeKind.CONFIGURES: "grants",
    EdgeKind.GUARDS: "grants",
    EdgeKind.PERMITS: "grants",
}


def kind_of(type_: str) -> Kind:
    """The kind of a type; one without an entry has the last words of its type's name."""
    if known := _KINDS.get(type_):
        return known
    words = type_.split("::")
    policy = words[-1].endswith(("Policy", "Role"))
    return Kind(
        " ".join(words[-2:]), "\u00a7" if policy else "\u25a1", "folded" if policy else "box"
    )
