"""Deeds that are audited. A deed is written `<thing>.<past participle>`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fieldstation.kernel.canonical import Json

STATION = "station"  # the actor of what nobody asked for
NOBODY = "nobody"  # the actor of what a stranger tried


class Deed(StrEnum):
    """Everything that leaves an audit row."""

    USER_CREATED = "user.created"
    USER_CHANGED = "user.changed"
    USER_SUSPENDED = "user.suspended"
    USER_REMOVED = "user.removed"  # nothing of theirs is left that others use; their name stays taken
    USER_RESTORED = "user.restored"
    ADMIN_TAKEN = "admin.taken"  # by an operator, where they are like everybody else before
    ADMIN_ENDED = "admin.ended"
    IMPERSONATION_TAKEN = "impersonation.taken"  # up by an operator
    IMPERSONATION_ENDED = "impersonation.ended"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105
    SIGN_IN_ACCEPTED = "sign_in.accepted"
    SIGN_IN_REFUSED = "sign_in.refused"
    SESSION_ENDED = "session.ended"
    SESSION_REVOKED = "session.revoked"  # a refresh token was used twice
    TOKEN_CREATED = "token.created"  # noqa: S105
    TOKEN_REVOKED = "token.revoked"  # noqa: S105
    KEY_ROTATED = "key.rotated"
    ACCESS_GRANTED = "access.granted"
    ACCESS_REVOKED = "access.revoked"
    GROUP_CREATED = "group.created"
    GROUP_JOINED = "group.joined"
    GROUP_LEFT = "group.left"
    PROJECT_CREATED = "project.created"
    PROJECT_CHANGED = "project.changed"
    PROJECT_REMOVED = "project.removed"
    DATASET_TRASHED = "dataset.trashed"
    DATASET_VERSION_REMOVED = "dataset.version_removed"  # one version, for good
    DATASET_RESTORED = "dataset.restored"
    DATASET_PURGED = "dataset.purged"
    DATASET_REGISTERED = "dataset.registered"  # files in place became part of one
    TOOL_PUBLISHED = "tool.published"
    TOOL_WITHDRAWN = "tool.withdrawn"  # a version, with the manifest that it came from
    TOOL_RATED = "tool.rated"  # what its cost comes to in coins
    IMAGE_ADDED = "image.added"
    IMAGE_REMOVED = "image.removed"
    MANIFEST_ADDED = "manifest.added"
    MANIFEST_REMOVED = "manifest.removed"
    SECRET_KEPT = "secret.kept"  # noqa: S105
    SECRET_REMOVED = "secret.removed"  # noqa: S105
    WORKFLOW_CREATED = "workflow.created"
    WORKFLOW_CHANGED = "workflow.changed"
    WORKFLOW_VERSIONED = "workflow.versioned"  # a draft was kept as a version that nothing changes
    WORKFLOW_REMOVED = "workflow.removed"
    WORKFLOW_RUN = "workflow.run"
    WORKFLOW_STOPPED = "workflow.stopped"
    ORGANISATION_CREATED = "organisation.created"
    ORGANISATION_CHANGED = "organisation.changed"
    ORGANISATION_REMOVED = "organisation.removed"
    ORGANISATION_JOINED = "organisation.joined"
    ORGANISATION_LEFT = "organisation.left"
    UNIT_CREATED = "unit.created"
    UNIT_CHANGED = "unit.changed"
    UNIT_REMOVED = "unit.removed"
    UNIT_JOINED = "unit.joined"
    UNIT_LEFT = "unit.left"
    PRODUCT_CREATED = "product.created"
    PRODUCT_CHANGED = "product.changed"
    PRODUCT_REMOVED = "product.removed"
    PRODUCT_CLAIMED = "product.claimed"  # by a project
    PRODUCT_RELEASED = "product.released"
    ASSET_CREATED = "asset.created"
    ASSET_CHANGED = "asset.changed"
    ASSET_REMOVED = "asset.removed"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One deed. `actor` is a user id, `station` or `nobody`; `thing` what it was done to; `body` holds no secrets."""

    actor: str
    deed: Deed
    thing: str | None = None
    body: Mapping[str, Json] = field(default_factory=dict)
