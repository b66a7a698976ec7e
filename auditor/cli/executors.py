"""Where templates are judged and accounts are read: the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from auditor.cli.options import Choices
from auditor.errors import UsageError
from auditor.tasks import Workers, tool

_SCHEME = "dask://"
_CONNECT_SECONDS, _WORKER_SECONDS = 10, 30
# So often does Dask repeat a task that failed; one whose worker died it repeats anyway.
_RETRIES = 2
# Enough for a cluster that grows with what waits; a parcel of templates has about 100 KB.
_IN_FLIGHT = 64


@contextmanager
def for_templates(choices: Choices) -> Iterator[Workers | None]:
    """The workers that are to judge templates, if some are; raises like `executor`."""
    if not choices.executor or not choices.paths:
        yield None
        return
    context = click.get_current_context()
    if context.get_parameter_source("jobs") is click.core.ParameterSource.COMMANDLINE:
        hint = "Leave one of them out."
        raise UsageError("templates are judged by --executor, or else in --jobs processes", hint)
    with executor(choices.executor) as workers:
        yield workers


@contextmanager
def executor(url: str) -> Iterator[Workers]:
    """The workers that a URL leads to; raises `UsageError` when they cannot be used."""
    address = url.removeprefix(_SCHEME)
    if address == url or ":" not in address:
        hint = "Give the scheduler of a Dask cluster: dask://HOST:PORT."
        raise UsageError(f"{url!r} is no executor", hint)
    import logging

    # What it would log is told by errors and gaps, without tracebacks.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    client = _client(address)
    try:
        try:
            client.wait_for_workers(1, timeout=_WORKER_SECONDS)
        except TimeoutError:
            hint = f"Start some: dask worker tcp://{address}"
            raise UsageError(f"the scheduler at {address} has no workers", hint) from None
        _compare(client)
        threads = sum(client.nthreads().values())
        made = client.get_executor(retries=_RETRIES, pure=False)
        yield Workers(made, max(_IN_FLIGHT, 2 * threads), attempts=1)
    finally:
        client.close()


def _compare(client: Any) -> None:
    """Raises `UsageError` for a worker with another msgaudit or Python."""
    for worker, found in client.run(tool, on_error="return").items():
        if found != tool():
            other = found if isinstance(found, str) else f"no msgaudit ({found})"
            hint = "Install the same version of msgaudit with the same Python on all machines."
            raise UsageError(f"the worker at {worker} has {other}, here is {tool()}", hint)


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
