"""The jobs in Redis: for servers and workers on several machines."""

from __future__ import annotations

from typing import Any

import redis

from faceborn.serve.jobs import LIVE, Edit, Job, Store, counted

LIVE_KEY, EXPIRY_KEY, COUNTS_KEY = "faceborn:live", "faceborn:expiry", "faceborn:counts"


class RedisStore(Store):
    """faceborn:job:ID has the job, LIVE_KEY and EXPIRY_KEY are indices scored by time."""

    def __init__(self, address: str) -> None:
        self._redis: Any = redis.Redis.from_url(address, decode_responses=True)

    def add(self, job: Job) -> None:
        with self._redis.pipeline() as pipe:
            _put(pipe, job)
            pipe.zadd(EXPIRY_KEY, {job.id: job.expires_s})
            pipe.execute()

    def get(self, job_id: str) -> Job | None:
        body = self._redis.get(_key(job_id))
        return None if body is None else Job.from_json(body)

    def edit(self, job_id: str, change: Edit) -> Job | None:
        changed: Job | None = None

        def replace_it(pipe: Any) -> None:
            nonlocal changed
            body = pipe.get(_key(job_id))  # watched: whoever changes it now makes us begin again
            job = None if body is None else Job.from_json(body)
            changed = None if job is None else change(job)
            pipe.multi()
            if job is not None and changed is not None:
                _put(pipe, changed)
                for name, amount in counted(job, changed).items():
                    pipe.hincrbyfloat(COUNTS_KEY, name, amount)

        self._redis.transaction(replace_it, _key(job_id))
        return changed

    def remove(self, job_id: str) -> bool:
        with self._redis.pipeline() as pipe:
            pipe.delete(_key(job_id))
            pipe.zrem(LIVE_KEY, job_id)
            pipe.zrem(EXPIRY_KEY, job_id)
            return bool(pipe.execute()[0])

    def live(self) -> list[Job]:
        ids = self._redis.zrange(LIVE_KEY, 0, -1)
        bodies = self._redis.mget([_key(job_id) for job_id in ids]) if ids else []
        return [Job.from_json(body) for body in bodies if body is not None]

    def expired(self, now_s: float) -> list[str]:
        return list(self._redis.zrangebyscore(EXPIRY_KEY, "-inf", now_s))

    def counts(self) -> dict[str, float]:
        return {name: float(amount) for name, amount in self._redis.hgetall(COUNTS_KEY).items()}


def _key(job_id: str) -> str:
    return f"faceborn:job:{job_id}"


def _put(pipe: Any, job: Job) -> None:
    pipe.set(_key(job.id), job.to_json())
    if job.state in LIVE:
        pipe.zadd(LIVE_KEY, {job.id: job.created_s})
    else:
        pipe.zrem(LIVE_KEY, job.id)
