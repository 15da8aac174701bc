"""An error that nobody expected is told with the id of its request."""

import anyio
import httpx
import pytest
from fastapi import FastAPI

from fieldstation.facades.kit.problems import install_problems
from fieldstation.facades.kit.requests import Requests


def test_the_answer_names_its_request(capsys: pytest.CaptureFixture[str]) -> None:
    app = FastAPI()
    install_problems(app)
    app.add_middleware(Requests)

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("nobody expected this")

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://station") as http:
            return await http.get("/broken", headers={"X-Request-Id": "request-of-a-test"})

    answer = anyio.run(ask)
    assert (answer.status_code, answer.json()["instance"]) == (500, "request-of-a-test")
    assert "nobody expected this" not in answer.text
