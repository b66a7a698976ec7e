"""Applications for mobile push."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import PlatformApplication
from auditor.resources.sns import CERTIFICATE_DAYS
from auditor.rules import rule

# A month to get a new certificate, and to try it.
_SOON_DAYS = 30


@rule(
    "SNS014",
    "push-fails-unnoticed",
    severity=Severity.LOW,
    category=Category.RELIABILITY,
    guide="Key Features (lines 230-235)",
    applies_to=PlatformApplication,
    remediation="""
        Get a new certificate from Apple, or sign in with a token, which does not expire; and let
        SNS log what it could not deliver.

        Live: aws sns set-platform-application-attributes --platform-application-arn ARN
        --attributes FailureFeedbackRoleArn=ROLE_ARN
    """,
)
def push_fails_unnoticed(application: PlatformApplication, _graph: Graph) -> Iterator[Match]:
    """The certificate of an application for mobile push has expired, or its failures leave no log.

    Without a valid certificate Apple takes no notification from SNS, and publishers see no error.
    Only with a role for the feedback of failures does SNS write them into a log. Known for live
    applications only; an account has to be read again to see a certificate get old.

    Fine to accept for an application that nobody uses any more.
    """
    days = application.certificate_days
    if days is not None and days < _SOON_DAYS:
        expired = days < 0
        when = "has expired" if expired else f"expires in {days} days"
        yield Match(
            application,
            f"the certificate of {application.label} {when}",
            (CERTIFICATE_DAYS,),
            discriminator="certificate",
            severity=Severity.HIGH if expired else Severity.MEDIUM,
        )
    if not application.failure_role:
        message = f"{application.label} does not log what it fails to push"
        yield Match(application, message, ("FailureFeedbackRoleArn",))
