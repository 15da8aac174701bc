"""Control groups: limits that the kernel keeps exactly, version 1 (as root) or 2 (where delegated)."""
