"""Several at once: one tool, versions that never move, nobody waits for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from fieldstation.core.tools.service import Tools
from fieldstation.db import Database, Tx
from fieldstation.kernel.errors import Conflict
from fieldstation.kernel.paging import PageRequest
from tests.integration.tools.conftest import MakeCaller
from tests.integration.tools.test_service import BUILTINS, definition

AT_ONCE = 6


def at_once(database: Database, work: Callable[[Tx, int], str]) -> list[str]:
    """Run `work` in as many transactions as there are threads, all begun together; return what each gave or met."""
    barrier = Barrier(AT_ONCE)

    def one(number: int) -> str:
        barrier.wait()
        try:
            return database.retrying(lambda tx: work(tx, number))
        except Conflict as error:
            return error.reason

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(one, range(AT_ONCE)))


def test_versions_published_at_once_are_all_there(database: Database, tools: Tools, caller: MakeCaller) -> None:
    anna = caller("anna")
    ids = at_once(database, lambda tx, n: tools.publish(tx, anna, definition(version=f"1.{n}.0")).tool.tool_id)
    assert len(set(ids)) == 1
    with database.begin() as tx:
        assert tools.resolve(tx, anna, "count").version == f"1.{AT_ONCE - 1}.0"
        assert len(tools.versions(tx, anna, "count", PageRequest()).items) == AT_ONCE


def test_of_different_contents_under_one_version_one_stands(
    database: Database, tools: Tools, caller: MakeCaller
) -> None:
    anna = caller("anna")
    met = at_once(database, lambda tx, n: tools.publish(tx, anna, definition(title=f"Title {n}")).tool.definition.title)
    stands = [title for title in met if title.startswith("Title ")]
    assert len(stands) == 1
    assert met.count("version_taken") == AT_ONCE - 1
    with database.begin() as tx:
        assert [tool.title for tool in tools.list(tx, anna, PageRequest()).items] == stands


def test_the_same_published_at_once_is_made_once(database: Database, tools: Tools, caller: MakeCaller) -> None:
    anna = caller("anna")
    made = at_once(database, lambda tx, _: str(tools.publish(tx, anna, definition()).made))
    assert sorted(made) == ["False"] * (AT_ONCE - 1) + ["True"]


def test_several_stations_begin_at_once_on_one_database(database: Database, tools: Tools, caller: MakeCaller) -> None:
    def install(tx: Tx, _number: int) -> str:
        tools.install_builtins(tx)
        return "done"

    assert at_once(database, install) == ["done"] * AT_ONCE
    with database.begin() as tx:
        listed = [tool.name for tool in tools.list(tx, caller("anna"), PageRequest()).items]
    assert sorted(listed) == sorted(BUILTINS)
