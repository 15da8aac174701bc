"""The tables of tasks: each module one use of them."""
