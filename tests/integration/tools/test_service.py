"""Publishing, resolving, listing: versions that never move, and nobody sees what is not shared with them."""

from dataclasses import replace

import pytest

from fieldstation.core.people.model import Caller, Kind, Permission, Role, Thing
from fieldstation.core.people.service import People
from fieldstation.core.tools.model.published import STATION_NAMESPACE
from fieldstation.core.tools.service import Tools
from fieldstation.db import Database
from fieldstation.kernel.errors import Broken, Conflict, Forbidden, Invalid, NotFound
from fieldstation.kernel.paging import PageRequest, read_cursor
from tests.integration.people.station import counted
from tests.integration.tools.conftest import MakeCaller

BUILTINS = {"checksum", "fail", "filebrowsers.fieldstation.org", "hello", "noop", "sleep", "table-summary"}


def definition(name: str = "count", version: str = "1.0.0", title: str = "Count words") -> str:
    return f"""
kind: Tool
name: {name}
version: {version}
title: {title}
description: Counts the words of a text
image: "station:"
command: [wc, -w, "{{{{ inputs.text }}}}"]
inputs: {{text: {{media_types: [text/plain]}}}}
"""


def test_a_new_tool_is_its_publishers_own(database: Database, tools: Tools, caller: MakeCaller) -> None:
    anna = caller("anna")
    with database.begin() as tx:
        published = tools.publish(tx, anna, definition())
    assert published.made
    assert published.tool.namespace == f"native/{anna.space}"
    assert published.tool.published_by == "anna"
    assert published.tool.text == definition()
    with database.begin() as tx:
        assert tools.resolve(tx, anna, "count").revision == published.tool.definition.revision
        assert tools.resolve(tx, anna, published.tool.tool_id).definition == published.tool.definition


def test_the_same_version_again_changes_nothing(database: Database, tools: Tools, caller: MakeCaller) -> None:
    anna = caller("anna")
    with database.begin() as tx:
        first = tools.publish(tx, anna, definition())
        second = tools.publish(tx, anna, "# a comment does not matter\n" + definition())
    assert second.tool == first.tool
    assert not second.made


def test_the_same_version_with_other_content_is_refused(database: Database, tools: Tools, caller: MakeCaller) -> None:
    anna = caller("anna")
    with database.begin() as tx:
        tools.publish(tx, anna, definition())
    with database.begin() as tx, pytest.raises(Conflict) as refused:
        tools.publish(tx, anna, definition(title="Another"))
    assert refused.value.reason == "version_taken"
    assert "raise `version`" in refused.value.next_step


def test_faults_are_all_named(database: Database, tools: Tools, caller: MakeCaller) -> None:
    with database.begin() as tx, pytest.raises(Invalid) as refused:
        tools.publish(tx, caller("anna"), "kind: Tool\nname: A B\nversion: one\n")
    assert {problem.where for problem in refused.value.problems} >= {"/name", "/version", "/"}


def test_a_bare_name_is_the_newest_release(database: Database, tools: Tools, caller: MakeCaller) -> None:
    anna = caller("anna")
    with database.begin() as tx:
        for version in ("1.9.0", "1.10.0", "2.0.0-rc.1", "1.2.0"):
            tools.publish(tx, anna, definition(version=version, title=f"Title of {version}"))
        assert tools.resolve(tx, anna, "count").version == "1.10.0"
        assert tools.resolve(tx, anna, "count@2.0.0-rc.1").version == "2.0.0-rc.1"
        assert [tool.title for tool in tools.list(tx, anna, PageRequest()).items] == ["Title of 1.10.0"]
        page = tools.versions(tx, anna, "count", PageRequest(limit=3))
        assert [version.version for version in page.items] == ["2.0.0-rc.1", "1.10.0", "1.9.0"]
        assert page.next is not None
        rest = tools.versions(tx, anna, "count", PageRequest(limit=3, after=read_cursor(page.next)))
        assert [version.version for version in rest.items] == ["1.2.0"]


def test_a_pre_release_alone_is_what_a_bare_name_means(database: Database, tools: Tools, caller: MakeCaller) -> None:
    anna = caller("anna")
    with database.begin() as tx:
        tools.publish(tx, anna, definition(version="0.1.0-alpha.2"))
        tools.publish(tx, anna, definition(version="0.1.0-alpha.10"))
        assert tools.resolve(tx, anna, "count").version == "0.1.0-alpha.10"


@pytest.mark.parametrize(
    "reference", ["count", "count@1.0.0", "", "@", "a\0b", "count@\0", "tool-0", "../x", "x" * 500]
)
def test_what_is_not_there_and_what_is_hidden_look_alike(
    database: Database, tools: Tools, caller: MakeCaller, reference: str
) -> None:
    anna, bert = caller("anna"), caller("bert")
    with database.begin() as tx:
        tools.publish(tx, anna, definition())
    texts = set()
    for wanted in (reference, "no-such-tool"):
        with database.begin() as tx, pytest.raises(NotFound) as missing:
            tools.resolve(tx, bert, wanted)
        texts.add(missing.value.text)
    assert len(texts) == 1


def test_a_version_that_is_not_there(database: Database, tools: Tools, caller: MakeCaller) -> None:
    anna = caller("anna")
    with database.begin() as tx:
        tools.publish(tx, anna, definition())
        for reference in ("count@2.0.0", "count@\0", "count@1.0.0 "):
            with pytest.raises(NotFound, match="no version"):
                tools.resolve(tx, anna, reference)


def test_resolving_again_costs_one_statement(database: Database, tools: Tools, caller: MakeCaller) -> None:
    anna = caller("anna")
    with database.begin() as tx:
        tools.publish(tx, anna, definition())
        first = tools.resolve(tx, anna, "count@1.0.0")
        with counted(database) as ran:
            assert tools.resolve(tx, anna, "count") == first
            assert tools.definition(tx, first.revision) == first.definition
    assert len(ran) == 1
    with database.begin() as tx, pytest.raises(Broken):
        tools.definition(tx, "0" * 64)


def test_ones_own_tool_comes_before_the_stations(
    database: Database, tools: Tools, people: People, caller: MakeCaller
) -> None:
    anna, bert, operator = caller("anna"), caller("bert"), caller("olga", operator=True)
    with database.begin() as tx:
        station = tools.publish(tx, operator, definition(title="The station's"), public=True).tool
        own = tools.publish(tx, anna, definition(title="Anna's")).tool
        assert station.namespace == STATION_NAMESPACE
        assert tools.resolve(tx, anna, "count").tool_id == own.tool_id
        assert tools.resolve(tx, bert, "count").tool_id == station.tool_id
        assert tools.resolve(tx, anna, station.tool_id).tool_id == station.tool_id
        people.grant(tx, Thing(kind=Kind.TOOL, id=own.tool_id), bert.principal, Role.READER)
        assert tools.resolve(tx, bert, "count").tool_id == station.tool_id
        assert tools.resolve(tx, bert, f"{own.tool_id}@1.0.0").tool_id == own.tool_id


def test_several_shared_tools_of_one_name_are_told_apart_by_id(
    database: Database, tools: Tools, people: People, caller: MakeCaller
) -> None:
    anna, bert, carl = caller("anna"), caller("bert"), caller("carl")
    with database.begin() as tx:
        for owner in (anna, bert):
            tool = tools.publish(tx, owner, definition(title=owner.username)).tool
            people.grant(tx, Thing(kind=Kind.TOOL, id=tool.tool_id), carl.principal, Role.READER)
        with pytest.raises(Conflict, match="several people"):
            tools.resolve(tx, carl, "count")


def test_only_operators_publish_for_everyone(database: Database, tools: Tools, caller: MakeCaller) -> None:
    with database.begin() as tx, pytest.raises(Forbidden):
        tools.publish(tx, caller("anna"), definition(), public=True)


def narrowed(caller: Caller, *scopes: Permission) -> Caller:
    return replace(caller, scopes=frozenset(scopes))


def test_a_narrowed_token_publishes_and_reads_only_what_it_names(
    database: Database, tools: Tools, caller: MakeCaller
) -> None:
    anna = caller("anna")
    with pytest.raises(Forbidden), database.begin() as tx:
        tools.publish(tx, narrowed(anna, Permission.STATION_USE, Permission.TOOL_USE), definition())
    with database.begin() as tx:
        assert not tools.list(tx, anna, PageRequest()).items
        tools.publish(tx, narrowed(anna, Permission.STATION_USE, Permission.TOOL_PUBLISH), definition())
        assert not tools.list(tx, narrowed(anna, Permission.STATION_USE), PageRequest()).items


def test_builtins_are_installed_once_for_everyone(database: Database, tools: Tools, caller: MakeCaller) -> None:
    anna = caller("anna")
    for _ in range(2):
        with database.begin() as tx:
            tools.install_builtins(tx)
    with database.begin() as tx:
        page = tools.list(tx, anna, PageRequest())
        assert {tool.name for tool in page.items} == BUILTINS
        assert len(page.items) == len(BUILTINS)
        assert tools.show(tx, anna, "hello").published_by is None
        with pytest.raises(Forbidden):
            tools.publish(tx, anna, definition(name="hello"), public=True)


def test_lists_are_newest_first_paged_and_filtered(database: Database, tools: Tools, caller: MakeCaller) -> None:
    anna, bert = caller("anna"), caller("bert")
    names = [f"tool{number}" for number in range(5)]
    with database.begin() as tx:
        for name in names:
            tools.publish(tx, anna, definition(name=name))
        tools.publish(tx, bert, definition(name="hidden"))
        seen: list[str] = []
        request = PageRequest(limit=2)
        while True:
            page = tools.list(tx, anna, request)
            seen += [tool.name for tool in page.items]
            if page.next is None:
                break
            request = PageRequest(limit=2, after=read_cursor(page.next))
        assert seen == names[::-1]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("sum", {"band-sums"}),
        ("band", {"band-sums"}),
        ("BAND-SUMS", {"band-sums"}),
        ("glaciers sum", {"band-sums"}),
        ("words", {"count"}),
        ("nothing", set()),
        ("'); --", set()),
        ("!&|:*\0", set()),
        ("", {"band-sums", "count"}),
    ],
)
def test_search_wants_every_word(
    database: Database, tools: Tools, caller: MakeCaller, search: str, found: set[str]
) -> None:
    anna = caller("anna")
    with database.begin() as tx:
        tools.publish(tx, anna, definition())
        other = definition(name="band-sums", title="Sums over glaciers").replace("words of a text", "bands")
        tools.publish(tx, anna, other)
        assert {tool.name for tool in tools.list(tx, anna, PageRequest(), search).items} == found
