"""Every way in over HTTP; a door translates, it never decides."""
