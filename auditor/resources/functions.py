"""Lambda functions and what invokes them; state machines."""

from __future__ import annotations

from functools import cached_property

from auditor.resources.base import QUOTAS, Resource
from auditor.resources.events import FunctionDeadLetterConfig
from auditor.statelang import Workflow
from auditor.values import (
    Readable,
    Unknown,
    View,
    boolean,
    integer,
    mapping,
    optional,
    sequence,
    text,
    texts,
    view,
)


class VpcConfig(View):
    """The network that a function runs in."""

    subnet_ids = Readable("SubnetIds", texts, ())


class Function(Resource):
    """A Lambda function."""

    type = "AWS::Lambda::Function"

    timeout = Readable("Timeout", integer, 3)
    role = Readable("Role", text)
    reserved_concurrency = Readable("ReservedConcurrentExecutions", optional(integer), None)
    dead_letter_config = Readable(
        "DeadLetterConfig", optional(view(FunctionDeadLetterConfig)), None
    )
    vpc_config = Readable("VpcConfig", optional(view(VpcConfig)), None)
    recursive_loop = Readable("RecursiveLoop", text, "Terminate")
    quotas = Readable(QUOTAS, mapping, {})


class OnFailure(View):
    """The destination of failed records or events."""

    destination = Readable("Destination", text)


class DestinationConfig(View):
    """Where a mapping or an asynchronous invocation reports its result."""

    on_failure = Readable("OnFailure", optional(view(OnFailure)), None)
    on_success = Readable("OnSuccess", optional(view(OnFailure)), None)


class ScalingConfig(View):
    """How many invocations a mapping of a queue may make at the same time."""

    maximum_concurrency = Readable("MaximumConcurrency", optional(integer), None)


class MetricsConfig(View):
    """The metrics of a mapping that were asked for."""

    metrics = Readable("Metrics", texts, ())


class FilterCriteria(View):
    """Which records reach the function; those of a queue that do not are deleted."""

    filters = Readable("Filters", sequence, ())


# Where the live collector keeps how a mapping fared the last time; no template has it.
LAST_RESULT = "$last_result"


class EventSourceMapping(Resource):
    """A Lambda event source mapping; defaults are those of the API."""

    type = "AWS::Lambda::EventSourceMapping"

    function_name = Readable("FunctionName", text)
    source_arn = Readable("EventSourceArn", text, "")
    enabled = Readable("Enabled", boolean, True)
    batch_size = Readable("BatchSize", optional(integer), None)
    batching_window_seconds = Readable("MaximumBatchingWindowInSeconds", integer, 0)
    bisect_batch = Readable("BisectBatchOnFunctionError", boolean, False)
    maximum_retry_attempts = Readable("MaximumRetryAttempts", integer, -1)
    maximum_record_age_seconds = Readable("MaximumRecordAgeInSeconds", integer, -1)
    response_types = Readable("FunctionResponseTypes", texts, ())
    destination_config = Readable("DestinationConfig", optional(view(DestinationConfig)), None)
    starting_position = Readable("StartingPosition", text, "")
    parallelization_factor = Readable("ParallelizationFactor", integer, 1)
    scaling_config = Readable("ScalingConfig", optional(view(ScalingConfig)), None)
    metrics_config = Readable("MetricsConfig", optional(view(MetricsConfig)), None)
    filter_criteria = Readable("FilterCriteria", optional(view(FilterCriteria)), None)
    last_result = Readable(LAST_RESULT, text, "")


class EventInvokeConfig(Resource):
    """What happens to failed asynchronous invocations of a function."""

    type = "AWS::Lambda::EventInvokeConfig"

    function_name = Readable("FunctionName", text)
    destination_config = Readable("DestinationConfig", optional(view(DestinationConfig)), None)


class Permission(Resource):
    """One statement of a function's resource policy."""

    type = "AWS::Lambda::Permission"

    function_name = Readable("FunctionName", text)
    principal = Readable("Principal", text)
    source_arn = Readable("SourceArn", optional(text), None)


class FunctionPolicy(Resource):
    """The whole resource policy of a function, named by ARN."""

    type = "AWS::Lambda::ResourcePolicy"


class StateMachine(Resource):
    """A Step Functions state machine. `Definition` is the parsed definition where it was read."""

    type = "AWS::StepFunctions::StateMachine"

    machine_type = Readable("StateMachineType", text, "STANDARD")
    definition = Readable("Definition", optional(mapping), None)
    logging = Readable("LoggingConfiguration", optional(mapping), None)

    @cached_property
    def workflow(self) -> Workflow:
        """What the definition says, whichever property holds it; never raises."""
        for name in ("Definition", "DefinitionString"):
            if (given := self.peek(name)) is not None:
                return Workflow(given, (name,))
        return Workflow(Unknown("the definition is an object in S3"), ("DefinitionS3Location",))
