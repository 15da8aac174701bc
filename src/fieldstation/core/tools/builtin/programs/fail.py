"""Say something on stderr and end with the exit code asked for."""

import argparse
import sys

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--exit-code", type=int, required=True)
parser.add_argument("--message", required=True)
arguments = parser.parse_args()

print(arguments.message, file=sys.stderr, flush=True)
sys.exit(arguments.exit_code)
