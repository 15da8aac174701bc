"""Tasks: asynchronous operations as people follow them, and the queue of those that the station does itself."""
