"""Which job is next: a huey queue, in SQLite beside the jobs or in Redis.

Huey forgets a task as soon as a worker has taken it; that a lost worker loses no job is the work of
jobs.py (who has it, and was last heard of when) and of supervise.py (which looks). So it does no
harm if a job is in the queue twice or not at all for a moment.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import huey
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import RedisStorage, SqliteStorage

NAME = "faceborn"


class PlainSerializer(Serializer):  # type: ignore[misc]
    """Messages as JSON. Huey's own are pickles: whoever writes into one's Redis could run code."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: Any) -> Any:
        return Message(*json.loads(bytes(data)))


class Queue:
    """The ids of jobs, first in, first out."""

    def __init__(self, data: str, broker: str | None, make: Callable[[str], None]) -> None:
        """make  called in a worker with the id of a job"""
        storage: dict[str, Any] = (
            {"storage_class": RedisStorage, "url": broker}
            if broker is not None
            else {"storage_class": SqliteStorage, "filename": f"{data}/queue.db", "timeout": 30}
        )
        self.huey = huey.Huey(NAME, results=False, serializer=PlainSerializer(), **storage)

        @self.huey.task()  # type: ignore[untyped-decorator]
        def make_head(job_id: str) -> None:  # its name and module are the task's name for all
            make(job_id)

        self._task = make_head

    def put(self, job_id: str) -> None:
        self._task(job_id)

    def size(self) -> int:
        return int(self.huey.storage.queue_size())

    def waiting(self) -> set[str]:
        """Ids that no worker has taken yet."""
        return {task.args[0] for task in self.huey.pending()}
