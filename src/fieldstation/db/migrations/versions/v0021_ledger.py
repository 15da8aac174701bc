"""The ledger, what was charged, and who was allowed to begin what."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    _ledger()
    _balances()
    _charges()
    _authorities()
    _found_by()


def _ledger() -> None:
    """Make a ledger in which each transfer has both its sides in one row, so that none can be out of balance."""
    op.execute("""
        CREATE TABLE ledger_account (
            id bigint GENERATED ALWAYS AS IDENTITY,
            product text COLLATE "C" NOT NULL,
            kind text COLLATE "C" NOT NULL,
            balance numeric(24,6) NOT NULL DEFAULT 0,
            CONSTRAINT pk_ledger_account PRIMARY KEY (id),
            CONSTRAINT uq_ledger_account_product_kind UNIQUE (product, kind),
            CONSTRAINT fk_ledger_account_product FOREIGN KEY (product) REFERENCES product (id),
            CONSTRAINT ck_ledger_account_kind CHECK (kind IN ('processing', 'storage', 'held', 'pledged', 'income'))
        )
    """)
    op.execute("""
        CREATE TABLE ledger_transfer (
            id bigint GENERATED ALWAYS AS IDENTITY,
            reference text COLLATE "C" NOT NULL,
            debit bigint NOT NULL,
            credit bigint NOT NULL,
            amount numeric(24,6) NOT NULL,
            day date NOT NULL,
            posted_at timestamptz NOT NULL DEFAULT station_now(),
            CONSTRAINT pk_ledger_transfer PRIMARY KEY (id),
            CONSTRAINT uq_ledger_transfer_reference UNIQUE (reference),
            CONSTRAINT fk_ledger_transfer_debit FOREIGN KEY (debit) REFERENCES ledger_account (id),
            CONSTRAINT fk_ledger_transfer_credit FOREIGN KEY (credit) REFERENCES ledger_account (id),
            CONSTRAINT ck_ledger_transfer_sides CHECK (debit <> credit),
            CONSTRAINT ck_ledger_transfer_amount CHECK (amount > 0 AND amount <> 'NaN')
        )
    """)
    op.execute("CREATE INDEX ix_ledger_transfer_debit ON ledger_transfer (debit, day)")
    op.execute("CREATE INDEX ix_ledger_transfer_credit ON ledger_transfer (credit, day)")
    op.execute("""
        CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'transfers of the ledger are never changed or removed';
        END $$
    """)
    op.execute("""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfer
            FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()
    """)


def _balances() -> None:
    """Have the database itself keep each account's balance, and what was posted to it on each day.

    Accounts are locked in their order, as a change of no key: those who insert already share their keys.
    """
    op.execute("""
        CREATE TABLE ledger_day (
            account bigint NOT NULL,
            day date NOT NULL,
            amount numeric(24,6) NOT NULL,
            CONSTRAINT pk_ledger_day PRIMARY KEY (account, day),
            CONSTRAINT fk_ledger_day_account FOREIGN KEY (account) REFERENCES ledger_account (id)
        )
    """)
    op.execute("""
        CREATE FUNCTION ledger_keeps_balances() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM id FROM ledger_account
              WHERE id IN (SELECT debit FROM posted UNION SELECT credit FROM posted)
              ORDER BY id FOR NO KEY UPDATE;
            INSERT INTO ledger_day AS kept (account, day, amount)
            SELECT side.account, side.day, sum(side.amount)
              FROM (SELECT debit AS account, day, amount FROM posted
                    UNION ALL SELECT credit, day, -amount FROM posted) side
             GROUP BY side.account, side.day ORDER BY side.account, side.day
            ON CONFLICT (account, day) DO UPDATE SET amount = kept.amount + excluded.amount;
            UPDATE ledger_account SET balance = balance + moved.amount
              FROM (SELECT side.account, sum(side.amount) AS amount
                      FROM (SELECT debit AS account, amount FROM posted
                            UNION ALL SELECT credit, -amount FROM posted) side
                     GROUP BY side.account) moved
             WHERE ledger_account.id = moved.account;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER keeps_balances AFTER INSERT ON ledger_transfer REFERENCING NEW TABLE AS posted
            FOR EACH STATEMENT EXECUTE FUNCTION ledger_keeps_balances()
    """)


def _charges() -> None:
    op.execute("""
        CREATE TABLE charge (
            id bigint GENERATED ALWAYS AS IDENTITY,
            kind text COLLATE "C" NOT NULL,
            product text COLLATE "C" NOT NULL,
            unit text COLLATE "C" NOT NULL,
            organisation text COLLATE "C" NOT NULL,
            day date NOT NULL DEFAULT '9999-12-31',
            coins numeric(24,6) NOT NULL DEFAULT 0,
            opened_at timestamptz NOT NULL DEFAULT station_now(),
            changed_at timestamptz NOT NULL DEFAULT station_now(),
            closed_at timestamptz,
            instance text COLLATE "C",
            name text,
            username text,
            sqn integer NOT NULL DEFAULT 0,
            cost numeric NOT NULL DEFAULT 0,
            rate numeric,
            hold numeric(24,6) NOT NULL DEFAULT 0,
            refunded boolean NOT NULL DEFAULT false,
            detail jsonb,
            current_bytes bigint,
            peak_bytes bigint,
            unit_bytes bigint,
            unit_cost numeric(24,6),
            CONSTRAINT pk_charge PRIMARY KEY (id),
            CONSTRAINT fk_charge_product FOREIGN KEY (product) REFERENCES product (id),
            CONSTRAINT ck_charge_coins CHECK (coins >= 0 AND hold >= 0),
            CONSTRAINT ck_charge_kind CHECK (
                kind = 'processing' AND instance IS NOT NULL AND username IS NOT NULL
                OR kind = 'storage' AND current_bytes >= 0 AND peak_bytes >= current_bytes AND unit_bytes > 0
                   AND unit_cost >= 0)
        )
    """)
    op.execute("CREATE UNIQUE INDEX uq_charge_instance ON charge (instance) WHERE kind = 'processing'")
    op.execute("CREATE UNIQUE INDEX uq_charge_product_day ON charge (product, day) WHERE kind = 'storage'")
    op.execute("CREATE INDEX ix_charge_product ON charge (product, day, id)")
    op.execute("CREATE INDEX ix_charge_unit ON charge (unit, day, id)")
    op.execute("CREATE INDEX ix_charge_day ON charge (day, id)")
    op.execute("CREATE INDEX ix_charge_open ON charge (product) WHERE closed_at IS NULL")
    op.execute("CREATE INDEX ix_charge_due ON charge (day) WHERE closed_at IS NULL AND kind = 'storage'")


def _authorities() -> None:
    """Make what says who was allowed to begin what; its code is the number that the doors tell."""
    op.execute("""
        CREATE TABLE authority (
            code integer GENERATED ALWAYS AS IDENTITY,
            product text COLLATE "C" NOT NULL,
            purpose text COLLATE "C" NOT NULL,
            thing text COLLATE "C" NOT NULL,
            user_id text COLLATE "C" NOT NULL,
            granted_at timestamptz NOT NULL DEFAULT station_now(),
            CONSTRAINT pk_authority PRIMARY KEY (code),
            CONSTRAINT uq_authority_thing_purpose UNIQUE (thing, purpose),
            CONSTRAINT fk_authority_product FOREIGN KEY (product) REFERENCES product (id),
            CONSTRAINT fk_authority_user_id FOREIGN KEY (user_id) REFERENCES station_user (id),
            CONSTRAINT ck_authority_purpose CHECK (purpose IN ('instance', 'dataset', 'file'))
        )
    """)


def _found_by() -> None:
    """Make what sizes and past costs are found by."""
    op.execute("CREATE INDEX ix_project_product ON project (product) WHERE removed_at IS NULL AND product IS NOT NULL")
    op.execute("CREATE INDEX ix_dataset_unit ON dataset (unit) WHERE unit IS NOT NULL")
    op.execute("CREATE INDEX ix_arrival_unit ON arrival (unit) WHERE unit IS NOT NULL")
    op.execute("""
        CREATE INDEX ix_instance_costs ON instance (job, id)
            WHERE followed = 'succeeded' AND cost IS NOT NULL AND ended_at IS NOT NULL
    """)
