"""Whatever stands in HySDS documents, they are read or their faults are named, and rules resolve or say why not."""

import json
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstation.core.tools.model.hysds.hits import read_hits, read_rule
from fieldstation.core.tools.model.hysds.pair import DocumentFile, DocumentKind, Paired, ReadPair, read_pair, read_tool
from fieldstation.core.tools.model.hysds.resolve import (
    Submitted,
    Unresolved,
    registration_of,
    resolve,
    stand_in_container,
    submission_of,
)
from fieldstation.gateways.lambdas.evaluate import evaluate
from fieldstation.gateways.lambdas.grammar import Refused, read
from fieldstation.kernel.errors import Invalid
from fieldstation.ports.lambdas import Call, Evaluated
from tests.unit.tools.hysds_files import HIT, IO, RULE, SPEC

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.sampled_from(["9" * 400, "1GB"])
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner), max_leaves=4
)


class Here:
    """Evaluates lambdas in this process."""

    def evaluate(self, calls: Sequence[Call]) -> Sequence[Evaluated]:
        """Return what each gives."""
        return [self._one(call) for call in calls]

    def examine(self, texts: Sequence[str]) -> Sequence[str | None]:
        """Find nothing wrong."""
        return [None for _ in texts]

    def _one(self, call: Call) -> Evaluated:
        try:
            return Evaluated(value=evaluate(read(call.text), call.value))
        except Refused as error:
            return Evaluated(fault=str(error))


@st.composite
def spoiled(draw: st.DrawFn, document: Any) -> Any:
    """Return a document in which a value or two are something else, or gone."""
    made = deepcopy(document)
    for _ in range(draw(st.integers(0, 2))):
        place = made
        while True:
            key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            below = place[key]
            if not isinstance(below, dict | list) or not below or draw(st.booleans()):
                break
            place = below
        if draw(st.booleans()):
            place[key] = draw(VALUES)
        else:
            del place[key]
        if not made:
            return made
    return made


def pair_of(spec: Any, io: Any) -> ReadPair:
    """Read a pair."""
    halves = {DocumentKind.SPEC: spec, DocumentKind.IO: io}
    files = [
        DocumentFile(file=str(kind), kind=kind, text=json.dumps(document), name="any")
        for kind, document in halves.items()
    ]
    return read_pair(Paired(spec=files[0], io=files[1]))


@settings(max_examples=200, deadline=None)
@given(spoiled(SPEC), spoiled(IO), spoiled(RULE), spoiled(HIT))
def test_nothing_is_raised(spec: Any, io: Any, rule: Any, hit: Any) -> None:
    pair = pair_of(spec, io)
    if pair.tool is None:
        assert pair.faults
        return
    assert read_tool(json.loads(json.dumps(pair.tool.written()))).revision == pair.tool.revision
    try:
        fired, hits = read_rule(json.dumps(rule)), read_hits(json.dumps(hit))
    except Invalid:
        return
    registration = registration_of(pair.tool, fired, stand_in_container("own", "v1"))
    order = Submitted(
        tool=pair.tool, rule=fired, registration=registration, submission=submission_of(pair.tool.io, fired, None)
    )
    for job in resolve(order, hits, Here()):
        assert str(job) if isinstance(job, Unresolved) else len(job.payload_hash) == 32
