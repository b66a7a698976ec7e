"""What Step Functions allows, does by default, and wants handled; read on 2026-11-23.

"Guide" is the Step Functions developer guide.
"""

from __future__ import annotations

# Guide, "Choosing workflow type": an express execution ends after five minutes.
EXPRESS_SECONDS_MAX = 300
# Guide, "Using Map state in Distributed mode": child executions at a time without MaxConcurrency.
DISTRIBUTED_CONCURRENCY_DEFAULT = 10_000
# Our choice: a retry that first waits longer than a day is rather an outage than a retry.
RETRY_DELAY_SENSIBLE_MAX = 86_400

# Guide, "Handle transient Lambda service exceptions".
LAMBDA_SERVICE_ERRORS = (
    "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
)  # fmt: skip
# Guide, "Handling errors in Step Functions workflows": a new attempt cannot end otherwise.
LASTING_ERRORS = frozenset(("States.DataLimitExceeded", "States.Permissions", "States.Runtime"))

# Guide, "Integrating optimized services": calls of the AWS SDK that ask how a job is getting on,
# and the integration that waits for it by itself.
WAITED_FOR_BY = {
    ("athena", "getQueryExecution"): "athena:startQueryExecution.sync",
    ("batch", "describeJobs"): "batch:submitJob.sync",
    ("codebuild", "batchGetBuilds"): "codebuild:startBuild.sync",
    ("databrew", "describeJobRun"): "databrew:startJobRun.sync",
    ("ecs", "describeTasks"): "ecs:runTask.sync",
    ("emr", "describeStep"): "elasticmapreduce:addStep.sync",
    ("glue", "getJobRun"): "glue:startJobRun.sync",
    ("mediaconvert", "getJob"): "mediaconvert:createJob.sync",
    ("sagemaker", "describeProcessingJob"): "sagemaker:createProcessingJob.sync",
    ("sagemaker", "describeTrainingJob"): "sagemaker:createTrainingJob.sync",
    ("sagemaker", "describeTransformJob"): "sagemaker:createTransformJob.sync",
    ("sfn", "describeExecution"): "states:startExecution.sync:2",
}

# The argument that names the receiver of a call, by service (without `aws-sdk:`) and action: the
# parameters of each operation in its API reference.
RECEIVER_ARGUMENTS = {
    ("sqs", "sendMessage"): "QueueUrl",
    ("sqs", "sendMessageBatch"): "QueueUrl",
    ("sns", "publish"): "TopicArn",
    ("sns", "publishBatch"): "TopicArn",
    ("lambda", "invoke"): "FunctionName",
    ("states", "startExecution"): "StateMachineArn",
    ("sfn", "startExecution"): "StateMachineArn",
    ("sfn", "startSyncExecution"): "StateMachineArn",
    ("events", "putEvents"): "EventBusName",
    ("eventbridge", "putEvents"): "EventBusName",
    ("kinesis", "putRecord"): "StreamName",
    ("kinesis", "putRecords"): "StreamName",
    ("firehose", "putRecord"): "DeliveryStreamName",
    ("firehose", "putRecordBatch"): "DeliveryStreamName",
}

# What the role needs to be allowed on the receiver; batches of messages and of topics need the
# permission of the single call (Service Authorization Reference).
PERMISSIONS = {
    ("sqs", "sendMessage"): "sqs:SendMessage",
    ("sqs", "sendMessageBatch"): "sqs:SendMessage",
    ("sns", "publish"): "sns:Publish",
    ("sns", "publishBatch"): "sns:Publish",
    ("lambda", "invoke"): "lambda:InvokeFunction",
    ("states", "startExecution"): "states:StartExecution",
    ("sfn", "startExecution"): "states:StartExecution",
    ("sfn", "startSyncExecution"): "states:StartSyncExecution",
    ("events", "putEvents"): "events:PutEvents",
    ("eventbridge", "putEvents"): "events:PutEvents",
    ("kinesis", "putRecord"): "kinesis:PutRecord",
    ("kinesis", "putRecords"): "kinesis:PutRecords",
    ("firehose", "putRecord"): "firehose:PutRecord",
    ("firehose", "putRecordBatch"): "firehose:PutRecordBatch",
}

# Guide, "How Step Functions generates IAM policies for integrated services": the rule that Step
# Functions manages, to hear that the job of a task which waits for it is done.
MANAGED_RULES = {
    ("states", "startExecution"): "StepFunctionsGetEventsForStepFunctionsExecutionRule",
    ("ecs", "runTask"): "StepFunctionsGetEventsForECSTaskRule",
    ("batch", "submitJob"): "StepFunctionsGetEventsForBatchJobsRule",
    ("codebuild", "startBuild"): "StepFunctionsGetEventForCodeBuildStartBuildRule",
}
MANAGING = ("events:PutTargets", "events:PutRule", "events:DescribeRule")
