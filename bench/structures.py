"""Molecules to measure with: enumerated of real fragments, their fingerprints made once by the reader's own functions.

`python -m bench.structures SHARD` makes those of one shard; `fingerprints` sees that all are there.
"""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from fieldstation.gateways.molecules.programs import describe

Prints = np.typing.NDArray[np.uint64]
SHARD = 20_000  # molecules that are read in one go
_WORDS = describe.BITS // 64
_CORES = (
    "c1ccc({})cc1", "c1ccc2c(c1)ccn2{}", "C1CCN({})CC1", "c1cnc({})nc1", "O=C1CCCN1{}", "c1ccsc1{}", "C1COCCN1{}",
    "c1cc({})c(F)cc1", "c1ccc2nc({})oc2c1", "c1ccnc({})c1", "Cc1cc({})on1",
)  # fmt: skip
_LINKS = ("C(=O)N", "CCO", "CC(C)N", "S(=O)(=O)N", "C(=O)O", "OCC", "NCC(=O)N", "C=C", "CC(O)", "C7CCN(C7)", "CSC")
_SPACERS = ("", "C", "CC", "N", "CO")
_ENDS = (
    "c8ccccc8", "C8CC8", "C(F)(F)F", "c8ccc(Cl)cc8", "c8ccncc8", "CC(C)(C)C", "c8ccc(OC)cc8", "C#N", "c8ccc9ccccc9c8",
    "C8CCCCC8", "c8ccc(Br)cc8",
)  # fmt: skip
_PARTS = (_CORES, _LINKS, _SPACERS, _LINKS, _SPACERS, _LINKS, _ENDS)
_STRIDE = 1_000_003  # a prime: neighbours are no neighbours in structure
_ORDER = np.random.default_rng(20_000).permutation(SHARD)  # of a shard: no fragment comes back at even distances
_CACHE = Path(__file__).parent / "out"


def structure(number: int) -> str:
    """Return the SMILES of this number: real, and another for every number below four million."""
    return _enumerated(number - number % SHARD + int(_ORDER[number % SHARD]))


def _enumerated(number: int) -> str:
    total = 1
    for part in _PARTS:
        total *= len(part)
    rest, chosen = number * _STRIDE % total, []
    for part in _PARTS:
        rest, place = divmod(rest, len(part))
        chosen.append(part[place])
    return chosen[0].format("".join(chosen[1:]))


def fingerprints(count: int) -> Prints:
    """Return Morgan and pattern fingerprints of the first molecules: made once, then kept beside the figures."""
    shards = range(-(-count // SHARD))
    missing = [str(shard) for shard in shards if not _file(shard).exists()]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(_made_by_another, missing))
    return np.concatenate([np.load(_file(shard))[_ORDER] for shard in shards])[:count]


def _made_by_another(shard: str) -> None:
    subprocess.run([sys.executable, "-m", "bench.structures", shard], check=True)


def _file(shard: int) -> Path:
    made_by = Path(describe.__file__).read_bytes() + repr((_PARTS, _STRIDE)).encode()
    return _CACHE / f"molecules-{hashlib.sha256(made_by).hexdigest()[:8]}" / f"{shard:04d}.npy"


def _make(shard: int) -> None:
    prints: list[bytes] = []
    for number in range(shard * SHARD, (shard + 1) * SHARD):
        prints += describe.fingerprints(describe.molecule(describe.Written(name="", smiles=_enumerated(number))))
    _file(shard).parent.mkdir(parents=True, exist_ok=True)
    coming = _file(shard).with_suffix(".part.npy")
    np.save(coming, np.frombuffer(b"".join(prints), dtype=np.uint64).reshape(-1, 2, _WORDS))
    coming.rename(_file(shard))


if __name__ == "__main__":
    _make(int(sys.argv[1]))
