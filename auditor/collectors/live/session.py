"""Opening an account: profile, regions, credentials, and one client per service and region."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ProfileNotFound
from botocore.loaders import Loader, create_loader

from auditor import __version__
from auditor.collectors.live.faults import FAULTS, about_credentials, classify, refuse_garbage
from auditor.collectors.live.operations import refuse_changes
from auditor.errors import NothingAuditedError, UsageError

THREADS = 16
_CONNECT_SECONDS, _READ_SECONDS = 5, 20


@dataclass
class Clients:
    """The clients of one account. Making one is not thread-safe in botocore, using one is."""

    session: botocore.session.Session
    endpoint_url: str | None
    config: Config
    _made: dict[tuple[str, str], Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, service: str, region: str) -> Any:
        """The client of a service in a region; raises `UsageError` for an unusable endpoint."""
        with self._lock:
            client = self._made.get((service, region))
            if client is None:
                client = self._made[service, region] = self._make(service, region)
            return client

    def _make(self, service: str, region: str) -> Any:
        try:
            return self.session.create_client(
                service, region, endpoint_url=self.endpoint_url, config=self.config
            )
        except ValueError as error:
            raise UsageError(str(error), "give a URL, such as http://localhost:4566") from error


def open_session(profile: str | None, endpoint_url: str | None, attempts: int) -> Clients:
    """Clients that can only read.

    Raises `UsageError` for an unknown profile or an unreadable configuration.
    """
    session = botocore.session.Session(profile=profile)
    try:
        session.get_scoped_config()
    except ProfileNotFound as error:
        known = ", ".join(session.available_profiles) or "none"
        raise UsageError(str(error), f"profiles in your AWS configuration: {known}") from error
    except BotoCoreError as error:
        raise UsageError(str(error), "check ~/.aws/config and ~/.aws/credentials") from error
    session.register_component("data_loader", _loader(session.get_config_variable("data_path")))
    session.register("before-call", refuse_changes)
    session.register("before-parse", refuse_garbage)
    config = Config(
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=THREADS,
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        user_agent_extra=f"msgaudit/{__version__}",
    )
    return Clients(session, endpoint_url, config)


@cache
def _loader(data_path: str | None) -> Loader:
    """Reads service models, each once: parsing them takes longer than most calls."""
    return create_loader(data_path)


def choose_regions(clients: Clients, wanted: Sequence[str]) -> tuple[str, ...]:
    """The regions to read: those that were asked for, else the configured one.

    Raises `UsageError` when there is none, or one that AWS does not have.
    """
    configured = clients.session.get_config_variable("region")
    regions = tuple(dict.fromkeys(wanted)) or ((configured,) if configured else ())
    if not regions:
        message = "no region was given"
        raise UsageError(message, "use --region, or set AWS_REGION or the profile's region")
    known = _regions(clients.session)
    for region in regions:
        if region not in known:
            raise UsageError(f"unknown region {region}", _suggestion(region, known))
    return regions


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
        message = f"these AWS credentials cannot be used: {classify(error).reason}"
        hint = "sign in (aws sso login), or choose another profile with --profile"
        raise NothingAuditedError(message, hint) from error


def _regions(session: botocore.session.Session) -> list[str]:
    partitions = session.get_available_partitions()
    return [
        region
        for partition in partitions
        for region in session.get_available_regions("sqs", partition_name=partition)
    ]


def _suggestion(region: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(region, known, n=3)
    if close:
        return f"did you mean {' or '.join(close)}?"
    return "if the region is new, upgrade botocore"
