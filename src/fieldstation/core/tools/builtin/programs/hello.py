"""Write a greeting."""

import argparse
from pathlib import Path

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--name", required=True)
parser.add_argument("--greeting", required=True)
parser.add_argument("--output", type=Path, required=True)
arguments = parser.parse_args()

text = f"{arguments.greeting}, {arguments.name}!"
arguments.output.write_text(text + "\n", encoding="utf-8")
print(text, flush=True)
