"""Rows of the catalogue kept in step with data sets, their versions and who may read them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from fieldstation.core.catalogue.model.product import Product
from fieldstation.core.catalogue.store.columns import box_text
from fieldstation.db import Tx

_WORDS = """to_tsvector('simple', concat_ws(' ', {d}.name, {d}.title, {d}.description, {d}.labels::text))
            || jsonb_to_tsvector('simple', {metadata}, '["string", "numeric"]')"""
_ADD = """
    INSERT INTO catalogue (key, version_id, dataset_id, number, name, latest, hidden, readers, origin, run_id, size,
                           file_count, published, labels, metadata, words, type, level, release, extent, edges, boxed,
                           footprint, starts, ends, span, remarks)
    SELECT v.key, v.id, d.id, v.number, d.name, v.number = d.latest, false, {readers},
           CASE WHEN v.run_id IS NOT NULL THEN 'run' WHEN v.in_place THEN 'place' ELSE 'upload' END,
           v.run_id, v.size, v.file_count, v.created, d.labels, v.metadata, {words},
           n.type, n.level, n.release, n.extent::box, n.edges::float8[], n.boxed, n.footprint::jsonb,
           n.starts, n.ends,
           CASE WHEN n.timed THEN tstzrange(n.starts, n.ends, '[]') END,
           ARRAY(SELECT jsonb_array_elements_text(n.remarks::jsonb))
      FROM jsonb_to_recordset(cast(:news AS jsonb))
        AS n (version text, type text, level text, release text, extent text, edges text, boxed boolean,
              footprint text, starts timestamptz, ends timestamptz, timed boolean, remarks text)
      JOIN version v ON v.id = n.version
      JOIN dataset d ON d.id = v.dataset_id
"""
_OLDER = text("""
    UPDATE catalogue c SET latest = false
      FROM dataset d
     WHERE d.id = ANY(:datasets) AND c.dataset_id = d.id AND c.latest AND c.number < d.latest
""")
_SETTLE = """
    UPDATE catalogue c
       SET name = d.name, labels = d.labels, hidden = d.trashed IS NOT NULL, words = {words},
           latest = c.number = (SELECT max(v.number) FROM version v WHERE v.dataset_id = d.id AND v.removed IS NULL)
      FROM dataset d
     WHERE d.id = ANY(:datasets) AND c.dataset_id = d.id
"""
_DROP = text("""
    DELETE FROM catalogue c
     USING version v JOIN dataset d ON d.id = v.dataset_id
     WHERE c.dataset_id = ANY(:datasets) AND v.key = c.key AND (v.removed IS NOT NULL OR d.purged IS NOT NULL)
""")
_READERS = "UPDATE catalogue c SET readers = {readers} WHERE c.dataset_id = :dataset"
_DESCRIBE = text("""
    UPDATE catalogue c
       SET type = :type, level = :level, release = :release, footprint = cast(:footprint AS jsonb),
           extent = cast(:extent AS box), edges = cast(:edges AS float8[]), boxed = :boxed,
           starts = :starts, ends = :ends,
           span = CASE WHEN :timed THEN tstzrange(cast(:starts AS timestamptz), cast(:ends AS timestamptz), '[]') END,
           remarks = cast(:remarks AS text[])
     WHERE c.version_id = :version
    RETURNING c.key
""")


@dataclass(frozen=True, kw_only=True)
class New:
    """A version that was published, with what it is said to be."""

    version_id: str
    product: Product


class Keeper:
    """The statements; `readers` writes the array of those who may read the data set in a column."""

    def __init__(self, readers: Callable[[str], str]) -> None:
        self._add = text(_ADD.format(readers=readers("d.id"), words=_WORDS.format(d="d", metadata="v.metadata")))
        self._settle = text(_SETTLE.format(words=_WORDS.format(d="d", metadata="c.metadata")))
        self._readers = text(_READERS.format(readers=readers("c.dataset_id")))

    def add(self, tx: Tx, news: Sequence[New], datasets: Sequence[str]) -> None:
        """Write rows of versions that were just published to these data sets."""
        tx.execute(_OLDER, {"datasets": list(datasets)})
        rows = [{"version": new.version_id, **_values(new.product)} for new in news]
        tx.execute(self._add, {"news": json.dumps(rows, default=str)})

    def settle(self, tx: Tx, datasets: Sequence[str]) -> None:
        """Write anew what rows have of these data sets, and drop those of versions that are no more."""
        tx.execute(_DROP, {"datasets": list(datasets)})
        tx.execute(self._settle, {"datasets": list(datasets)})

    def read_by(self, tx: Tx, dataset: str) -> None:
        """Write anew who may read a data set."""
        tx.execute(self._readers, {"dataset": dataset})

    def describe(self, tx: Tx, version_id: str, product: Product) -> bool:
        """Write what a version is said to be; False when it is not in the catalogue."""
        values = {**_values(product), "version": version_id, "remarks": list(product.remarks)}
        return bool(tx.all(_DESCRIBE, values))


def _values(product: Product) -> dict[str, Any]:
    footprint, time = product.footprint, product.time
    return {
        "type": product.type,
        "level": product.level,
        "release": product.release,
        "footprint": None if footprint is None else json.dumps(footprint.geojson),
        "extent": None if footprint is None else box_text(footprint.box),
        "edges": None if footprint is None else _array(footprint.layout.edges),
        "boxed": footprint is not None and footprint.is_box,
        "starts": None if time is None else time.start,
        "ends": None if time is None else time.end,
        "timed": time is not None,
        "remarks": json.dumps(list(product.remarks)),
    }


def _array(numbers: Sequence[float]) -> str:
    return "{" + ",".join(map(repr, numbers)) + "}"
