"""`python -m fieldstation`."""

from fieldstation.cli.main import run as main

__all__ = ["main"]

if __name__ == "__main__":
    main()
