"""The one rule of access, against its own words."""

from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.people.model import (
    GRANTS,
    SEES,
    Caller,
    Kind,
    Permission,
    Role,
    Standing,
    Verdict,
    judge,
    kind_of,
    roles_granting,
)

ON_THINGS = [permission for permission in Permission if kind_of(permission) is not Kind.STATION]


def caller(*, operator: bool = False, scopes: frozenset[Permission] | None = None) -> Caller:
    return Caller(
        user_id="user-1", username="ada", principal=2, principals=(1, 2), operator=operator, space="p", scopes=scopes
    )


scopes = st.none() | st.frozensets(st.sampled_from(Permission))
callers = st.builds(lambda operator, scopes: caller(operator=operator, scopes=scopes), st.booleans(), scopes)
standings = st.frozensets(st.sampled_from(Role)).map(lambda roles: Standing(known=True, roles=roles)) | st.just(
    Standing(known=False, roles=frozenset())
)


@given(who=callers, permission=st.sampled_from(ON_THINGS), standing=standings)
def test_allowed_means_in_scope_and_granted_by_a_role_or_an_operator(
    who: Caller, permission: Permission, standing: Standing
) -> None:
    granted = {right for role in standing.roles for right in GRANTS.get((kind_of(permission), role), ())}
    in_scope = who.scopes is None or permission in who.scopes
    expected = in_scope and standing.known and (who.operator or permission in granted)
    assert (judge(who, permission, standing) is Verdict.ALLOWED) == expected


@given(who=callers, permission=st.sampled_from(ON_THINGS), one=standings, other=standings)
def test_a_missing_scope_is_told_without_looking_at_the_thing(
    who: Caller, permission: Permission, one: Standing, other: Standing
) -> None:
    verdicts = {judge(who, permission, one), judge(who, permission, other)}
    if Verdict.SCOPE_MISSING in verdicts:
        assert verdicts == {Verdict.SCOPE_MISSING}


@given(who=callers, permission=st.sampled_from(ON_THINGS), standing=standings)
def test_only_who_may_see_the_thing_learns_that_it_exists(
    who: Caller, permission: Permission, standing: Standing
) -> None:
    if judge(who, permission, standing) is Verdict.ROLE_MISSING:
        assert judge(who, SEES[kind_of(permission)], standing) is Verdict.ALLOWED


def test_every_role_on_a_thing_lets_it_be_seen() -> None:
    for kind, see in SEES.items():
        assert roles_granting(see) == {role for of, role in GRANTS if of is kind}


def test_every_permission_names_its_kind() -> None:
    for permission in Permission:
        assert kind_of(permission) in Kind
        assert permission.value == permission.name.lower().replace("_", ":", 1)
