"""Who did what: append-only rows, each written in the transaction of its deed."""
