"""The house as it is drawn: floors, purity, marks, the 400-line wall. Read with `ast`; nothing is imported."""

from __future__ import annotations

import ast
import functools
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter import errors
from tests.source import PACKAGE, Module, modules, name_of

#: Rooms by floor, lowest first. A room may import from lower floors, and from itself.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "domains", "link_table", "links", "link_rules", "text", "clock", "toml_lines"),
    ("model",),
    ("config", "wire", "desk", "files", "press", "mail", "archive", "engine", "store"),
    ("newsroom",),
    (
        "pipeline",
        "editorial",
        "overview",
        "planning",
        "checking",
        "previewing",
        "differences",
        "correcting",
        "reminding",
        "story_list",
        "why",
        "subscriptions",
        "filing",
        "rehearsal",
        "trying",
        "forecast",
        "stopping",
        "delivered",
        "feeds",
        "importing",
        "doctor",
    ),
    ("cli", "web", "schedule", "demo", "__main__"),
)
#: Stones may lean on each other in this order only.
STONES = ("errors", "clock", "text", "domains", "link_table", "link_rules", "links", "toml_lines")
#: Steps and doors that may start one another: (who, whom).
NEIGHBOURS = {
    ("cli", "schedule"),
    ("cli", "web"),
    ("cli", "demo"),
    ("__main__", "cli"),
    ("editorial", "pipeline"),
    ("correcting", "pipeline"),
    ("demo", "web"),
}
PURE_ROOMS = {"errors", "domains", "link_table", "links", "link_rules", "text", "clock", "toml_lines", "model", "desk"}
PURE_THIRD_PARTIES = {"snowballstemmer", "publicsuffixlist"}
TOUCHING = {
    "os", "socket", "subprocess", "shutil", "tempfile", "smtplib", "sqlite3", "urllib.request", "http", "asyncio",
    "threading", "fcntl", "signal", "random", "secrets", "ssl", "select", "multiprocessing", "concurrent",
    "httpx2", "httpcore2", "sqlalchemy", "alembic", "aiosmtpd", "uvicorn", "apscheduler", "psycopg",
}  # fmt: skip
#: Each third-party library and how many modules may name it.
FEW = {
    "httpx2": 2, "httpcore2": 1, "brotli": 1, "feedparser": 1, "lxml": 7, "pebble": 1, "publicsuffixlist": 1, "nh3": 2,
    "css_inline": 1,
    "markdown": 1, "jinja2": 1, "apscheduler": 1,
    "uvicorn": 1, "aiosmtpd": 1, "snowballstemmer": 1, "pydantic": 3, "alembic": 2, "starlette": 4, "watchfiles": 1,
    "PIL": 2, "yaml": 1, "cryptography": 1, "dns": 1,
}  # fmt: skip
MARK = re.compile(r"I/O: [a-zA-Z, ]+$")


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def room(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else "newsletter"


def floor(name: str) -> int:
    for height, rooms in enumerate(FLOORS):
        if room(name) in rooms:
            return height
    raise AssertionError(f"{name} stands on no floor: name its room in FLOORS")


@functools.cache
def imports(module: Module) -> tuple[tuple[str, int], ...]:
    """Every imported module with its line: TYPE_CHECKING and function bodies count."""
    return tuple(_imports(module))


def _imports(module: Module) -> Iterator[tuple[str, int]]:
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def first_line(module: Module) -> str:
    return (ast.get_docstring(module.tree) or "").split("\n", 1)[0]


def test_every_module_imports_from_lower_floors_only() -> None:
    wrong = []
    for module in modules():
        here = dotted(module.path)
        for name, line in imports(module):
            if name.startswith("newsletter.") and name != "newsletter.__version__" and not _is_allowed(here, name):
                wrong.append(f"{module.path}:{line}: {here} imports {name}")

    assert not wrong


def _is_allowed(here: str, name: str) -> bool:
    if room(name) == room(here) or (room(here), room(name)) in NEIGHBOURS:
        return True
    if room(here) in STONES and room(name) in STONES:
        return STONES.index(room(name)) <= STONES.index(room(here))
    return floor(name) < floor(here)


def test_no_import_circle_at_any_level() -> None:
    graph = {dotted(module.path): {name for name, _ in imports(module)} for module in modules()}
    known = set(graph)
    graph = {name: {other for other in found & known if other != name} for name, found in graph.items()}
    done: set[str] = set()

    def walk(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, f"circle: {' → '.join((*above[above.index(name) :], name))}"
        if name in done:
            return
        for other in sorted(graph[name]):
            walk(other, (*above, name))
        done.add(name)

    for name in sorted(graph):
        walk(name, ())


def test_every_module_says_in_its_first_line_what_it_is() -> None:
    lines = {str(module.path): first_line(module) for module in modules()}

    assert not [
        f"{path}: {line}"
        for path, line in lines.items()
        if len(line) <= 20 or not (line.endswith(".") or MARK.search(line))
    ]


def test_what_touches_the_world_is_marked_so() -> None:
    wrong = []
    for module in modules():
        if not MARK.search(first_line(module)):
            wrong += [
                f"{module.path}:{line}: {name}"
                for name, line in imports(module)
                if {name, name.split(".")[0]} & TOUCHING
            ]
            wrong += [f"{module.path}:{line}: {call}" for call, line in _touching_calls(module)]

    assert not wrong


def _touching_calls(module: Module) -> Iterator[tuple[str, int]]:
    ends = (".now", ".utcnow", ".today", ".read_text", ".read_bytes", ".write_text")
    for node in module.calls:
        call = name_of(node.func)
        if call.endswith(ends) and not call.endswith("clock.now"):
            yield call, node.lineno


def test_the_ground_floors_and_the_desk_are_pure() -> None:
    wrong = []
    for module in modules():
        if room(dotted(module.path)) in PURE_ROOMS:
            third_party = {
                name.split(".")[0]
                for name, _ in imports(module)
                if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("newsletter")
            }
            wrong += [f"{module.path} names {name}" for name in sorted(third_party - PURE_THIRD_PARTIES)]
            wrong += [f"{module.path} is marked as touching the world"] if MARK.search(first_line(module)) else []

    assert not wrong


@pytest.mark.parametrize("library", FEW)
def test_a_third_party_library_is_named_in_few_modules(library: str) -> None:
    naming = [
        dotted(module.path)
        for module in modules()
        # Each revision of the store names Alembic; that is its form.
        if module.path.parent.name != "versions" and any(n.split(".")[0] == library for n, _ in imports(module))
    ]

    assert 1 <= len(naming) <= FEW[library], naming


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {str(module.path): len(module.text.splitlines()) for module in modules()}

    assert {path: length for path, length in lengths.items() if length > 400} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "util", "common", "base", "helpers", "misc", "manager", "core"}

    assert [str(module.path) for module in modules() if module.path.stem in empty] == []


def test_no_name_private_to_a_module_is_imported() -> None:
    private = [
        f"{module.path}:{node.lineno}: {alias.name}"
        for module in modules()
        for node in module.nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("newsletter")
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.startswith("__")
    ]

    assert not private


def test_nothing_below_the_command_line_prints() -> None:
    prints = [
        f"{module.path}:{node.lineno}"
        for module in modules()
        if room(dotted(module.path)) not in ("cli", "__main__")
        for node in module.calls
        if isinstance(node.func, ast.Name) and node.func.id == "print"
    ]

    assert not prints


def test_nothing_is_left_undone() -> None:
    undone = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")

    assert [str(module.path) for module in modules() if undone.search(module.text)] == []


def test_the_error_tree_is_drawn_as_it_is() -> None:
    drawn = re.findall(r"^ *[│├└─ ]*([A-Z]\w+)  +(\d+)  ", inspect.getdoc(errors) or "", re.M)
    classes = {
        name: kind.exit_code
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, errors.NewsletterError)
    }

    assert {name: int(code) for name, code in drawn} == classes


def test_the_error_tree_is_drawn_in_its_order_of_inheritance() -> None:
    above: list[tuple[int, str]] = []
    for line in (inspect.getdoc(errors) or "").splitlines():
        match = re.match(r"^([ │├└─]*)([A-Z]\w+)  +\d+  ", line)
        if match is None:
            continue
        depth = len(match[1])
        above = [pair for pair in above if pair[0] < depth]
        if above:
            assert getattr(errors, match[2]).__bases__[0].__name__ == above[-1][1]
        above.append((depth, match[2]))

    assert above


def test_the_week_fits_on_a_screen_or_two() -> None:
    pipeline = (PACKAGE / "pipeline.py").read_text(encoding="utf-8")
    verbs = [n.name for n in ast.parse(pipeline).body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")]

    assert verbs == ["collect", "draft", "freeze", "approve", "publish", "deliver", "run"]
    assert len(pipeline.splitlines()) <= 260
