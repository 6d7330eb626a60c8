"""The layout of the package: no circles of imports, and no package that imports one above it."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import instag

PACKAGE = Path(__file__).parents[1] / "python" / "instag"
MAP = PACKAGE.parents[1].joinpath("CONTRIBUTING.md").read_text(encoding="utf-8")

# From the ground up: each imports only what stands before it, as the map in CONTRIBUTING.md shows.
ROOMS = [
    "_core",
    "choices",
    "lazy",
    "errors",
    "warning",
    "memory",
    "checks",
    "progress",
    "surrogates",
    "tagsets",
    "sample",
    "frame",
    "model_options",
    "chat",
    "io",
    "embedding",
    "cleaning",
    "normalization",
    "selection",
    "tagging",
    "auditing",
    "analysis",
    "reporting",
    "recipe",
    "",  # instag/__init__.py
    "cli",
    "__main__",
]
# Neighbours that know nothing of each other.
APART = {("frame", "chat"), *((room, "auditing") for room in ("tagging", "selection", "normalization", "cleaning"))}


def name_of(path: Path) -> str:
    """A file's module below `instag`: "io.files", "io" for its `__init__`, "" for that of all."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, ast.Module]:
    return {name_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


def room_of(module: str) -> str:
    return module.partition(".")[0]


def imported(module: str) -> set[str]:
    """The modules of this package that a file imports, at its top, in its functions or for its types."""
    return {name for node in ast.walk(modules()[module]) for name in named_by(node)} - {module}


def named_by(node: ast.AST) -> Iterator[str]:
    """What one node imports; of `from instag.io import files` the file, of `from instag.io import read` the package."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module is not None and not node.level:
        inner = [f"{node.module}.{alias.name}" for alias in node.names]
        names = [each if each.removeprefix("instag.") in known() else node.module for each in inner]
    else:
        return
    for name in names:
        if name == "instag" or name.startswith("instag."):
            yield name.removeprefix("instag").removeprefix(".")


@cache
def known() -> frozenset[str]:
    return frozenset([*modules(), "_core"])


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The strongly connected components of more than one file (Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for after in sorted(graph.get(node, ())):
            if after not in index:
                visit(after)
                low[node] = min(low[node], low[after])
            elif after in stack:
                low[node] = min(low[node], index[after])
        if low[node] == index[node]:
            cut = stack.index(node)
            if len(stack) - cut > 1:
                found.append(sorted(stack[cut:]))
            del stack[cut:]

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def test_circles_are_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set(), "e": {"a"}}) == [["a", "b", "c"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_every_file_is_looked_at() -> None:
    assert {"", "cli", "io.files", "selection.selector"} <= set(modules())
    assert {room_of(module) for module in modules()} <= set(ROOMS)


def test_no_files_import_each_other() -> None:
    assert circles({module: imported(module) for module in modules()}) == []


@pytest.mark.parametrize("room", sorted({room_of(module) for module in modules()}))
def test_a_room_imports_only_what_stands_below(room: str) -> None:
    below = {other for other in ROOMS[: ROOMS.index(room)] if {(room, other), (other, room)}.isdisjoint(APART)}
    upwards = [
        f"instag.{module} imports instag.{other}"
        for module in modules()
        if room_of(module) == room
        for other in sorted(imported(module))
        if room_of(other) not in {room, *below}
    ]
    assert upwards == []


PACKAGES = [module for module in sorted(modules()) if (PACKAGE / module.replace(".", "/")).is_dir()]

# What the command line uses of a package beside the names that it hands on.
DRESSING = {
    "cleaning.options": "the options of cleaning are declared there once, and loading them loads no frames",
    "io.options": "so are those of reading",
    "selection.options": "so are those of gain",
    "chat.progress": "how a count and a time read in a table",
    "chat.spending": "what an estimate says where there is no price, with the name of the option",
    "frame.path": "whether there is such a column, so that the error names the option and the file",
    "io.files": "the type of a file to be written, and whether it can hold lists, before anything is read",
    "io.paths": "whether a file is standard output",
    "io.shards": "whether a name has a place for a number",
    "io.writer": "the types of files that can be written",
    "io.trainers.configs": "the name of a trainer's configuration",
}


def inside(module: str) -> Iterator[str]:
    """The files within packages from which a file imports; what is handed on by a package, or stands alone, is none."""
    for node in ast.walk(modules()[module]):
        for name in named_by(node):
            if "." in name and room_of(name) != "cli":
                yield name


def test_the_command_line_calls_what_packages_hand_on() -> None:
    used = {name for module in modules() if room_of(module) == "cli" for name in inside(module)}
    assert used == set(DRESSING)


@pytest.mark.parametrize("module", sorted(module for module in modules() if room_of(module) == "cli"))
def test_the_command_line_uses_public_names_of_packages(module: str) -> None:
    packages = {name for name in PACKAGES if name and "." not in name and name != "cli"}
    taken = [
        (node.module.removeprefix("instag."), alias.name)
        for node in ast.walk(modules()[module])
        if isinstance(node, ast.ImportFrom) and node.module and node.module.removeprefix("instag.") in packages
        for alias in node.names
    ]
    assert [(home, name) for home, name in taken if name not in getattr(instag, home).__all__] == []


def loaded_by_name(module: str) -> Iterator[str]:
    """What a file loads by a name that it puts together, as far as the name stands there: "instag.cli." and so on."""
    for node in ast.walk(modules()[module]):
        called = node.func if isinstance(node, ast.Call) else None
        if getattr(called, "id", getattr(called, "attr", None)) in {"import_module", "__import__"}:
            assert isinstance(node, ast.Call)
            first = node.args[0].values[0] if isinstance(node.args[0], ast.JoinedStr) else node.args[0]
            yield str(first.value) if isinstance(first, ast.Constant) else ast.unparse(first)


@pytest.mark.parametrize("module", sorted(modules()))
def test_nothing_above_is_loaded_by_name(module: str) -> None:
    room = room_of(module)
    own = tuple(f"instag.{other}" for other in ROOMS[1 : ROOMS.index(room) + 1] if other) if room else ("instag.",)
    others = [name for name in loaded_by_name(module) if name.startswith("instag")]
    assert [name for name in others if not name.startswith(own)] == []


def test_what_is_loaded_by_name_is_seen() -> None:
    assert list(loaded_by_name("cli.app")) == ["instag.cli."]
    assert list(loaded_by_name("recipe.outcome")) == ["instag.recipe.steps."]


@pytest.mark.parametrize("module", PACKAGES)
def test_packages_only_hand_names_on(module: str) -> None:
    # What is built of all that is in the package may stand there: `frame.wrap`, the sections, the command line.
    if module in {"", "cli", "frame", "reporting.sections"}:
        return
    made = {node.name for node in modules()[module].body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    # A name may be handed on when it is first used.
    assert made <= {"__getattr__", "__dir__"}


@pytest.mark.parametrize(
    "module", sorted(module for module in modules() if module.count(".") == 1 and room_of(module) in modules())
)
def test_no_file_hides_behind_a_name_that_its_package_hands_on(module: str) -> None:
    # `instag.selection.select` is the function: a file of that name could not be imported as one.
    package, _, name = module.partition(".")
    names = {
        alias.asname or alias.name
        for node in modules()[package].body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert name not in names or package == "cli"


@pytest.mark.parametrize(
    "package", [each for each in PACKAGES if "\n===" in (ast.get_docstring(modules()[each]) or "")]
)
def test_the_table_of_a_package_lists_its_files(package: str) -> None:
    table = re.findall(r"^(\w+)  +(.*)$", str(ast.get_docstring(modules()[package])), re.MULTILINE)
    listed = {name for name, text in table for name in (name, *re.findall(r"; (\w+): ", text))}
    inside = [module.removeprefix(f"{package}.") for module in modules() if module.startswith(f"{package}.")]
    assert listed == {name for name in inside if "." not in name}


@pytest.mark.parametrize("module", sorted(modules()))
def test_no_name_of_a_file_is_given_twice(module: str) -> None:
    # The second would hold for what stands before it, too.
    targets = [
        target
        for node in modules()[module].body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    ]
    names = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
    assert [name for name in names if names.count(name) > 1 and name != "_"] == []


def test_every_public_name_says_which_package_it_comes_from() -> None:
    homes = {
        node.module.removeprefix("instag."): {alias.name for alias in node.names}
        for condition in modules()[""].body
        if isinstance(condition, ast.If) and ast.unparse(condition.test) == "TYPE_CHECKING"
        for node in condition.body
        if isinstance(node, ast.ImportFrom) and node.module is not None
    }
    assert {home: set(names) for home, names in instag._HOMES.items()} == homes
    assert {*instag._HOME, "__version__"} == set(instag.__all__)
    assert {name for name in instag.__all__ if getattr(instag, name, None) is None} == set()


def test_what_is_no_public_name_is_not_found() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = instag.nothing


def test_importing_instag_loads_no_frames() -> None:
    loaded = (
        "import sys, instag; print(*{'asyncio', 'polars', 'numpy', 'httpx2', 'typer', 'pydantic'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True).stdout.strip() == b""


@pytest.mark.parametrize("named", re.findall(r"`(?:python/|rust/|tests/|benches/)[\w./]+`|`[a-z_]+\.(?:py|rs)`", MAP))
def test_the_map_names_what_is_there(named: str) -> None:
    root = PACKAGE.parents[1]
    path = named.strip("`")
    assert (root / path).exists() if "/" in path else any(root.glob(f"*/**/{path}")), named
