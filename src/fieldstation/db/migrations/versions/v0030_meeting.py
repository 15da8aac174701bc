"""Whether two footprints share a point, decided exactly; PostgreSQL's own shapes are compared with a tolerance.

Edges are four numbers each, x and y of both ends, one after the other; a point is an edge without length. An area is
what an odd number of edges lies east of, so that a line, which goes there and back, has none.
"""

from alembic import op

revision = "0030"
down_revision = "0029"

# An edge is always looked at from its lower end, so that one that is there twice counts for nothing to the last bit.
_EDGES_COVER = """
    CREATE FUNCTION catalogue_edges_cover(edges float8[], x float8, y float8) RETURNS boolean
        LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    DECLARE
        inside boolean := false;
        low int;
        high int;
    BEGIN
        FOR i IN 1 .. array_length(edges, 1) - 3 BY 4 LOOP
            low := i;
            high := i + 2;
            IF edges[i + 1] > edges[i + 3] THEN
                low := i + 2;
                high := i;
            END IF;
            CONTINUE WHEN edges[low + 1] > y OR edges[high + 1] <= y;
            IF (edges[high] - edges[low]) * (y - edges[low + 1])
               > (edges[high + 1] - edges[low + 1]) * (x - edges[low]) THEN
                inside := NOT inside;
            END IF;
        END LOOP;
        RETURN inside;
    END $$
"""
# Of many edges only those of `b` in the box around `a` are compared. Edges meet where neither has both ends of the
# other strictly on one side. Where none meet, each ring lies inside or outside as a whole, and its first one tells.
_EDGES_MEET = """
    CREATE FUNCTION catalogue_edges_meet(a float8[], b float8[]) RETURNS boolean
        LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
    DECLARE
        n int := array_length(a, 1) - 3;
        m int := array_length(b, 1) - 3;
        west float8 := a[1];
        east float8 := a[1];
        south float8 := a[2];
        north float8 := a[2];
        near float8[] := '{}';
        x float8; y float8; u float8; v float8;
        p float8; q float8; r float8; s float8;
        one float8; other float8;
    BEGIN
        IF n * m < 2000 THEN
            near := b;
        ELSE
            FOR i IN 1 .. n BY 4 LOOP
                west := least(west, a[i]);
                east := greatest(east, a[i]);
                south := least(south, a[i + 1]);
                north := greatest(north, a[i + 1]);
            END LOOP;
            FOR j IN 1 .. m BY 4 LOOP
                CONTINUE WHEN b[j] < west AND b[j + 2] < west OR b[j] > east AND b[j + 2] > east
                    OR b[j + 1] < south AND b[j + 3] < south OR b[j + 1] > north AND b[j + 3] > north;
                near := near || b[j : j + 3];
            END LOOP;
        END IF;
        FOR i IN 1 .. n BY 4 LOOP
            EXIT WHEN near = '{}';
            x := a[i]; y := a[i + 1]; u := a[i + 2]; v := a[i + 3];
            FOR j IN 1 .. array_length(near, 1) - 3 BY 4 LOOP
                p := near[j]; q := near[j + 1]; r := near[j + 2]; s := near[j + 3];
                CONTINUE WHEN p < x AND p < u AND r < x AND r < u OR p > x AND p > u AND r > x AND r > u
                    OR q < y AND q < v AND s < y AND s < v OR q > y AND q > v AND s > y AND s > v;
                one := (u - x) * (q - y) - (v - y) * (p - x);
                other := (u - x) * (s - y) - (v - y) * (r - x);
                CONTINUE WHEN one > 0 AND other > 0 OR one < 0 AND other < 0;
                one := (r - p) * (y - q) - (s - q) * (x - p);
                other := (r - p) * (v - q) - (s - q) * (u - p);
                CONTINUE WHEN one > 0 AND other > 0 OR one < 0 AND other < 0;
                RETURN true;
            END LOOP;
        END LOOP;
        FOR i IN 1 .. n BY 4 LOOP
            CONTINUE WHEN i > 1 AND a[i] = a[i - 2] AND a[i + 1] = a[i - 1];
            IF catalogue_edges_cover(b, a[i], a[i + 1]) THEN
                RETURN true;
            END IF;
        END LOOP;
        FOR j IN 1 .. m BY 4 LOOP
            CONTINUE WHEN j > 1 AND b[j] = b[j - 2] AND b[j + 1] = b[j - 1];
            IF catalogue_edges_cover(a, b[j], b[j + 1]) THEN
                RETURN true;
            END IF;
        END LOOP;
        RETURN false;
    END $$
"""


def upgrade() -> None:
    op.execute(_EDGES_COVER)
    op.execute(_EDGES_MEET)
