"""Which AWS services say on whose behalf they act when they use a resource policy.

Only pairs for which AWS documents a policy with `aws:SourceArn` or `aws:SourceAccount` are listed:
advice to add a key that the service does not send would stop deliveries.
"""

from __future__ import annotations

_AWS = "https://docs.aws.amazon.com"
_S3 = f"{_AWS}/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html"
_SNS = f"{_AWS}/sns/latest/dg/sns-access-policy-use-cases.html"
_COSTS = "cost-management/latest/userguide/cross-service-confused-deputy-prevention.html"

# What is called -> who calls -> where AWS shows the condition.
SENDS_SOURCE: dict[str, dict[str, str]] = {
    "sqs": {
        "events.amazonaws.com": f"{_AWS}/eventbridge/latest/userguide/eb-use-resource-based.html",
        "s3.amazonaws.com": _S3,
        "sns.amazonaws.com": f"{_AWS}/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html",
    },
    "sns": {
        "budgets.amazonaws.com": f"{_AWS}/{_COSTS}",
        "cloudwatch.amazonaws.com": _SNS,
        "config.amazonaws.com": f"{_AWS}/config/latest/developerguide/sns-topic-policy.html",
        "s3.amazonaws.com": _S3,
        "ses.amazonaws.com": _SNS,
    },
    "lambda": {
        "apigateway.amazonaws.com": f"{_AWS}/lambda/latest/dg/services-apigateway.html",
        "events.amazonaws.com": f"{_AWS}/eventbridge/latest/userguide/eb-use-resource-based.html",
        "iot.amazonaws.com": f"{_AWS}/iot/latest/developerguide/lambda-rule-action.html",
        "logs.amazonaws.com": f"{_AWS}/AmazonCloudWatch/latest/logs/SubscriptionFilters.html",
        "s3.amazonaws.com": f"{_AWS}/lambda/latest/dg/with-s3-example.html",
        "sns.amazonaws.com": f"{_AWS}/lambda/latest/dg/with-sns-example.html",
    },
}
# The same of those for which AWS says that conditions on these keys do not work.
WITHHOLDS_SOURCE: dict[str, dict[str, str]] = {
    "sns": {"events.amazonaws.com": f"{_AWS}/eventbridge/latest/userguide/eb-troubleshooting.html"},
}


def sends_source(service_principal: str, service: str) -> bool:
    """Whether a service sends `aws:SourceArn` or `aws:SourceAccount` to `sqs`, `sns`, `lambda`."""
    return service_principal.lower() in SENDS_SOURCE.get(service, {})


def withholds_source(service_principal: str, service: str) -> bool:
    """Whether a service is known to send neither key to `sqs`, `sns` or `lambda`."""
    return service_principal.lower() in WITHHOLDS_SOURCE.get(service, {})
