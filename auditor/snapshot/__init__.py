"""A collection kept in a file: every resource, gap and doubt, so that it can be judged again.

The file is lines of JSON, compressed with gzip: the first has what holds for all (accounts,
regions, what is unread, gaps, how many lines follow), each other is a resource. So its text is
never in memory as a whole. The same collection gives the same bytes, whenever it is written: the
order is that of the collection, and no date is kept.
"""

from __future__ import annotations

from auditor.snapshot.head import VERSION, Head
from auditor.snapshot.reading import SnapshotCollector
from auditor.snapshot.writing import write, write_lines

__all__ = ["VERSION", "Head", "SnapshotCollector", "write", "write_lines"]
