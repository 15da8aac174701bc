"""Products that pay for projects and storage, and assets that jobs use. The ledger builds on them."""
