"""The ruler itself measures right."""

import ast

from scripts.budgets import Measure, Sizes, breaches, functions_of

_TEXT = '''
class House:
    def room(self, width, *, height=2, **more):
        """Guarantee."""

        def inner():
            return 1

        return inner
'''


def test_functions_are_measured_from_def_to_last_line_without_self() -> None:
    found = {measured.name: measured for measured in functions_of("a.py", ast.parse(_TEXT))}
    assert found["a.py::House.room"].lines == 7
    assert found["a.py::House.room"].parameters == 3
    assert found["a.py::House.room.inner"].lines == 2


def test_every_budget_has_a_breach_that_names_it() -> None:
    sizes = Sizes(
        functions=[
            Measure(name="a.py::long", line=1, lines=81),
            Measure(name="a.py::wide", line=2, lines=1, parameters=7),
        ],
        modules=[Measure(name="a.py", line=1, lines=501)],
    )
    found = "\n".join(breaches(sizes, {"b.py": "gone"}))
    for text in ("81 lines", "501 lines", "7 parameters", "median", "within 40", "within 350", "b.py"):
        assert text in found


def test_an_exemption_lifts_the_hard_limit() -> None:
    sizes = Sizes(
        functions=[Measure(name="a.py::f", line=1, lines=1)], modules=[Measure(name="a.py", line=1, lines=501)]
    )
    assert not any("at most 500" in breach for breach in breaches(sizes, {"a.py": "a table"}))
