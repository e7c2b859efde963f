"""``python -m indoor3d`` and the ``indoor3d`` command."""

from indoor3d.cli import main

if __name__ == "__main__":
    main()
