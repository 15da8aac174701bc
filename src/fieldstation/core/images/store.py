"""The SQL of images."""

import json
from collections.abc import Sequence

from sqlalchemy import Row, text

from fieldstation.core.images.model import Content, Image, Reference
from fieldstation.db import Tx
from fieldstation.kernel.ids import new_id

_COLUMNS = """i.id, i.reference, i.content, i.digests, i.size, i.about, i.added_at,
       (SELECT u.username FROM station_user u WHERE u.id = i.added_by) AS added_by"""
_REPLACE = text("UPDATE image SET removed_at = station_now() WHERE reference = :reference AND removed_at IS NULL")
_LET_GO = text("""
    UPDATE image SET removed_at = station_now() WHERE id = :id AND removed_at IS NULL RETURNING reference
""")
_KEEP = text("""
    INSERT INTO image (id, reference, repository, content, digests, size, about, added_by)
    VALUES (:id, :reference, :repository, :content, cast(:digests AS text[]), :size, cast(:about AS jsonb), :added_by)
""")
_PAGE = text(f"""
    SELECT {_COLUMNS} FROM image i
     WHERE i.removed_at IS NULL AND i.reference > :after ORDER BY i.reference LIMIT :limit
""")
_FIND = text(f"""
    SELECT {_COLUMNS}, asked.number
      FROM unnest(cast(:references AS text[]), cast(:repositories AS text[]), cast(:digests AS text[]))
           WITH ORDINALITY AS asked (reference, repository, digest, number)
      JOIN LATERAL (
        SELECT * FROM image
         WHERE removed_at IS NULL AND repository = asked.repository
           AND (reference = asked.reference OR digests @> ARRAY[asked.digest])
         ORDER BY reference = asked.reference DESC, id DESC LIMIT 1
      ) i ON true
""")
_OF_CONTENT = text(f"""
    SELECT {_COLUMNS} FROM image i WHERE i.content = :content ORDER BY i.removed_at DESC NULLS FIRST LIMIT 1
""")
_FORGET_UNUSED = text("""
    DELETE FROM image i WHERE i.removed_at < station_now() - :seconds * interval '1 second'
       AND NOT EXISTS (SELECT 1 FROM run WHERE run.image = 'oci:' || i.content AND run.ended_at IS NULL)
""")
_FORGET_LOST = text("""
    UPDATE image SET removed_at = station_now() WHERE removed_at IS NULL AND NOT content = ANY(:here)
""")
_KNOWN = text("SELECT DISTINCT content FROM image WHERE content = ANY(:contents)")


def keep(tx: Tx, reference: Reference, content: Content, user_id: str) -> None:
    """Keep a content under a name, in place of the one that had it."""
    tx.execute(_REPLACE, {"reference": str(reference)})
    about = {
        "layers": content.layers,
        "created": content.created,
        "directory": content.directory,
        "environment": dict(content.environment),
    }
    values = {
        "id": new_id("image"),
        "reference": str(reference),
        "repository": reference.repository,
        "content": content.digest,
        "digests": list(content.digests),
        "size": content.size,
        "about": json.dumps(about),
        "added_by": user_id,
    }
    tx.execute(_KEEP, values)


def let_go(tx: Tx, image_id: str) -> str | None:
    """Take a name off its content and return it; None when no content has it."""
    found: str | None = tx.scalar(_LET_GO, {"id": image_id})
    return found


def page(tx: Tx, after: str, limit: int) -> Sequence[Image]:
    """Read up to `limit` images, by their names."""
    return [_image(row) for row in tx.all(_PAGE, {"after": after, "limit": limit})]


def find(tx: Tx, references: Sequence[Reference]) -> Sequence[Image | None]:
    """Read what these names mean now, in their order: by the whole name, or in its repository by the digest."""
    values = {
        "references": [str(one) for one in references],
        "repositories": [one.repository for one in references],
        "digests": [one.digest or "" for one in references],
    }
    found = {row.number: _image(row) for row in tx.all(_FIND, values)}
    return [found.get(number) for number in range(1, len(references) + 1)]


def of_content(tx: Tx, content: str) -> Image | None:
    """Read an image by its content; it may have lost its name meanwhile."""
    row = tx.one_or_none(_OF_CONTENT, {"content": content})
    return None if row is None else _image(row)


def forget_unused(tx: Tx, seconds: float) -> None:
    """Forget names that were taken off so long ago, unless an open run uses their content."""
    tx.execute(_FORGET_UNUSED, {"seconds": seconds})


def forget_lost(tx: Tx, here: Sequence[str]) -> None:
    """Take the names off all contents but these."""
    tx.execute(_FORGET_LOST, {"here": list(here)})


def known(tx: Tx, contents: Sequence[str]) -> frozenset[str]:
    """Read which of these contents are known."""
    return frozenset(row.content for row in tx.all(_KNOWN, {"contents": list(contents)}))


def _image(row: Row[tuple[object, ...]]) -> Image:
    content = Content(digest=row.content, digests=tuple(row.digests), size=row.size, **row.about)
    return Image(id=row.id, reference=row.reference, content=content, added_by=row.added_by, added_at=row.added_at)
