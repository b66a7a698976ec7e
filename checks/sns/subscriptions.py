"""Subscriptions that lose messages, or never get any."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data.webhooks import silent_host
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import Resource, Subscription, Topic
from auditor.rules import rule
from auditor.values import PropertyPath
from checks.sns._subscriptions import GUIDE, WEB, each_subscription, known_text, protocol_path

# Mail, texts and pushes go to people and have no delivery that a redrive could repeat.
MACHINE_PROTOCOLS = ("sqs", "lambda", "firehose", "http", "https")


@rule(
    "SNS029",
    "subscription-without-dlq",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=(Subscription, Topic),
    remediation="""
        OrdersSubscription:
          Type: AWS::SNS::Subscription      # inside a topic a subscription cannot have one
          Properties:
            TopicArn: !Ref OrdersTopic
            Protocol: lambda
            Endpoint: !GetAtt OrdersFunction.Arn
            RedrivePolicy:
              deadLetterTargetArn: !GetAtt OrdersDlq.Arn

        Live: aws sns set-subscription-attributes --subscription-arn ARN
        --attribute-name RedrivePolicy --attribute-value '{"deadLetterTargetArn": "ARN"}'
    """,
)
def subscription_without_dlq(resource: Resource, _graph: Graph) -> Iterator[Match]:
    """A subscription has no dead-letter queue, so what SNS cannot deliver is lost.

    A deleted endpoint or a missing permission is never retried, and a web server only for an hour.
    Queues count less than the rest, as only a mistake in the setup stops delivery to them.
    Subscriptions inside a topic have no property for it; mail, texts and pushes are exempt.

    Fine to accept where the messages matter only at the moment they are sent.
    """
    for protocol, path in _undelivered(resource):
        if protocol in MACHINE_PROTOCOLS:
            yield Match(
                resource,
                f"{resource.label} loses messages that it cannot deliver by {protocol}",
                path,
                (f"Protocol {protocol}, no RedrivePolicy",),
                severity=Severity.LOW if protocol == "sqs" else None,
            )


def _undelivered(resource: Resource) -> Iterator[tuple[str, PropertyPath]]:
    if isinstance(resource, Topic):
        for item in resource.subscriptions:
            yield item.protocol, item.path
    elif isinstance(resource, Subscription) and not resource.has("RedrivePolicy"):
        yield resource.protocol, ("RedrivePolicy",)


@rule(
    "SNS021",
    "endpoint-cannot-confirm",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=(Subscription, Topic),
    remediation="""
        AlertsSubscription:
          Type: AWS::SNS::Subscription
          Properties:
            TopicArn: !Ref AlertsTopic
            Protocol: lambda                # posts to the webhook in the format it expects
            Endpoint: !GetAtt NotifierFunction.Arn

        For Slack and Teams also: Amazon Q Developer in chat applications
        (AWS::Chatbot::SlackChannelConfiguration with SnsTopicArns).

        Live: aws sns subscribe --topic-arn ARN --protocol lambda --notification-endpoint FUNCTION
    """,
)
def endpoint_cannot_confirm(resource: Resource, _graph: Graph) -> Iterator[Match]:
    """An HTTPS subscription points to a chat webhook, which never confirms it.

    SNS first sends a confirmation that the endpoint has to answer by visiting a URL, and then its
    own JSON envelope. Webhooks of chat services do neither: the subscription stays pending and no
    message is ever delivered. The same holds for the management URL of a WebSocket API.

    Fine to accept in no case that we know of.
    """
    for subscription in each_subscription(resource):
        protocol = known_text(subscription, "Protocol")
        if protocol not in WEB:
            continue
        if host := silent_host(known_text(subscription, "Endpoint")):
            message = f"{resource.label} subscribes {host}, which never confirms"
            evidence = (f"Protocol {protocol}, host {host}",)
            yield Match(resource, message, protocol_path(subscription), evidence)
