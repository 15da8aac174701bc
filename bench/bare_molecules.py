"""The bound of reading molecules: RDKit in a loop over the same file, with nothing kept but the two fingerprints.

`bare_molecules.py FILE COUNT` reads the first COUNT lines and says how many seconds that took.
"""

import sys
import time
from itertools import islice
from pathlib import Path

from rdkit import Chem, DataStructs, RDLogger
from rdkit.Chem import rdFingerprintGenerator


def main(file: str, count: str) -> None:
    RDLogger.DisableLog("rdApp.*")  # type: ignore[attr-defined]
    morgan = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    prints: list[bytes] = []
    began = time.perf_counter()
    with Path(file).open() as lines:
        for line in islice(lines, int(count)):
            molecule = Chem.MolFromSmiles(line.split()[0])
            Chem.MolToSmiles(molecule)
            Chem.MolToInchiKey(molecule)  # type: ignore[no-untyped-call]
            for one in (morgan.GetFingerprint(molecule), Chem.PatternFingerprint(molecule, fpSize=2048)):
                prints.append(bytes.fromhex(DataStructs.BitVectToFPSText(one)))
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main(*sys.argv[1:])
