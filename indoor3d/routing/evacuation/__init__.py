"""Getting people out: where each should go, how long it takes, how far that is from the best, and who cannot."""
