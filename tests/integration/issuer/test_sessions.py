"""Staying signed in: refresh tokens rotate, sessions end."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from tests.integration.issuer.realm import PROTOCOL, error_of
from tests.integration.people.station import Person, Station


def test_a_refresh_token_is_used_once(station: Station, dan: Person) -> None:
    first = station.sign_in("dan", scope="openid").json()
    second = station.refresh(first["refresh_token"]).json()
    assert second["session_state"] == first["session_state"]
    assert second["scope"] == "openid"
    assert second["access_token"] != first["access_token"]
    third = station.refresh(second["refresh_token"])
    assert third.status_code == 200
    assert station.as_bearer(first["access_token"]).get("/api/v1/me").status_code == 200


def test_a_refresh_token_used_twice_ends_the_session(station: Station, dan: Person) -> None:
    first = station.sign_in("dan").json()
    second = station.refresh(first["refresh_token"]).json()
    assert error_of(station.refresh(first["refresh_token"])) == (400, "invalid_grant")
    assert error_of(station.refresh(second["refresh_token"])) == (400, "invalid_grant")
    for tokens in (first, second):
        assert station.as_bearer(tokens["access_token"]).get("/api/v1/me").status_code == 401
    assert station.deeds()[-1] == "session.revoked"
    assert station.sign_in("dan").status_code == 200


def test_of_two_refreshes_at_once_one_wins_and_the_session_ends(station: Station, dan: Person) -> None:
    token = station.sign_in("dan").json()["refresh_token"]
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(station.refresh, [token, token]))
    assert sorted(answer.status_code for answer in answers) == [200, 400]
    [won] = [answer.json() for answer in answers if answer.status_code == 200]
    assert station.refresh(won["refresh_token"]).status_code == 400


def test_secrets_are_kept_as_hashes(station: Station, dan: Person) -> None:
    tokens = station.sign_in("dan").json()
    with station.database.begin() as tx:
        kept = str(tx.all(text("SELECT encode(hash, 'escape'), session.* FROM refresh_token, session")))
    assert tokens["refresh_token"] not in kept


def test_tokens_end_by_the_clock_of_the_database(station: Station, dan: Person) -> None:
    tokens = station.sign_in("dan").json()
    bearer = station.as_bearer(tokens["access_token"])
    station.later("4 minutes")
    assert bearer.get("/api/v1/me").status_code == 200
    station.later("6 minutes")
    assert bearer.get("/api/v1/me").json()["reason"] == "token_expired"
    station.later("11 hours 58 minutes")
    last = station.refresh(tokens["refresh_token"]).json()
    assert 0 < last["expires_in"] <= 120
    station.later("12 hours 1 minute")
    assert station.refresh(last["refresh_token"]).status_code == 400


def test_signing_out_ends_the_session_at_once(station: Station, dan: Person) -> None:
    tokens, other = station.sign_in("dan").json(), station.sign_in("dan").json()
    form = {"client_id": "fieldstation", "refresh_token": tokens["refresh_token"]}
    for _ in range(2):
        assert station.client.post(f"{PROTOCOL}/logout", data=form).status_code == 204
    assert station.as_bearer(tokens["access_token"]).get("/api/v1/me").status_code == 401
    assert station.refresh(tokens["refresh_token"]).status_code == 400
    assert station.as_bearer(other["access_token"]).get("/api/v1/me").status_code == 200
    assert station.deeds().count("session.ended") == 1


def test_sessions_that_are_over_are_swept(station: Station, dan: Person) -> None:
    station.sign_in("dan")
    station.later("13 hours")
    kept = station.sign_in("dan").json()
    with station.database.begin() as tx:
        assert station.people.sessions.sweep(tx) is False
        assert tx.scalar(text("SELECT count(*) FROM session")) == 1
        assert tx.scalar(text("SELECT count(*) FROM refresh_token")) == 1
    assert station.refresh(kept["refresh_token"]).status_code == 200
