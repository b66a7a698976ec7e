"""What can go wrong with one call, told apart by code: denied, gone, or failed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from auditor.collectors.live.denials import explain
from auditor.errors import NothingAuditedError

if TYPE_CHECKING:
    from botocore.model import OperationModel

# Everything that botocore raises when a call fails.
FAULTS = (BotoCoreError, ClientError, ResponseParserError)
Fault = BotoCoreError | ClientError | ResponseParserError

# What reading an answer raises that lacks a part, or has it in another shape: here, and in some
# of botocore's own parsers.
MALFORMED = (AttributeError, LookupError, TypeError, ValueError)

# What getting credentials raises beside these: the program or file that a profile names is not
# there, it gives what has expired, or a code is asked for and there is no terminal.
SIGNING = (EOFError, OSError, RuntimeError)

_DENIED = ("AccessDenied", "AuthorizationError", "UnauthorizedOperation", "UnauthorizedException")
_GONE = (
    "NotFound", "NotFoundException", "DoesNotExist", "NonExistentQueue", "NoSuchResourceException",
    "NoSuchConfigurationAggregatorException",
)  # fmt: skip
# What SNS says where it cannot push to phones: "Operation (...) is not supported in this region".
_UNSUPPORTED = "is not supported in this region"
_CREDENTIALS = {
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "NotAuthorized",
    "OptInRequired",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_EXPIRED = ("ExpiredToken", "ExpiredTokenException")
_NO_CREDENTIALS = (CredentialRetrievalError, NoCredentialsError, SSOError, TokenRetrievalError)
_FORBIDDEN = 403


class UnreadableAnswerError(BotoCoreError):
    """The service answered with success, but not with what was asked for."""

    fmt = "the answer could not be read: {problem}"


class CallError(Exception):
    """A call that gave no answer: which of the expected kinds it is, if any.

    `denied` may come with a `permission` that is another than that of the call; after one that has
    `ended` no call with the same credentials can work. An `unsupported` operation is one that the
    region does not have.
    """

    def __init__(
        self,
        reason: str,
        *,
        denied: bool = False,
        permission: str | None = None,
        gone: bool = False,
        unsupported: bool = False,
        ended: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.denied = denied
        self.permission = permission
        self.gone = gone
        self.unsupported = unsupported
        self.ended = ended


class AccountError(NothingAuditedError):
    """What must be known of an account before it can be read could not be read."""

    def __init__(self, what: str, action: str, error: Exception, hint: str) -> None:
        cause = classify(error)
        super().__init__(f"{what}: {action}: {cause.reason}", hint)
        self.permission = (cause.permission or action) if cause.denied else None


def classify(error: Exception) -> CallError:
    """The same error in the words of this package."""
    if isinstance(error, MALFORMED) and not isinstance(error, FAULTS):
        return CallError(f"the answer could not be read: {error!r}")
    if isinstance(error, SIGNING) and not isinstance(error, FAULTS):
        return CallError(f"the credentials cannot be renewed: {error}", ended=True)
    if not isinstance(error, ClientError):
        return CallError(str(error), ended=isinstance(error, _NO_CREDENTIALS))
    code, status = _code(error), _status(error)
    detail = str(error.response.get("Error", {}).get("Message", "")).strip()
    if code in _EXPIRED:
        return CallError(f"{code}: the credentials have expired", ended=True)
    if any(word in code for word in _DENIED) or (status == _FORBIDDEN and _unexplained(code)):
        reason, permission = explain(code, detail)
        return CallError(reason, denied=True, permission=permission)
    return CallError(
        f"{code}: {detail}"[:300], gone=code.endswith(_GONE), unsupported=_UNSUPPORTED in detail
    )


def about_credentials(error: Fault) -> bool:
    """Whether nothing can be read with these credentials, wherever one asks."""
    if isinstance(error, ClientError):
        return _code(error) in _CREDENTIALS
    unreachable = (HTTPClientError, ConnectionError, UnreadableAnswerError, ResponseParserError)
    return not isinstance(error, unreachable)


def refuse_garbage(**event: Any) -> None:
    """Raise `UnreadableAnswerError` where botocore would take broken JSON for an empty answer.

    botocore runs this before it reads an answer.
    """
    model: OperationModel = event["operation_model"]
    if model.service_model.resolved_protocol not in ("json", "rest-json"):
        return
    body = event["response_dict"].get("body") or b"{}"
    if event["response_dict"]["status_code"] < 300:
        try:
            json.loads(body)
        except ValueError as error:
            raise UnreadableAnswerError(problem="it is not JSON") from error


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "")).rpartition("#")[2]


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _unexplained(code: str) -> bool:
    """Whether a code says nothing that would explain status 403 better than a denial."""
    return code not in _CREDENTIALS and "Throttl" not in code and "TooMany" not in code
