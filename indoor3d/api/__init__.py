"""The open HTTP API: published venues in, JSON, GeoJSON and 3D Tiles out."""
