"""Remarks on a sound job: what its author most likely did not mean."""

from collections.abc import Iterator

from fieldstation.core.tools.model.document import Node, at_path
from fieldstation.core.tools.model.squonk.job import Job, OptionVariable
from fieldstation.core.tools.model.validation import BadPattern, compile_pattern
from fieldstation.kernel.errors import Problem


def remarks(job: Job, node: Node) -> Iterator[Problem]:
    """Name what a run of the job will stumble over, each with its place."""
    declared = {*job.inputs, *job.options, *job.outputs}
    for block in ("inputs", "options"):
        for place, name in enumerate(job.blocks.get(block, {}).get("required", ())):
            if name not in declared:
                where = at_path(node, iter(("variables", block, "required", place)))
                yield where.problem(f"{name[:80]!r} is required, but no variable is called so")
    for name, option in job.options.items():
        where = at_path(node, iter(("variables", "options", "properties", name)))
        yield from (where.problem(text) for text in _of_option(option))


def _of_option(option: OptionVariable) -> Iterator[str]:
    if option.pattern is not None:
        try:
            compile_pattern(option.pattern)
        except BadPattern as error:
            yield f"its pattern is of a kind that takes unbounded time ({error}): values are not compared with it"
    if option.default is not None and option.choices and option.default not in option.choices:
        yield "its default is none of the values that it allows"
