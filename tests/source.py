"""The package as text and as trees, read once by whatever tests look at the code itself."""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "newsletter"


@dataclass(frozen=True, eq=False)
class Module:
    """One module. `nodes`: every node of its tree, outer before inner."""

    path: Path
    text: str
    tree: ast.Module
    nodes: tuple[ast.AST, ...]

    @property
    def calls(self) -> list[ast.Call]:
        return [node for node in self.nodes if isinstance(node, ast.Call)]


@functools.cache
def modules() -> tuple[Module, ...]:
    """Every module of the package, by path."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        found.append(Module(path=path, text=text, tree=tree, nodes=tuple(ast.walk(tree))))
    return tuple(found)


def name_of(node: ast.expr) -> str:
    """A dotted name as it is written; what is not a name stands as "…". Unparsing tells the same far more slowly."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "…"
