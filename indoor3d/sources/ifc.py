"""IFC2X3, IFC4 and IFC4X3 files: the door of the reader. Every part of the work is in a module ``_ifc_…`` beside it."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from indoor3d.errors import MalformedSource
from indoor3d.models.building import Building
from indoor3d.models.issue import Report
from indoor3d.sources._ifc_geometry import WORKER, Workshop
from indoor3d.sources.base import Options

_MAGIC = b"ISO-10303-21"
_TRAILER = b"END-ISO-10303-21"
_TAIL_BYTES = 1024


class IfcSource:
    """One IFC file (STEP physical file, ISO 10303-21)."""

    def __init__(self, path: Path, *, worker: Sequence[str] = WORKER) -> None:
        self.path, self.worker = path, worker

    @staticmethod
    def accepts(head: bytes) -> bool:
        """Whether the first bytes are those of a STEP file."""
        return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_MAGIC)

    def read(self, options: Options) -> tuple[Building, Report]:
        """Read the building; see :func:`indoor3d.sources.base.read`.

        Raises
        ------
        MalformedSource
            The file is cut off or no IFC.
        UnsupportedFormat
            It is of another schema.
        EmptyModel
            It holds nothing that people could be in.
        GeometryFailed
            No kernel could make any of its shapes.
        """
        self._check_end()
        with Workshop(self.path, options, worker=self.worker) as shop:
            from indoor3d.sources._ifc_builder import Builder  # noqa: PLC0415 - loads while the worker starts

            builder = Builder(shop.document(), options)
            shop.navigation()
            building = builder.build(_slug(self.path))
            shop.finish()
            return builder.draw(building)

    def _check_end(self) -> None:
        """Refuse a file that was cut: a STEP file says where it ends (ISO 10303-21, 5.2)."""
        with self.path.open("rb") as stream:
            stream.seek(max(0, self.path.stat().st_size - _TAIL_BYTES))
            tail = stream.read()
        if _TRAILER not in tail:
            raise MalformedSource(
                "The file is cut off: its last line is missing.", ko="파일이 잘렸습니다. 마지막 줄이 없습니다."
            )


def _slug(path: Path) -> str:
    """An id from a file's name; from its digest where the name has no Latin letter or digit."""
    name = unicodedata.normalize("NFC", path.stem)
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return plain or f"venue-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
