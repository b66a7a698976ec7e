"""Which services say on whose behalf they act, from the table that msgaudit goes by."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.policy.services import SENDS_SOURCE, WITHHOLDS_SOURCE
from tools.docs.markdown import document as markdown
from tools.docs.markdown import table


def document() -> str:
    """The whole table, one line for each caller and what it calls."""
    return markdown(
        "# Who says on whose behalf it acts",
        "A resource policy that lets in an AWS service should say for which account or resource:"
        " otherwise other customers of AWS can send through the service (the confused deputy)."
        " That works only where the service sends `aws:SourceArn` or `aws:SourceAccount`; a"
        " condition on a key that is never sent stops every delivery. msgaudit asks for the"
        " condition only where AWS documents it, and takes services that are not listed as they"
        " are.",
        table(("service", "calls", "sends the keys", "source"), _lines()),
    )


def _lines() -> Iterator[tuple[str, ...]]:
    for answer, pairs in (("yes", SENDS_SOURCE), ("no", WITHHOLDS_SOURCE)):
        for called, callers in pairs.items():
            for caller, source in callers.items():
                page = source.rpartition("/")[2].removesuffix(".html")
                yield (f"`{caller}`", f"`{called}`", answer, f"[{page}]({source})")
