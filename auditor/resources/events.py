"""EventBridge: buses, rules and targets, pipes, schedules."""

from __future__ import annotations

from functools import cached_property

from auditor.patterns import EVENT_BRIDGE, Pattern, opened, parse
from auditor.resources.base import QUOTAS, Resource
from auditor.values import Readable, View, integer, mapping, optional, text, view, views


class DeadLetterConfig(View):
    """The queue (or topic) that takes what could not be delivered."""

    arn = Readable("Arn", text)


class FunctionDeadLetterConfig(View):
    """The same of a Lambda function, which calls it otherwise."""

    target_arn = Readable("TargetArn", text)


class RetryPolicy(View):
    """For how long and how often a delivery is tried; the defaults are also the maxima."""

    attempts = Readable("MaximumRetryAttempts", integer, 185)
    age_seconds = Readable("MaximumEventAgeInSeconds", integer, 86_400)


class LogConfig(View):
    """What a bus or a pipe writes into its log."""

    level = Readable("Level", text, "OFF")


# How the buses of partners are called, and where the live collector keeps what became of the
# source of their events.
PARTNER = "aws.partner/"
SOURCE_STATE = "$source_state"


class EventBus(Resource):
    """An event bus with rules (today's "Custom Event Bus - Classic")."""

    type = "AWS::Events::EventBus"

    bus_name = Readable("Name", text)
    source_name = Readable("EventSourceName", text, "")
    dead_letter_config = Readable("DeadLetterConfig", optional(view(DeadLetterConfig)), None)
    kms_key = Readable("KmsKeyIdentifier", text, "")
    log_config = Readable("LogConfig", optional(view(LogConfig)), None)
    quotas = Readable(QUOTAS, mapping, {})
    source_state = Readable(SOURCE_STATE, text, "")


class Archive(Resource):
    """What a bus keeps of its events, to replay them."""

    type = "AWS::Events::Archive"

    source_arn = Readable("SourceArn", text)
    retention_days = Readable("RetentionDays", integer, 0)
    kms_key = Readable("KmsKeyIdentifier", text, "")


class Discoverer(Resource):
    """What derives schemas from the events of a bus."""

    type = "AWS::EventSchemas::Discoverer"

    source_arn = Readable("SourceArn", text)


class EventBusPolicy(Resource):
    """A statement or a whole policy on a bus."""

    type = "AWS::Events::EventBusPolicy"

    bus_name = Readable("EventBusName", text, "default")


class InputTransformer(View):
    """What a target gets instead of the event: a text with values of the event in it."""

    paths = Readable("InputPathsMap", mapping, {})
    template = Readable("InputTemplate", text, "")


class Target(View):
    """One target of a rule."""

    target_id = Readable("Id", text, "")
    arn = Readable("Arn", text)
    role_arn = Readable("RoleArn", optional(text), None)
    dead_letter_config = Readable("DeadLetterConfig", optional(view(DeadLetterConfig)), None)
    sqs_parameters = Readable("SqsParameters", optional(mapping), None)
    retry_policy = Readable("RetryPolicy", optional(view(RetryPolicy)), None)
    input_transformer = Readable("InputTransformer", optional(view(InputTransformer)), None)


class EventRule(Resource):
    """An EventBridge rule with its targets."""

    type = "AWS::Events::Rule"

    bus_name = Readable("EventBusName", text, "default")
    schedule_expression = Readable("ScheduleExpression", text, "")
    event_pattern = Readable("EventPattern", optional(view(View)), None)
    state = Readable("State", text, "ENABLED")
    targets = Readable("Targets", views(Target), ())

    @cached_property
    def pattern(self) -> Pattern | None:
        """What the event pattern says, if there is one; never raises."""
        given = self.peek("EventPattern")
        return None if given is None else parse(given, EVENT_BRIDGE)

    @cached_property
    def opened_pattern(self) -> Pattern | None:
        """The same, to compare it with others: what a deployment names may be any text."""
        given = self.peek("EventPattern")
        compared = opened(given)
        return self.pattern if compared == given else parse(compared, EVENT_BRIDGE)


class Pipe(Resource):
    """An EventBridge pipe: one source, an optional enrichment, one target."""

    type = "AWS::Pipes::Pipe"

    source = Readable("Source", text)
    target = Readable("Target", text)
    source_parameters = Readable("SourceParameters", optional(mapping), None)
    target_parameters = Readable("TargetParameters", optional(mapping), None)
    desired_state = Readable("DesiredState", text, "RUNNING")
    log_configuration = Readable("LogConfiguration", optional(view(LogConfig)), None)


class ScheduleTarget(View):
    """What a schedule invokes."""

    arn = Readable("Arn", text)
    dead_letter_config = Readable("DeadLetterConfig", optional(view(DeadLetterConfig)), None)
    retry_policy = Readable("RetryPolicy", optional(view(RetryPolicy)), None)
    sqs_parameters = Readable("SqsParameters", optional(view(View)), None)


class Schedule(Resource):
    """An EventBridge Scheduler schedule."""

    type = "AWS::Scheduler::Schedule"

    expression = Readable("ScheduleExpression", text)
    state = Readable("State", text, "ENABLED")
    target = Readable("Target", view(ScheduleTarget))
