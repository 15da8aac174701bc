"""User verbs: each speaks to a station through `fieldstation.client`."""

import sys

# When imported, httpx builds a command line of its own (click, rich, pygments), which takes longer than all the rest of
# it. A process of ours never uses that, and httpx goes on without it.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # what the import system keeps for "not there"
