"""The server does what its own description says, whatever it is asked (schemathesis)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from tests.serve.server import PROBLEM_TYPE, Server

ASKED = 15  # times per operation


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The operations of a server that takes photos and lets them wait."""
    server = Server.with_settings(
        tmp_path_factory.mktemp("openapi"),
        workers=0, request_rate="100000/minute", upload_rate="100000/minute", max_waiting=100_000,
    )  # fmt: skip
    yield schemathesis.openapi.from_url(f"{server.address}/api/openapi.json")
    assert server.client.get("/healthz").status_code == 200
    assert "Traceback" not in server.log.read_text()
    server.stop()


def test_answers_are_as_described(described: Any) -> None:
    """No 500, no status, type or shape that the description does not have."""
    operations = [found.ok() for found in described.get_all_operations()]
    labels = {operation.label for operation in operations}
    assert {"POST /api/heads", "GET /api/heads/{head_id}", "DELETE /api/heads/{head_id}"} <= labels
    for operation in operations:
        _ask(operation, schemathesis.GenerationMode.POSITIVE)
        # An id is any string: only a body can be wrong.
        if operation.body:
            _ask(operation, schemathesis.GenerationMode.NEGATIVE)


def _ask(operation: Any, mode: Any) -> None:
    # Random bytes fit the description of a photo and are refused all the same.
    checks = schemathesis.checks.CHECKS
    excluded = [checks.get_one("positive_data_acceptance")]

    @settings(
        max_examples=ASKED,
        deadline=None,  # a loaded machine is no fault
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        answer = case.call_and_validate(excluded_checks=excluded)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == [PROBLEM_TYPE]

    ask()
