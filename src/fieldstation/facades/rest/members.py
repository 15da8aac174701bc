"""Who is what on a thing, as our REST API reads and writes it."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from fieldstation.core.people.model import Role
from fieldstation.core.people.service import Member


class MemberIn(BaseModel):
    """The role to give."""

    model_config = ConfigDict(extra="forbid")

    role: Role = Field(examples=["reader"])


class ToolMemberIn(MemberIn):
    """The role to give on a tool, whose versions nobody edits."""

    role: Annotated[Role, WithJsonSchema({"type": "string", "enum": ["reader", "owner"]})]


class MemberOut(BaseModel):
    """One who has a role."""

    name: str = Field(description="username, `group:<name>` or `everyone`", examples=["ada"])
    role: Role = Field(examples=["owner"])


class MembersOut(BaseModel):
    """All who have a role."""

    items: list[MemberOut]


def members_out(members: Sequence[Member]) -> MembersOut:
    """Write the members of a thing."""
    return MembersOut(items=[MemberOut(name=member.name, role=member.role) for member in members])
