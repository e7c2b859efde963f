"""Where what was built is kept and published: the doors are in :mod:`~indoor3d.store.base`."""
