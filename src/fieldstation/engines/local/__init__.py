"""What engines share whose attempts are processes of this machine: folders, identities, limits, watching."""
