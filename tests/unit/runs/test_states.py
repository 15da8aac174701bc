"""The machine of a run: what leads where."""

from fieldstation.core.runs.model.states import ACTIVE, FINAL, MOVES, WAITING, State


def _reachable(start: State) -> set[State]:
    reached, frontier = {start}, {start}
    while frontier:
        frontier = {after for state in frontier for after in MOVES[state]} - reached
        reached |= frontier
    return reached


def test_every_state_is_reached_from_the_queue() -> None:
    assert _reachable(State.QUEUED) == set(State)


def test_every_state_is_of_one_sort() -> None:
    assert sorted([*FINAL, *WAITING, *ACTIVE]) == sorted(State)
    assert {state for state in State if state.final} == FINAL


def test_final_is_final_and_nothing_else_is() -> None:
    assert {state for state in State if not MOVES[state]} == FINAL
    assert MOVES.keys() == set(State)


def test_from_everywhere_there_is_a_way_to_each_end() -> None:
    for state in State:
        assert state.final or _reachable(state) >= FINAL


def test_nothing_runs_that_was_not_claimed_and_nothing_ends_uncollected_once_it_ran() -> None:
    assert {state for state in State if State.RUNNING in MOVES[state]} == {State.STAGING}
    assert {state for state in State if State.STAGING in MOVES[state]} == {State.QUEUED}
    assert MOVES[State.RUNNING] == {State.COLLECTING}
    assert {state for state in State if State.SUCCEEDED in MOVES[state]} == {State.COLLECTING}
