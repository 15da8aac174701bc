"""A station whose catalogue is filled through the one road of versions, and people who search it."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from fieldstation.core.datasets.model import NewDataset, NewVersion
from fieldstation.core.people.model import Caller
from tests.integration.runs.station import PASSWORD, Document, Station


class World:
    """The station with its operator, and what they publish."""

    def __init__(self, station: Station) -> None:
        self.station = station
        features = station.process.features
        token = station.headers["Authorization"].removeprefix("Bearer ")
        with station.process.database.begin() as tx:
            self.admin: Caller = features.people.authenticate(tx, token)

    def publish(self, products: Mapping[str, Mapping[str, Any]], labels: Mapping[str, str] | None = None) -> None:
        """Make a data set with one empty version for each name, all in one transaction."""
        datasets = self.station.process.features.datasets
        with self.station.process.database.begin() as tx:
            news = []
            for name, metadata in products.items():
                made = datasets.create(tx, self.admin, NewDataset(name=name, labels=labels or {}))
                news.append(NewVersion(dataset_id=made.id, files=(), metadata=metadata, author_id=self.admin.user_id))
            datasets.publish(tx, news)

    def person(self, name: str) -> httpx.Client:
        """Make a user and return a client of theirs."""
        made = self.station.client.post("/api/v1/users", json={"username": name, "password": PASSWORD})
        assert made.status_code == 201, made.text
        client = httpx.Client(base_url=self.station.client.base_url, timeout=60)
        form = {"grant_type": "password", "client_id": "fieldstation", "username": name, "password": PASSWORD}
        answer = client.post("/auth/realms/fieldstation/protocol/openid-connect/token", data=form)
        assert answer.status_code == 200, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return client

    def search(self, client: httpx.Client | None = None, **wanted: Any) -> Sequence[Document]:
        """Search, and return all that is found."""
        found: list[Document] = []
        after: str | None = None
        while True:
            body = {**wanted, **({} if after is None else {"after": after})}
            answer = (client or self.station.client).post("/api/v1/catalogue/search", json=body)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += page["items"]
            after = page.get("next")
            if after is None:
                return found

    def names(self, client: httpx.Client | None = None, **wanted: Any) -> list[str]:
        """Search, and return the names of what is found."""
        return [one["name"] for one in self.search(client, **wanted)]

    def count(self, client: httpx.Client | None = None, **wanted: Any) -> Document:
        """Count what a search finds."""
        answer = (client or self.station.client).post("/api/v1/catalogue/count", json=wanted)
        assert answer.status_code == 200, answer.text
        counts: Document = answer.json()
        return counts

    def refused(self, filter: Any) -> Document:  # noqa: A002 -- as the door calls it
        """Search with a filter that has no meaning, and return the problem."""
        answer = self.station.client.post("/api/v1/catalogue/search", json={"filter": filter})
        assert answer.status_code == 422, answer.text
        problem: Document = answer.json()
        return problem
