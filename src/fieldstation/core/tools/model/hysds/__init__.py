"""HySDS documents: job-spec and hysds-io, what they say, and what they would run."""
