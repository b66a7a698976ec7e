"""Which targets EventBridge reaches through a role only.

Lambda functions, topics, queues and log groups have resource policies of their own instead.
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html (2026-11)
"""

from __future__ import annotations

# The service of the target's ARN -> how its resource begins, empty for all of them.
NEEDS_ROLE: dict[str, tuple[str, ...]] = {
    "batch": ("job-queue/",),
    "codebuild": ("project/",),
    "codepipeline": ("",),
    "ecs": ("cluster/",),
    "events": ("api-destination/",),
    "firehose": ("deliverystream/",),
    "kinesis": ("stream/",),
    "sagemaker": ("pipeline/",),
    "ssm": ("automation-definition/", "document/"),
    "states": ("stateMachine:",),
}
