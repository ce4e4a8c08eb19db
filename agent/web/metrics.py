"""What the web door counts, for Prometheus."""

from __future__ import annotations

from collections import Counter as CountOf
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from agent.keeper import KeeperAction
from knowledge.records import InterviewRecord, InterviewStatus


class WebMetrics:
    """Metrics of one application; nothing is registered globally."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.interviews = Gauge(
            "viva_interviews", "Interviews by status, among the newest.", ["status"], registry=self.registry
        )
        self.tokens_issued = Counter("viva_tokens_issued", "Room tokens handed to candidates.", registry=self.registry)
        self.requests_refused = Counter(
            "viva_requests_refused", "Requests that ended in a refusal, by its code.", ["code"], registry=self.registry
        )
        self.keeper_actions = Counter(
            "viva_keeper_actions", "What the keeper did, by action.", ["action"], registry=self.registry
        )
        for action in KeeperAction:
            self.keeper_actions.labels(action.value)

    def count_keeper_action(self, action: KeeperAction) -> None:
        self.keeper_actions.labels(action.value).inc()

    def render(self, interviews: Iterable[InterviewRecord]) -> bytes:
        """Everything in Prometheus' text format."""
        found = CountOf(record.status for record in interviews)
        for status in InterviewStatus:
            self.interviews.labels(status.value).set(found[status])
        return generate_latest(self.registry)
