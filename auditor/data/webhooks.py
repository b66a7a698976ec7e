"""Web endpoints that cannot confirm an SNS subscription.

They are chat services' incoming webhooks, which take only their own message format, and the
management URL of WebSocket APIs, which takes only signed requests. The hosts are general knowledge
of 2026-11-23, not checked against each service's documentation. Workflows behind `logic.azure.com`
and the like are left out: they are programmable and can confirm.
"""

from __future__ import annotations

import re
from functools import lru_cache

_ANY_URL = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
# Scheme, user, host and path; a host may hold symbols with colons (`${AWS::Region}`).
_URL = re.compile(
    r"https?://(?:[^/@]*@)?((?:\$\{[^}]*\}|[^/:?#])+)(?::\d+)?([^?#]*)", re.IGNORECASE
)
# `Environment: {...}` with up to three levels of mappings inside, or to the end of the line.
_PLAIN = r"""[^{}"']|"(?:\\.|[^"\\])*"|'[^']*'"""
_FLOW = rf"\{{(?:{_PLAIN})*\}}"
for _ in range(3):
    _FLOW = rf"\{{(?:{_PLAIN}|{_FLOW})*\}}"
_VARIABLES = re.compile(rf"(\bEnvironment[\"']?\s*:\s*)({_FLOW}|\{{.*)")
# `Password: ...` and the like, also in JSON; but not `!Ref` and other ways to keep a secret apart.
_SECRETS = re.compile(
    r"""((?:Password|ApiKeyValue|AccessKey|ClientSecret|SecretString)["']?\s*:\s*)"""
    r"""("(?:\\.|[^"\\])*"|'[^']*'|[^\s"'{}\[\],!][^,}]*)"""
)
# Their paths name queues and buckets, which are no secrets.
_PUBLIC_PATHS = (".amazonaws.com", ".amazonaws.com.cn")
# Host (or its parent domain) and the start of the path.
_WEBHOOKS = (
    ("hooks.slack.com", "/"),
    ("hooks.slack-gov.com", "/"),
    ("webhook.office.com", "/"),
    ("outlook.office.com", "/webhook"),
    ("discord.com", "/api/webhooks"),
    ("discordapp.com", "/api/webhooks"),
    ("chat.googleapis.com", "/v1/spaces"),
)


def silent_host(url: str) -> str | None:
    """The host of an endpoint that never confirms, or `None` where it may confirm.

    Only the host: the rest of a webhook's URL is its secret.
    """
    match = _URL.match(url)
    if match is None:
        return None
    host, path = match[1], match[2]
    if ".execute-api." in host:
        return host if "/@connections" in path else None
    for known, start in _WEBHOOKS:
        if f".{host.lower()}".endswith(f".{known}") and path.startswith(start):
            return host
    return None


@lru_cache(maxsize=64)  # a template may be one line of a megabyte, with many findings
def masked(line: str) -> str:
    """A line of source without what may be secret in it; its columns stay the same.

    That is what a URL holds beside its host, unless it is one of AWS, since it may be a webhook's
    or name a password; the variables of a function, where they stand in one line with more; and
    what properties such as `Password` say in plain text.
    """
    if "://" in line:
        line = _ANY_URL.sub(_masked_url, line)
    if "Environment" in line:
        line = _VARIABLES.sub(_starred, line)
    return _SECRETS.sub(_starred, line)


def _masked_url(match: re.Match[str]) -> str:
    shown = _URL.match(match[0])
    if shown is None:
        return "*" * len(match[0])
    start, end = shown.span(1)
    if shown[1].lower().endswith(_PUBLIC_PATHS):
        end = shown.end(2)
    scheme = match[0].index("://") + len("://")
    hidden = "*" * (start - scheme), "*" * (len(match[0]) - end)
    return f"{match[0][:scheme]}{hidden[0]}{match[0][start:end]}{hidden[1]}"


def _starred(match: re.Match[str]) -> str:
    return match[1] + "*" * len(match[2])
