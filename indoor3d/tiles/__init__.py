"""Building to 3D Tiles 1.1, and back for checking."""
