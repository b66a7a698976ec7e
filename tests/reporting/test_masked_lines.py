"""What quoted source lines may hold that no report shows, and where it stands stays the same."""

from __future__ import annotations

import pytest

from auditor.data.webhooks import masked

LINES = {
    "Endpoint: https://hooks.slack.com/services/T0/secret": "Endpoint: https://hooks.slack.com",
    "- {Endpoint: 'http://me:secret@example.com/?token=secret'}": "example.com",
    "Endpoint: !Sub https://${Api}.example.com:80/secret": "https://${Api}.example.com",
    "Url: https://b.s3.amazonaws.com/a?X-Amz-Signature=secret": "https://b.s3.amazonaws.com/a*",
    "F: {Environment: {Variables: {A: secret, B: !Ref B}}, Timeout: 9}": ", Timeout: 9}",
    '{"Environment":{"Variables":{"A":"}secret","B":{"Ref":"B"}}},"Timeout":9}': '"Timeout":9}',
    "Environment: {Variables: {A: \"}secret{\", B: '{secret'}} # why": " # why",
    "Environment: {Variables: {A: don't, B: secret}}": "Environment: ",
    "{Username: me, Password: secret, Role: r}": "Password: ******, Role: r}",
    '"ApiKeyValue": "secret, \\"secret"}': '"ApiKeyValue": *',
    "AccessKey: 'secret'": "AccessKey: ********",
    "Environment: {Variables: {": "Environment: ",
}


@pytest.mark.parametrize("line", LINES)
def test_secrets_are_masked_and_columns_stay(line: str) -> None:
    shown = masked(line)
    assert "secret" not in shown
    assert len(shown) == len(line)


@pytest.mark.parametrize(
    "line",
    [
        "VisibilityTimeout: 30",
        "Environment:",
        "Password: !Ref Word",
        "{Password: {Ref: Word}, AccessKey: [a]}",
        "# see http://",
        "",
        "QueueUrl: https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
    ],
)
def test_other_lines_stay(line: str) -> None:
    assert masked(line) == line


@pytest.mark.parametrize(("line", "kept"), LINES.items())
def test_what_is_around_stays(line: str, kept: str) -> None:
    assert kept in masked(line)
