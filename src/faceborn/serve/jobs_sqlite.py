"""The jobs in one SQLite file: for all processes of one machine."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from faceborn.serve.jobs import LIVE, Edit, Job, Store, counted

SCHEMA = """
create table if not exists jobs (
    id text primary key, live integer not null, created_s real not null,
    expires_s real not null, body text not null
) without rowid;
create index if not exists jobs_live on jobs (created_s) where live;
create index if not exists jobs_expiry on jobs (expires_s);
create table if not exists counts (name text primary key, amount real not null) without rowid;
"""
CACHE_KB = 256  # of each thread: SQLite's own 2 MB times forty threads would be much
WAIT_S = 30.0  # for another process that writes


class SqliteStore(Store):
    def __init__(self, path: str) -> None:
        self._path = path
        self._of_thread = threading.local()
        with self._transaction() as database:
            database.executescript(SCHEMA)

    def add(self, job: Job) -> None:
        with self._transaction() as database:
            database.execute(
                "insert into jobs values (?, ?, ?, ?, ?)",
                (job.id, job.state in LIVE, job.created_s, job.expires_s, job.to_json()),
            )

    def get(self, job_id: str) -> Job | None:
        return _job(self._connection().execute("select body from jobs where id = ?", (job_id,)))

    def edit(self, job_id: str, change: Edit) -> Job | None:
        with self._transaction() as database:
            job = _job(database.execute("select body from jobs where id = ?", (job_id,)))
            changed = change(job) if job is not None else None
            if job is not None and changed is not None:
                database.execute(
                    "update jobs set live = ?, body = ? where id = ?",
                    (changed.state in LIVE, changed.to_json(), job_id),
                )
                database.executemany(
                    "insert into counts values (?, ?)"
                    " on conflict (name) do update set amount = amount + excluded.amount",
                    counted(job, changed).items(),
                )
            return changed

    def remove(self, job_id: str) -> bool:
        with self._transaction() as database:
            return database.execute("delete from jobs where id = ?", (job_id,)).rowcount > 0

    def live(self) -> list[Job]:
        rows = self._connection().execute("select body from jobs where live order by created_s")
        return [Job.from_json(body) for (body,) in rows]

    def expired(self, now_s: float) -> list[str]:
        rows = self._connection().execute("select id from jobs where expires_s <= ?", (now_s,))
        return [job_id for (job_id,) in rows]

    def counts(self) -> dict[str, float]:
        return dict(self._connection().execute("select name, amount from counts"))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        database = self._connection()
        database.execute("begin immediate")
        try:
            yield database
        except BaseException:
            database.execute("rollback")
            raise
        if database.in_transaction:  # executescript commits by itself
            database.execute("commit")

    def _connection(self) -> sqlite3.Connection:
        """One per thread: SQLite's are not to be shared."""
        found: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        if found is None:
            found = sqlite3.connect(self._path, timeout=WAIT_S, isolation_level=None)
            found.execute("pragma journal_mode=wal")  # who reads does not wait for who writes
            found.execute("pragma synchronous=normal")
            found.execute(f"pragma cache_size=-{CACHE_KB}")
            self._of_thread.connection = found
        return found


def _job(rows: sqlite3.Cursor) -> Job | None:
    row = rows.fetchone()
    return None if row is None else Job.from_json(row[0])
