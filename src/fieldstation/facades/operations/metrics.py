"""What the station measures of itself, in the form that Prometheus reads.

Few series, whatever the number of people, runs and data sets: a route is its template, never an address, and a queue
is one of a handful of names.
"""

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from fieldstation.kernel.errors import FieldstationError

Queues = Callable[[], Mapping[str, int]]

disable_created_metrics()  # type: ignore[no-untyped-call]  # they would double the series, and nobody asks when a count began

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)


class Metrics:
    """The measures of this process, and the lengths of the station's queues at the moment of the question.

    `queues` returns waiting things by the queue's name; it may fail while the database is away, and its lengths are
    absent then.
    """

    def __init__(self, queues: Queues = dict) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._requests = Counter(
            "fieldstation_http_requests",
            "Requests answered, by method, route template and class of status.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "fieldstation_http_request_duration_seconds",
            "Seconds from a request's arrival to the end of its answer, by method and route template.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._registry.register(_QueueLengths(queues))
        ProcessCollector(registry=self._registry)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; `route` is a template such as `/api/v1/runs/{id}`."""
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, f"{status // 100}xx").inc()
        self._seconds.labels(known, route).observe(seconds)

    def write(self, accept: str) -> tuple[bytes, str]:
        """Return all measures and their content type, in the format that the `Accept` header prefers."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type


class _QueueLengths(Collector):
    def __init__(self, queues: Queues) -> None:
        self._queues = queues

    def describe(self) -> Iterable[Metric]:
        return [self._empty()]

    def collect(self) -> Iterable[Metric]:
        family = self._empty()
        try:
            lengths = self._queues()
        except FieldstationError:
            return []
        for name, length in sorted(lengths.items()):
            family.add_metric([name], length)
        return [family]

    @staticmethod
    def _empty() -> GaugeMetricFamily:
        return GaugeMetricFamily("fieldstation_queue_length", "Things that wait, by queue.", labels=["queue"])
