"""Numbers for Prometheus. Those of the jobs come from the store, so that workers count too."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from faceborn.serve.jobs import LIVE, Store
from faceborn.serve.queue import Queue

METHODS = ("GET", "HEAD", "POST", "DELETE", "OPTIONS")


class Metrics:
    def __init__(self, store: Store, queue: Queue) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Jobs(store, queue))
        self._requests = Counter(
            "faceborn_http_requests", "Answers given", ["method", "status"], registry=self._registry
        )

    def seen(self, method: str, status: int) -> None:
        """An answer was given."""
        known = method if method in METHODS else "other"  # a client may invent methods
        self._requests.labels(known, str(status)).inc()

    def text(self) -> bytes:
        return generate_latest(self._registry)


class _Jobs(Collector):
    def __init__(self, store: Store, queue: Queue) -> None:
        self._store = store
        self._queue = queue

    def collect(self) -> Iterator[Metric]:
        counts = self._store.counts()
        ended = CounterMetricFamily("faceborn_jobs", "Jobs that ended", labels=["state"])
        for state in ("done", "failed"):
            ended.add_metric([state], counts.get(f"jobs_{state}", 0.0))
        yield ended
        yield CounterMetricFamily(
            "faceborn_jobs_given_back",
            "Jobs that lost their worker and were queued again",
            value=counts.get("jobs_given_back", 0.0),
        )
        yield SummaryMetricFamily(
            "faceborn_job_seconds",
            "From the upload to the end of the job",
            count_value=int(counts.get("jobs_done", 0.0) + counts.get("jobs_failed", 0.0)),
            sum_value=counts.get("job_seconds", 0.0),
        )
        live = GaugeMetricFamily("faceborn_jobs_live", "Jobs under way", labels=["state"])
        jobs = self._store.live()
        for state in LIVE:
            live.add_metric([state], sum(job.state == state for job in jobs))
        yield live
        yield GaugeMetricFamily(
            "faceborn_queue_length", "Tasks that no worker has taken", value=self._queue.size()
        )
