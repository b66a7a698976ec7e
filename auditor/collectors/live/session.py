"""Opening an account: profile, regions, credentials, and one client per service and region."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Sequence
from functools import partial
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)
from botocore.exceptions import BotoCoreError, ProfileNotFound
from botocore.loaders import Loader
from botocore.regions import EndpointResolver
from msgspec import Struct, field

from auditor import __version__
from auditor.collectors.live import datapoints
from auditor.collectors.live.faults import (
    FAULTS,
    MALFORMED,
    SIGNING,
    AccountError,
    about_credentials,
    classify,
    refuse_garbage,
)
from auditor.collectors.live.limits import Limits
from auditor.collectors.live.models import models
from auditor.collectors.live.operations import refuse_changes
from auditor.errors import NothingAuditedError, UsageError

THREADS = 16
_CONNECT_SECONDS, _READ_SECONDS = 5, 20
# A region of each partition; credentials of one are unknown in the others.
_HOMES = ("us-east-1", "cn-north-1", "us-gov-west-1")


class Clients(Struct):
    """The clients of one account. Making one is not thread-safe in botocore, using one is."""

    session: botocore.session.Session
    endpoint_url: str | None
    config: Config
    limits: Limits = field(default_factory=Limits)
    _made: dict[tuple[str, str], Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, service: str, region: str) -> Any:
        """The client of a service in a region; raises `UsageError` for an unusable endpoint."""
        # Who has a client need not wait for those of others: the largest take half a second.
        client = self._made.get((service, region))
        if client is None:
            with self._lock:
                client = self._made.get((service, region))
                if client is None:
                    client = self._made[service, region] = self._make(service, region)
        return client

    def forget(self) -> None:
        """Let go of the clients: each takes a quarter of a megabyte or more."""
        with self._lock:
            self._made.clear()

    def _make(self, service: str, region: str) -> Any:
        try:
            client = self.session.create_client(
                service, region, endpoint_url=self.endpoint_url, config=self.config
            )
        except ValueError as error:
            raise UsageError(str(error), "give a URL, such as http://localhost:4566") from error
        self.limits.watch(client)
        return client


class _Role(CredentialProvider):
    """Credentials of a role: asked for when first needed, and again before they expire."""

    METHOD = "assume-role"

    def __init__(self, credentials: DeferredRefreshableCredentials) -> None:
        super().__init__()
        self._credentials = credentials

    def load(self) -> DeferredRefreshableCredentials:
        return self._credentials


def open_session(
    profile: str | None, endpoint_url: str | None, attempts: int, limits: Limits | None = None
) -> Clients:
    """Clients that can only read.

    Raises `UsageError` for an unknown profile or an unreadable configuration.
    """
    session = _session(profile)
    # With adaptive retries, a client that was throttled slows down.
    config = Config(
        retries={"mode": "adaptive", "total_max_attempts": attempts},
        max_pool_connections=THREADS,
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        user_agent_extra=f"msgaudit/{__version__}",
    )
    return Clients(session, endpoint_url, config, limits or Limits())


def sign_in(clients: Clients) -> None:
    """Get the credentials, which may run a program of the profile or ask for a code.

    Raises `NothingAuditedError` when there are none.
    """
    try:
        found = clients.session.get_credentials()
        if found is not None:
            found.get_frozen_credentials()
    except FAULTS as error:
        raise _unusable(classify(error).reason) from error
    except (*SIGNING, *MALFORMED) as error:
        reason = str(error).strip() or "a code is asked for, and there is no terminal to answer"
        raise _unusable(f"the profile gives none: {reason}") from error


def _unusable(reason: str) -> NothingAuditedError:
    message = f"these AWS credentials cannot be used: {reason.rstrip(': ')}"
    hint = "sign in (aws sso login), or choose another profile with --profile"
    return NothingAuditedError(message, hint)


def assume(base: Clients, profile: str | None, region: str, role: str) -> Clients:
    """Clients with the credentials of a role, which those of `base` may assume.

    Raises what botocore raises when the role cannot be assumed.
    """
    creator = partial(
        base.session.create_client, region_name=region,
        endpoint_url=base.endpoint_url, config=base.config,
    )  # fmt: skip
    fetcher = AssumeRoleCredentialFetcher(
        creator, base.session.get_credentials(), role, extra_args={"RoleSessionName": "msgaudit"}
    )
    credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, _Role.METHOD)
    credentials.get_frozen_credentials()
    session = _session(profile)
    session.register_component("credential_provider", CredentialResolver([_Role(credentials)]))
    return Clients(session, base.endpoint_url, base.config, base.limits)


def _session(profile: str | None) -> botocore.session.Session:
    session = botocore.session.Session(profile=profile)
    try:
        session.get_scoped_config()
    except ProfileNotFound as error:
        known = ", ".join(session.available_profiles) or "none"
        raise UsageError(str(error), f"profiles in your AWS configuration: {known}") from error
    except BotoCoreError as error:
        raise UsageError(str(error), "check ~/.aws/config and ~/.aws/credentials") from error
    session.register_component("data_loader", models(session.get_config_variable("data_path")))
    session.register("before-call", refuse_changes)
    session.register("before-parse", refuse_garbage)
    session.register(datapoints.EVENT, datapoints.take_out)
    return session


def choose_regions(clients: Clients, wanted: Sequence[str]) -> tuple[str, ...]:
    """The regions to read: those that were asked for, else the configured one.

    Raises `UsageError` when there is none, or one that AWS does not have.
    """
    configured = clients.session.get_config_variable("region")
    regions = tuple(dict.fromkeys(wanted)) or ((configured,) if configured else ())
    if not regions:
        message = "no region was given"
        hint = "use --region or --all-regions, or set AWS_REGION or the profile's region"
        raise UsageError(message, hint)
    require_known(regions, clients.session.get_component("data_loader"))
    return regions


def require_known(regions: Sequence[str], loader: Loader) -> None:
    """Raises `UsageError` for a region that AWS does not have."""
    resolver = EndpointResolver(loader.load_data("endpoints"))
    known = [
        region
        for partition in resolver.get_available_partitions()
        for region in resolver.get_available_endpoints("sqs", partition)
    ]
    for region in regions:
        if region not in known:
            raise UsageError(f"unknown region {region}", _suggestion(region, known))


def enabled_regions(clients: Clients, region: str) -> tuple[str, ...]:
    """The regions that are enabled in the account, asked for in one of them.

    Raises `AccountError` when they cannot be asked for.
    """
    try:
        answer = clients.get("ec2", region).describe_regions()
        return tuple(sorted(item["RegionName"] for item in answer["Regions"]))
    except (*FAULTS, *MALFORMED) as error:
        what, hint = "the enabled regions cannot be read", "name them with --region"
        raise AccountError(what, "ec2:DescribeRegions", error, hint) from error


def home_region(clients: Clients) -> str:
    """A region of the partition that the credentials belong to: the configured one, or any."""
    configured = clients.session.get_config_variable("region")
    if configured:
        return str(configured)
    for region in _HOMES:
        try:
            clients.get("sts", region).get_caller_identity()
        except FAULTS:
            continue
        return region
    return _HOMES[0]


def identify(clients: Clients, region: str) -> str | None:
    """The account's id, or `None` when it cannot be asked for although the credentials may work.

    Raises `NothingAuditedError` when the credentials are missing, expired or wrong.
    """
    try:
        return str(clients.get("sts", region).get_caller_identity()["Account"])
    except KeyError:
        return None
    except FAULTS as error:
        if not about_credentials(error):
            return None
        raise _unusable(classify(error).reason) from error


def _suggestion(region: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(region, known, n=3)
    if close:
        return f"did you mean {' or '.join(close)}?"
    return "if the region is new, upgrade botocore"
