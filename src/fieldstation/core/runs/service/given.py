"""What runs are given in confidence: opened when an attempt is made ready, taken back when the run ends."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fieldstation.core.accounting.service import Assets
from fieldstation.core.people.model import Permission
from fieldstation.core.people.service import RunTokens
from fieldstation.core.runs.model.plan import Plan
from fieldstation.core.runs.model.values import Run
from fieldstation.core.runs.model.veil import Veil
from fieldstation.core.runs.store import given as store
from fieldstation.core.tools.service import Secrets
from fieldstation.db import Tx
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.sealing import Sealer

_BATCH = 500
NO_VEIL = Veil(())


@dataclass(frozen=True, kw_only=True)
class Given:
    """Variables of the environment and files by path, opened; never to be kept or shown."""

    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class GivenParts:
    """Where it comes from."""

    assets: Assets
    secrets: Secrets
    tokens: RunTokens


class Givens:
    """Opens what runs are given, veils it in their logs, and takes it back."""

    def __init__(self, sealer: Sealer, parts: GivenParts) -> None:
        self._sealer = sealer
        self._assets = parts.assets
        self._secrets = parts.secrets
        self._tokens = parts.tokens

    def give(self, tx: Tx, run: Run, plan: Plan) -> Given:
        """Open what the plan of a run names, making the tokens that it asks for.

        Raises NotFound when something was taken away since the launch, Invalid when it is no text for a variable.
        """
        opened = {name: self._assets.given(tx, asset) for name, asset in plan.assets.items()}
        placed = {path: self._assets.given(tx, asset) for path, asset in plan.placed.items()}
        secrets = {name: self._secrets.content(tx, *place) for name, place in plan.secrets.items()}
        tokens = {
            name: self._tokens.issue(tx, run.user_id, run.id, frozenset(map(Permission, scopes)), run.hard_seconds)
            for name, scopes in plan.tokens.items()
        }
        variables = {name: one.content for name, one in opened.items()} | secrets
        texts = {name: _text(name, content) for name, content in variables.items()}
        texts |= {name: token.text for name, token in tokens.items()}
        hidden = [one.content for one in (*opened.values(), *placed.values()) if one.secret]
        hidden += [*secrets.values(), *(token.text.encode() for token in tokens.values())]
        if hidden:
            sealed = self._sealer.seal(json.dumps([one.hex() for one in hidden]).encode(), _purpose(run.id))
            store.keep(tx, run.id, sealed, [token.token.id for token in tokens.values()])
        return Given(variables=texts, files={path: one.content for path, one in placed.items()})

    def veil(self, tx: Tx, run_id: str) -> Veil:
        """Return what hides in its logs what this run was given."""
        return self.veils(tx, [run_id]).get(run_id, NO_VEIL)

    def veils(self, tx: Tx, runs: Sequence[str]) -> Mapping[str, Veil]:
        """Return what hides what runs were given, of those of these that were given anything."""
        found = store.sealed(tx, runs) if runs else ()
        return {row.run_id: Veil(self._values(row.run_id, row.sealed)) for row in found}

    def take_back(self, tx: Tx, runs: Sequence[str]) -> None:
        """End the tokens of these runs and forget what they were given; once their logs are kept, veiled."""
        if runs and (tokens := store.forget(tx, runs)):
            self._tokens.end(tx, tokens)

    def sweep(self, tx: Tx) -> bool:
        """Take back what runs were given that ended without being collected; tells if more are left."""
        runs = store.left(tx, _BATCH)
        self.take_back(tx, runs)
        return len(runs) == _BATCH

    def _values(self, run_id: str, sealed: bytes) -> list[bytes]:
        return [bytes.fromhex(one) for one in json.loads(self._sealer.open(sealed, _purpose(run_id)))]


def _purpose(run_id: str) -> str:
    return f"given/{run_id}"


def _text(name: str, content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise Invalid(f"the value of {name} is no text", next_step="give the job a text, or have it take a file")
    return text
