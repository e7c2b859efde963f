"""Start of the worker process: ``python -m indoor3d.sources._ifc_start``.

``import ifcopenshell`` also loads SQL, streaming and view definitions, and with them numpy and lark: two thirds of the time
that it takes, and nothing that reading a STEP file uses. This process, which does nothing else, leaves them out.
"""

import sys
from types import ModuleType

_LEFT_OUT = {
    "ifcopenshell.sql": ("sqlite", "sqlite_entity"),
    "ifcopenshell.stream": ("stream", "stream_entity"),
    "ifcopenshell.util.mvd_info": ("MvdInfo",),
}


def _load_lean() -> None:
    """Load ifcopenshell with empty modules for what is left out; whole where a version of it will not have that."""
    before = set(sys.modules)
    for name, classes in _LEFT_OUT.items():
        module = ModuleType(name)
        vars(module).update({"LARK_AVAILABLE": False}, **{text: type(text, (), {}) for text in classes})
        sys.modules[name] = module
    try:
        import ifcopenshell.geom  # noqa: F401, PLC0415 - not before the modules above are in place
    except (ImportError, AttributeError):
        for name in set(sys.modules) - before:
            del sys.modules[name]


def main() -> None:
    """Load what is needed and serve one request."""
    _load_lean()
    from indoor3d.sources._ifc_worker import main as serve  # noqa: PLC0415 - as above

    serve()


if __name__ == "__main__":
    main()
