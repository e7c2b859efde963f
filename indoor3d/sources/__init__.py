"""Readers: bytes of a format in, ``(Building, Report)`` out. Start at :func:`indoor3d.sources.base.read`."""
