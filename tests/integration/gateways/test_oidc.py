"""What an outside issuer may say, and what is not believed."""

import base64
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import anyio
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from fieldstation.gateways.oidc import OidcIssuer, Registration
from fieldstation.kernel.errors import Unauthenticated, Unavailable
from fieldstation.ports.identity import Errand, Identity

LATER = 4_000_000_000  # seconds since 1970
ERRAND = Errand(state="s", nonce="n", verifier="v" * 43, redirect_uri="http://127.0.0.1/back")


class Issuer:
    """An issuer that says whatever a test wants it to say."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": "first"})
        self.said: dict[str, Any] = {}
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                body = json.dumps(outer.said.get(self.path, outer.usual().get(self.path, {}))).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.do_GET()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def usual(self) -> dict[str, Any]:
        """What an honest one says."""
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/auth",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/jwks",
            },
            "/jwks": {"keys": [self.key.as_dict(private=False) | {"use": "sig"}]},
            "/token": {"access_token": "a", "id_token": self.signed(aud="fieldstation", nonce="n")},
            "/userinfo": {"sub": "7", "preferred_username": "Ada", "email": "ada@example.org"},
        }

    def signed(self, **claims: Any) -> str:
        """Sign claims; None leaves one out."""
        usual = {"iss": self.url, "sub": "7", "exp": LATER}
        present = {name: value for name, value in (usual | claims).items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, present, self.key)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def identify(known: OidcIssuer, token: str) -> Identity:
    return anyio.run(known.identify, token)


def redeem(known: OidcIssuer) -> Identity:
    return anyio.run(known.redeem, "code", ERRAND)


def _part(claims: dict[str, Any]) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")


def test_a_code_becomes_who_signed_in_with_what_only_userinfo_tells(issuer: Issuer) -> None:
    found = redeem(OidcIssuer(issuer.url, Registration(client_id="fieldstation")))
    assert found == Identity(iss=issuer.url, sub="7", username="Ada", email="ada@example.org")


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": ["another", "fieldstation"]},
        {"iss": "http://another"},
        {"exp": 1},
        {"exp": None},
        {"nbf": LATER},
        {"sub": None},
        {"sub": 7},
    ],
    ids=str,
)
def test_an_id_token_that_is_not_the_answer_to_this_errand(issuer: Issuer, claims: dict[str, Any]) -> None:
    issuer.said["/token"] = {
        "access_token": "a",
        "id_token": issuer.signed(**{"aud": "fieldstation", "nonce": "n"} | claims),
    }
    with pytest.raises(Unauthenticated):
        redeem(OidcIssuer(issuer.url, Registration(client_id="fieldstation")))


def test_userinfo_of_somebody_else(issuer: Issuer) -> None:
    issuer.said["/userinfo"] = {"sub": "8", "preferred_username": "root"}
    with pytest.raises(Unauthenticated):
        redeem(OidcIssuer(issuer.url, Registration(client_id="fieldstation")))


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "account", "azp": "fieldstation"},
        {"aud": ["x", "fieldstation"]},
        {"aud": "station-7"},
        {"aud": "account", "azp": "data-manager"},
        {"aud": ["x", "account-server"]},
        {"aud": "account", "azp": "data-manager", "typ": "Bearer", "nonce": "n"},  # of Keycloak before its release 25
    ],
    ids=str,
)
def test_access_tokens_that_are_meant_for_the_station(issuer: Issuer, claims: dict[str, Any]) -> None:
    client_id = "station-7" if claims["aud"] == "station-7" else "fieldstation"
    more = frozenset({"data-manager", "account-server"})
    known = OidcIssuer(issuer.url, Registration(client_id=client_id, audiences=more))
    assert identify(known, issuer.signed(preferred_username="ada", **claims)).username == "ada"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "account"},
        {"aud": "account", "azp": "another"},
        {"aud": None},
        {"aud": [7, {}]},
        {"typ": "ID"},
        {"typ": "ID", "nonce": "n"},
        {"nonce": "n"},  # nobody but Keycloak puts it into an access token, and that says so in `typ`
        {"typ": "Bearer", "at_hash": "h"},
        {"at_hash": "h"},
    ],
    ids=str,
)
def test_tokens_that_let_nobody_in(issuer: Issuer, claims: dict[str, Any]) -> None:
    known = OidcIssuer(issuer.url, Registration(client_id="fieldstation"))
    with pytest.raises(Unauthenticated):
        identify(known, issuer.signed(**{"aud": "fieldstation"} | claims))


def test_a_token_signed_with_the_public_key_as_a_secret(issuer: Issuer) -> None:
    known = OidcIssuer(issuer.url, Registration(client_id="fieldstation"))
    claims = {"iss": issuer.url, "sub": "7", "aud": "fieldstation", "exp": LATER}
    signed = b".".join(_part(part) for part in ({"alg": "HS256", "kid": "first"}, claims))
    proof = hmac.new(issuer.key.as_pem(private=False), signed, "sha256").digest()
    with pytest.raises(Unauthenticated):
        identify(known, f"{signed.decode()}.{base64.urlsafe_b64encode(proof).rstrip(b'=').decode()}")


def test_a_new_key_is_asked_for_once_and_not_for_every_bad_token(issuer: Issuer) -> None:
    known = OidcIssuer(issuer.url, Registration(client_id="fieldstation"))
    identify(known, issuer.signed(aud="fieldstation"))
    issuer.key = RSAKey.generate_key(2048, parameters={"kid": "second"})
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            identify(known, issuer.signed(aud="fieldstation"))
    assert issuer.asked.count("/jwks") == 1
    later = OidcIssuer(issuer.url, Registration(client_id="fieldstation"), again_seconds=0.0)
    old, issuer.key = issuer.key, RSAKey.generate_key(2048, parameters={"kid": "third"})
    issuer.key, newest = old, issuer.key
    identify(later, issuer.signed(aud="fieldstation"))
    issuer.key = newest
    assert identify(later, issuer.signed(aud="fieldstation")).sub == "7"


def test_keys_of_other_kinds_beside_the_right_one(issuer: Issuer) -> None:
    more = [{"kty": "AKP", "kid": "new"}, {"kty": "oct", "k": "AAAA", "kid": "first"}]
    issuer.said["/jwks"] = {"keys": [*more, issuer.key.as_dict(private=False)]}
    known = OidcIssuer(issuer.url, Registration(client_id="fieldstation"))
    assert identify(known, issuer.signed(aud="fieldstation")).sub == "7"


def _other_issuer(issuer: Issuer) -> None:
    usual = issuer.usual()["/.well-known/openid-configuration"]
    issuer.said["/.well-known/openid-configuration"] = usual | {"issuer": "http://another"}


def _no_document(issuer: Issuer) -> None:
    issuer.said["/.well-known/openid-configuration"] = ["nothing"]


def _no_keys(issuer: Issuer) -> None:
    issuer.said["/jwks"] = {"keys": "none"}


def _too_much(issuer: Issuer) -> None:
    issuer.said["/jwks"] = {"keys": [], "more": "x" * (2 << 20)}


def _gone(issuer: Issuer) -> None:
    issuer.server.socket.close()


@pytest.mark.parametrize("fault", [_other_issuer, _no_document, _no_keys, _too_much, _gone])
def test_an_issuer_that_cannot_be_believed_is_away(issuer: Issuer, fault: Callable[[Issuer], None]) -> None:
    fault(issuer)
    known = OidcIssuer(issuer.url, Registration(client_id="fieldstation"))
    with pytest.raises(Unavailable) as caught:
        anyio.run(known.address, ERRAND)
    assert caught.value.reason == "issuer_away"
    assert issuer.url in caught.value.text


def test_once_known_it_may_be_away_for_a_while(issuer: Issuer) -> None:
    known = OidcIssuer(issuer.url, Registration(client_id="fieldstation"), again_seconds=0.0)
    token = issuer.signed(aud="fieldstation")
    identify(known, token)
    issuer.server.socket.close()
    assert identify(known, token).sub == "7"
    with pytest.raises(Unauthenticated):
        identify(known, token[:-6] + "AAAAAA")
