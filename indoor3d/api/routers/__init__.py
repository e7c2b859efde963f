"""One file a resource; :mod:`indoor3d.api.app` joins them."""
