"""Python's lambdas, evaluated in a process of its own."""

from fieldstation.gateways.lambdas.bounded import BoundedLambdas

__all__ = ["BoundedLambdas"]
