"""XML from strangers, as a small tree: no document type, no entities but the five, bounded in size, depth and number.

The parser is expat itself. It refuses every document type declaration, so nothing can be expanded or fetched.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from indoor3d.errors import MalformedSource, SourceTooLarge

_DECLARED = re.compile(rb"\s*<\?xml[^>]*\sencoding=[\"']([A-Za-z0-9._-]+)")
_KOREAN = frozenset({b"euc-kr", b"cp949", b"ms949", b"uhc", b"ks_c_5601-1987"})
_DEEPEST = 64
_MOST_ELEMENTS = 1_000_000


@dataclass(slots=True, kw_only=True)
class Node:
    """One element.

    Parameters
    ----------
    namespace, name : str
    attributes : dict
        Values by name, without namespaces but ``xml:lang``, which is ``lang``.
    text : str
        All text directly in it.
    """

    namespace: str
    name: str
    attributes: dict[str, str]
    children: list["Node"] = field(default_factory=list)
    text: str = ""

    def all(self, name: str) -> Iterator["Node"]:
        """Children of a name, in whatever namespace."""
        return (child for child in self.children if child.name == name)

    def first(self, *path: str) -> "Node | None":
        """The first child of the first child ... along a path of names."""
        node: Node | None = self
        for name in path:
            node = next(node.all(name), None) if node is not None else None
        return node

    def value(self, *path: str) -> str:
        """Text of the first child along a path, without blanks at its ends; empty where there is none."""
        node = self.first(*path)
        return node.text.strip() if node is not None else ""

    def descendants(self, name: str) -> Iterator["Node"]:
        """Every element of a name below this one, in document order."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.descendants(name)


def parse(data: bytes, *, limit_bytes: int) -> Node:
    """Read a document.

    Parameters
    ----------
    data : bytes
    limit_bytes : int

    Returns
    -------
    Node
        The root.

    Raises
    ------
    SourceTooLarge
        It has more bytes.
    MalformedSource
        It is no XML, declares a document type, or is nested deeper than 64.
    """
    if len(data) > limit_bytes:
        raise SourceTooLarge(f"The XML may have {limit_bytes} bytes.", ko=f"XML은 {limit_bytes}바이트까지입니다.")
    data, encoding = _korean(data)
    parser = expat.ParserCreate(encoding, namespace_separator="\n")
    parser.buffer_text = True
    stack = [Node(namespace="", name="", attributes={})]
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(stack) > _DEEPEST or count > _MOST_ELEMENTS:
            raise _refuse(
                "It is nested too deep, or has too many elements.", "너무 깊게 겹쳤거나 요소가 너무 많습니다."
            )
        namespace, _, local = name.rpartition("\n")
        plain = {key.rpartition("\n")[2]: value for key, value in attributes.items()}
        node = Node(namespace=namespace, name=local, attributes=plain)
        stack[-1].children.append(node)
        stack.append(node)

    def end(_name: str) -> None:
        stack.pop()

    def text(value: str) -> None:
        stack[-1].text += value

    def forbidden(*_: object) -> None:
        raise _refuse("It declares a document type, which is not allowed.", "문서 형식 선언(DTD)은 쓸 수 없습니다.")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = forbidden
    parser.EntityDeclHandler = forbidden
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise _refuse(f"It is not XML: {error}.", f"XML이 아닙니다: {error}.") from error
    return stack[0].children[0]


def _korean(data: bytes) -> tuple[bytes, str | None]:
    """Bytes that expat can read, and the encoding to read them in: it knows none of the Korean ones before Unicode."""
    declared = _DECLARED.match(data[:200])
    if declared is None or declared[1].lower() not in _KOREAN:
        return data, None
    try:
        return data.decode("cp949").encode(), "utf-8"
    except UnicodeDecodeError as error:
        at = error.start
        raise _refuse(
            f"Byte {at} is not in the declared encoding.", f"{at}번째 바이트가 선언된 인코딩이 아닙니다."
        ) from error


def _refuse(en: str, ko: str) -> MalformedSource:
    return MalformedSource(en, ko=ko)
