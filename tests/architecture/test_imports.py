"""Rules of the import graph that the linter cannot say; the others are contracts in pyproject.toml."""

from functools import cache

import grimp


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("fieldstation", cache_dir=None)


def _feature(module: str) -> str:
    return module.split(".")[2]


def test_no_feature_opens_the_store_of_another() -> None:
    core = _graph().find_descendants("fieldstation.core")
    stores = {module for module in core if {"store", "tables"} & set(module.split(".")[3:4])}
    opened = [
        f"{importer} imports {store}: ask the service of `{_feature(store)}` instead"
        for store in sorted(stores)
        for importer in sorted(_graph().find_modules_that_directly_import(store))
        if importer.startswith("fieldstation.core.") and _feature(importer) != _feature(store)
    ]
    assert not opened, "\n".join(opened)


def test_nothing_but_features_lies_in_the_core() -> None:
    known = {"service", "store", "tables", "model", "builtin", "schemas"}
    strange = [
        f"{module}: a feature holds service, store, tables and model; put it into one of them"
        for feature in _graph().find_children("fieldstation.core")
        for module in _graph().find_children(feature)
        if module.rpartition(".")[2] not in known
    ]
    assert not strange, "\n".join(strange)


def test_only_wiring_names_engines_and_storages() -> None:
    parts = {
        module
        for folder in ("fieldstation.engines", "fieldstation.storage")
        for module in _graph().find_children(folder)
    }
    named = [
        f"{importer} imports {part}: only fieldstation.wiring chooses concrete parts"
        for part in sorted(parts)
        for importer in sorted(_graph().find_modules_that_directly_import(part))
        if importer.split(".")[1] not in {"wiring", "engines", "storage"}
    ]
    assert not named, "\n".join(named)
