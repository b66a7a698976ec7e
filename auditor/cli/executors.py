"""Where collecting runs: the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from auditor.errors import UsageError

_SCHEME = "dask://"
_CONNECT_SECONDS, _WORKER_SECONDS = 10, 30
# So often is a task repeated that failed; one whose worker died is repeated by Dask itself.
_RETRIES = 2


@contextmanager
def executor(url: str) -> Iterator[Executor]:
    """The executor that a URL names; raises `UsageError` when it cannot be used."""
    address = url.removeprefix(_SCHEME)
    if address == url or ":" not in address:
        hint = "Give the scheduler of a Dask cluster: dask://HOST:PORT."
        raise UsageError(f"{url!r} is no executor", hint)
    client = _client(address)
    try:
        try:
            client.wait_for_workers(1, timeout=_WORKER_SECONDS)
        except TimeoutError:
            hint = f"Start some: dask worker tcp://{address}"
            raise UsageError(f"the scheduler at {address} has no workers", hint) from None
        yield client.get_executor(retries=_RETRIES, pure=False)
    finally:
        client.close()


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        hint = "Install msgaudit[distributed]."
        raise UsageError("--executor needs dask.distributed", hint) from None
    try:
        connect: Any = Client  # it has no types
        return connect(f"tcp://{address}", timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        hint = "Check host and port, and that the scheduler runs: dask scheduler."
        raise UsageError(f"no scheduler answers at {address}: {error}", hint) from None
