"""What every door needs: the caller, the error table, pages, and the moving of bytes."""
