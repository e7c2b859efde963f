"""The domain core: values, without IO, clock, randomness or environment."""
