"""The worker's document and shapes as values that the rest of the reader works on."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from indoor3d.models.building import Text
from indoor3d.models.issue import Issue
from indoor3d.sources._ifc_geometry import Made, Shape

Term = TypeVar("Term", bound=StrEnum)

OWN_PROPERTIES = "Indoor3D_Common"
"""Property set with which a model can say outright what this package would otherwise have to guess."""
LONGEST_TEXT = 4_000
"""Characters of a text for people; what is longer is cut."""


def tidy(text: str) -> str:
    """Text for people: no blanks around it, not endless, and nothing that UTF-8 cannot say."""
    return text.strip()[:LONGEST_TEXT].encode("utf-8", "replace").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One IfcProduct: what the file says about it. Lengths in metres, world frame."""

    key: int
    id: str
    ifc_class: str
    family: str
    name: str = ""
    long_name: str = ""
    object_type: str = ""
    predefined: str = ""
    operation: str = ""
    width_m: float | None = None
    height_m: float | None = None
    origin: tuple[float, float, float] | None = None
    elevation_m: float | None = None
    along: tuple[float, float] | None = None
    properties: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def own(self, name: str) -> Any:
        """A value of the set :data:`OWN_PROPERTIES`, or None."""
        return self.properties.get(OWN_PROPERTIES, {}).get(name)

    def own_text(self, name: str) -> str:
        """The same as text without outer blanks; empty when there is none."""
        value = self.own(name)
        return str(value).strip() if value is not None else ""

    def own_term(self, name: str, terms: type[Term]) -> Term | None:
        """The same as a term of the vocabulary, or None."""
        text = self.own_text(name).lower()
        return next((term for term in terms if term == text), None)

    def own_number(self, name: str) -> float | None:
        """The same as a number, or None."""
        value = self.own(name)
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    def own_pair(self, name: str) -> Text:
        """The same in Korean and English: ``<name>Ko`` and ``<name>En``."""
        return Text(ko=tidy(self.own_text(f"{name}Ko")), en=tidy(self.own_text(f"{name}En")))

    @property
    def text(self) -> Text:
        """The name: Name and LongName as they stand, Korean and English where the model gives them."""
        both = [part for part in (self.name.strip(), self.long_name.strip()) if part]
        default = both[0] if len(set(both)) == 1 else " ".join(both)
        return Text(default=default, ko=self.own_text("NameKo"), en=self.own_text("NameEn"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """An IfcZone as if it were a product, and the step ids of what it groups."""

    product: Product
    members: tuple[int, ...]


@dataclass(kw_only=True)
class Model:
    """All products of a file with their shapes and relations; every list is in the order of the ids."""

    made: Made
    products: dict[int, Product]
    zones: tuple[Zone, ...] = ()
    issues: list[Issue] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @classmethod
    def of(cls, made: Made) -> "Model":
        """Index a worker's document; doubles of an id get a suffix and an issue."""
        properties: dict[int, dict[str, dict[str, Any]]] = defaultdict(dict)
        for owner, name, values in made.document["properties"]:
            properties[owner].setdefault(name, {}).update(values)
        seen: dict[str, int] = defaultdict(int)

        def product(row: Mapping[str, Any]) -> Product:
            guid = row["guid"] or f"#{row['id']}"
            seen[guid] += 1
            ident = guid if seen[guid] == 1 else f"{guid}~{seen[guid]}"
            return _product(row, ident, properties.get(row["id"], {}))

        products = sorted((product(row) for row in made.document["products"]), key=lambda p: p.id)
        zones = [Zone(product=product(row), members=tuple(row["members"])) for row in made.document.get("zones", ())]
        model = cls(made=made, products={p.key: p for p in products}, zones=tuple(zones))
        model.issues += [
            Issue(code="model.duplicate-id", element=g, values={"count": n}) for g, n in seen.items() if n > 1
        ]
        return model

    def shape(self, product: Product) -> Shape | None:
        """The product's triangles, if it has any."""
        shape = self.made.shapes.get(product.key)
        return shape if shape is not None and len(shape.triangles) else None

    def drawn(self, product: Product) -> Shape | None:
        """The product's triangles as the picture shows them: with its holes."""
        cut = self.made.cut.get(product.key)
        if cut is None:
            return self.shape(product)
        return cut.shifted(self.offset) if len(cut.triangles) else None

    def shift(self, offset: tuple[float, float, float]) -> None:
        """Take ``offset`` off all coordinates, also of shapes that are still to come."""
        self.offset = offset
        self.made.shapes = {key: shape.shifted(offset) for key, shape in self.made.shapes.items()}
        self.products = {
            key: p if p.origin is None else replace(p, origin=_minus(p.origin, offset))
            for key, p in self.products.items()
        }

    def family(self, *names: str) -> list[Product]:
        """Products of these families."""
        return [p for p in self.products.values() if p.family in names]

    def relation(self, name: str) -> list[list[Any]]:
        """Rows of a relation of the document whose products exist."""
        rows: list[list[Any]] = self.made.document[name]
        return rows

    @cached_property
    def key_of(self) -> dict[str, int]:
        """Element id → step id."""
        return {p.id: p.key for p in self.products.values()}

    @cached_property
    def parts(self) -> dict[int, list[int]]:
        """Whole → its parts."""
        return self._grouped("parts")

    @cached_property
    def whole(self) -> dict[int, int]:
        """Part → its whole."""
        return {part: whole for whole, part in self.relation("parts")}

    @cached_property
    def filling(self) -> dict[int, list[int]]:
        """Hole → what fills it."""
        return self._grouped("fills")

    @cached_property
    def hole_of(self) -> dict[int, int]:
        """Door or window → the hole it fills."""
        return {element: hole for hole, element in self.relation("fills")}

    @cached_property
    def host_of(self) -> dict[int, int]:
        """Hole → the wall or slab it is cut from."""
        return {hole: host for host, hole in self.relation("voids")}

    @cached_property
    def holes_in(self) -> dict[int, list[int]]:
        """Wall or slab → its holes."""
        return self._grouped("voids")

    @cached_property
    def _container(self) -> dict[int, int]:
        return {element: container for container, element in self.relation("contained")}

    def storey_of(self, product: Product) -> int:
        """Step id of the storey a product is filed under, or 0."""
        at, seen = product.key, set()
        while at and at not in seen:
            seen.add(at)
            found = self.products.get(at)
            if found is not None and found.family == "IfcBuildingStorey":
                return at
            at = self._container.get(at) or self.whole.get(at) or self.host_of.get(at) or self.hole_of.get(at) or 0
        return 0

    def descendants(self, key: int) -> list[Product]:
        """All parts of a product, and their parts."""
        found: list[Product] = []
        seen, left = {key}, list(self.parts.get(key, ()))
        while left:
            part = left.pop(0)
            if part not in seen:
                seen.add(part)
                if part in self.products:
                    found.append(self.products[part])
                left += self.parts.get(part, ())
        return found

    def _grouped(self, name: str) -> dict[int, list[int]]:
        groups: dict[int, list[int]] = defaultdict(list)
        for key, member in self.relation(name):
            groups[key].append(member)
        return dict(groups)


def _minus(a: tuple[float, float, float], b: tuple[float, float, float]) -> tuple[float, float, float]:
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def _product(row: Mapping[str, Any], ident: str, properties: Mapping[str, Mapping[str, Any]]) -> Product:
    origin = row.get("origin")
    return Product(
        key=row["id"],
        id=ident,
        ifc_class=row["type"],
        family=row["family"],
        name=row["name"],
        long_name=row.get("long_name", ""),
        object_type=row["object_type"],
        predefined=row.get("predefined", ""),
        operation=row.get("operation", ""),
        width_m=row.get("width"),
        height_m=row.get("height"),
        origin=tuple(origin) if origin else None,
        elevation_m=row.get("elevation"),
        along=tuple(row["along"]) if row.get("along") else None,
        properties=properties,
    )
