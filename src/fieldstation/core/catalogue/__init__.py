"""The catalogue: one row for each version, found by place, time, facet and words."""
