"""One module a format: a building, its network or its report to bytes."""
