"""HTTP: the API of the scheduling app, and nothing that could be said without HTTP."""
