"""Organisations, units, products and assets."""

from alembic import op

revision = "0008"
down_revision = "0007"

_ONES = "11111111-1111-1111-1111-111111111111"


def upgrade() -> None:
    _organisations()
    _units()
    _products()
    _assets()
    _built_in()


def _organisations() -> None:
    op.execute("""
        CREATE TABLE organisation (
            id text COLLATE "C" NOT NULL,
            principal integer NOT NULL,
            name text NOT NULL,
            owner text COLLATE "C",
            builtin boolean NOT NULL DEFAULT false,
            default_product_privacy text COLLATE "C" NOT NULL,
            created_at timestamptz NOT NULL DEFAULT station_now(),
            removed_at timestamptz,
            CONSTRAINT pk_organisation PRIMARY KEY (id),
            CONSTRAINT uq_organisation_principal UNIQUE (principal),
            CONSTRAINT fk_organisation_principal FOREIGN KEY (principal) REFERENCES principal (id),
            CONSTRAINT fk_organisation_owner FOREIGN KEY (owner) REFERENCES station_user (id),
            CONSTRAINT ck_organisation_privacy CHECK (default_product_privacy IN
                ('always_private', 'always_public', 'default_private', 'default_public'))
        )
    """)
    op.execute("CREATE UNIQUE INDEX uq_organisation_builtin ON organisation (builtin) WHERE builtin")
    op.execute("CREATE INDEX ix_organisation_name ON organisation (name)")


def _units() -> None:
    op.execute("""
        CREATE TABLE unit (
            id text COLLATE "C" NOT NULL,
            principal integer NOT NULL,
            organisation text COLLATE "C" NOT NULL,
            name text NOT NULL,
            owner text COLLATE "C",
            personal boolean NOT NULL,
            billing_day integer NOT NULL,
            default_product_privacy text COLLATE "C" NOT NULL,
            created_at timestamptz NOT NULL DEFAULT station_now(),
            removed_at timestamptz,
            CONSTRAINT pk_unit PRIMARY KEY (id),
            CONSTRAINT uq_unit_principal UNIQUE (principal),
            CONSTRAINT fk_unit_principal FOREIGN KEY (principal) REFERENCES principal (id),
            CONSTRAINT fk_unit_organisation FOREIGN KEY (organisation) REFERENCES organisation (id),
            CONSTRAINT fk_unit_owner FOREIGN KEY (owner) REFERENCES station_user (id),
            CONSTRAINT ck_unit_billing_day CHECK (billing_day BETWEEN 1 AND 28),
            CONSTRAINT ck_unit_privacy CHECK (default_product_privacy IN
                ('always_private', 'always_public', 'default_private', 'default_public'))
        )
    """)
    op.execute("CREATE UNIQUE INDEX uq_unit_organisation_name ON unit (organisation, name) WHERE removed_at IS NULL")
    op.execute("CREATE UNIQUE INDEX uq_unit_personal ON unit (owner) WHERE personal AND removed_at IS NULL")
    op.execute("CREATE INDEX ix_unit_organisation_id ON unit (organisation, id)")
    op.execute("CREATE INDEX ix_unit_name ON unit (name)")


def _products() -> None:
    op.execute("""
        CREATE TABLE product (
            id text COLLATE "C" NOT NULL,
            unit text COLLATE "C" NOT NULL,
            organisation text COLLATE "C" NOT NULL,
            type text COLLATE "C" NOT NULL,
            flavour text COLLATE "C",
            name text NOT NULL,
            creator text COLLATE "C",
            allowance numeric(24,6) NOT NULL,
            coin_limit numeric(24,6) NOT NULL,
            project text COLLATE "C",
            project_name text,
            created_at timestamptz NOT NULL DEFAULT station_now(),
            removed_at timestamptz,
            CONSTRAINT pk_product PRIMARY KEY (id),
            CONSTRAINT fk_product_unit FOREIGN KEY (unit) REFERENCES unit (id),
            CONSTRAINT fk_product_organisation FOREIGN KEY (organisation) REFERENCES organisation (id),
            CONSTRAINT fk_product_creator FOREIGN KEY (creator) REFERENCES station_user (id),
            CONSTRAINT uq_product_project UNIQUE (project),
            CONSTRAINT ck_product_type CHECK (type IN ('project_tier', 'storage')),
            CONSTRAINT ck_product_flavour CHECK ((type = 'project_tier') = (flavour IS NOT NULL)),
            CONSTRAINT ck_product_coins CHECK (allowance >= 0 AND coin_limit >= allowance),
            CONSTRAINT ck_product_claim CHECK (project IS NULL OR type = 'project_tier' AND removed_at IS NULL)
        )
    """)
    op.execute("CREATE INDEX ix_product_unit_id ON product (unit, id)")
    op.execute("CREATE INDEX ix_product_organisation_id ON product (organisation, id)")


def _assets() -> None:
    op.execute("""
        CREATE TABLE asset (
            id text COLLATE "C" NOT NULL,
            name text COLLATE "C" NOT NULL,
            scope text COLLATE "C" NOT NULL,
            scope_id text COLLATE "C" NOT NULL,
            creator text COLLATE "C" NOT NULL,
            description text,
            secret boolean NOT NULL,
            enabled boolean NOT NULL,
            attached boolean NOT NULL,
            sealed bytea NOT NULL,
            created_at timestamptz NOT NULL DEFAULT station_now(),
            content_changed_at timestamptz,
            CONSTRAINT pk_asset PRIMARY KEY (id),
            CONSTRAINT uq_asset_scope_scope_id_name UNIQUE (scope, scope_id, name),
            CONSTRAINT fk_asset_creator FOREIGN KEY (creator) REFERENCES station_user (id),
            CONSTRAINT ck_asset_scope CHECK (scope IN ('user', 'product', 'unit', 'organisation', 'global'))
        )
    """)
    op.execute("CREATE INDEX ix_asset_scope_scope_id_id ON asset (scope, scope_id, id)")


def _built_in() -> None:
    """Make the organisation of personal units, which everybody sees, and the things that only tests of programs use.

    Its id sorts before those of all others: it is the oldest.
    """
    op.execute("""
        WITH own AS (INSERT INTO principal (kind) VALUES ('organisation') RETURNING id),
        made AS (INSERT INTO organisation (id, principal, name, builtin, default_product_privacy)
                 SELECT 'org-00000000' || substr(gen_random_uuid()::text, 9), id, 'Default', true, 'default_public'
                   FROM own RETURNING id)
        INSERT INTO access (kind, thing, principal, role) SELECT 'organisation', id, 1, 'reader' FROM made
    """)
    op.execute(f"""
        WITH own AS (INSERT INTO principal (kind) VALUES ('organisation') RETURNING id),
        made AS (INSERT INTO organisation (id, principal, name, default_product_privacy)
                 SELECT 'org-{_ONES}', id, 'Reserved for tests', 'default_public' FROM own RETURNING id, principal)
        INSERT INTO access (kind, thing, principal, role) SELECT 'organisation', id, principal, 'editor' FROM made
    """)
    op.execute(f"""
        WITH own AS (INSERT INTO principal (kind) VALUES ('unit') RETURNING id),
        made AS (INSERT INTO unit (id, principal, organisation, name, personal, billing_day, default_product_privacy)
                 SELECT 'unit-{_ONES}', id, 'org-{_ONES}', 'Reserved for tests', false, 1, 'default_public' FROM own
                 RETURNING id, principal)
        INSERT INTO access (kind, thing, principal, role) SELECT 'unit', id, principal, 'editor' FROM made
    """)
    op.execute(f"""
        INSERT INTO product (id, unit, organisation, type, flavour, name, allowance, coin_limit)
        VALUES ('product-{_ONES}', 'unit-{_ONES}', 'org-{_ONES}', 'project_tier', 'gold', 'Reserved for tests',
                1000000, 1000000)
    """)
