"""The house stands: floors, lazy imports, documented modules, and a package that ships its data."""

import ast
import importlib
import importlib.util
import json
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import gallus
from gallus.exports import lazy_exports

SOURCE = Path(gallus.__file__).parent
REPOSITORY = SOURCE.parents[1]
MODULE_FILES = sorted(SOURCE.rglob("*.py"))

# A module imports only from lower floors or from its own folder. A new module or package must be
# placed here first; the test fails for one that is not.
FLOORS = (
    {"errors", "exports"},
    {"constants", "arrays"},
    {"accelerate"},
    {"database"},
    {"parameters"},
    {"sources"},
    {"interactions"},
    {"geometry"},
    {"response"},
    {"oscillation.base"},
    {"oscillation.widths"},
    {"kernel"},
    {"likelihood", "recipes"},
    {"oscillation", "experiments", "inference", "coherence"},  # siblings never import each other
    {"tension", "significance", "explanation", "rates", "setup_rates"},
    {"explanations", "distinguishing", "quantum_damping"},
    {"forecast"},
    {"gallium_scan"},
    {"registry"},
    {"figures"},
    {"reproduction"},
    {"explorer"},
    {"cli"},
    {"gallus", "__main__"},  # the roof: the package itself and `python -m gallus`
)
FLOOR_OF = {unit: floor for floor, units in enumerate(FLOORS) for unit in units}

MAX_LINES = 350
HEAVY = ("jax", "pandas", "matplotlib", "scipy.stats")


def module_name(path: Path) -> str:
    """Dotted name relative to the package; the package itself is ``gallus``."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    return ".".join(parts) or "gallus"


MODULES = {module_name(path): path for path in MODULE_FILES}
NAMES = sorted(MODULES)


def unit_of(module: str) -> str:
    """The entry of FLOORS that a module belongs to: the longest that matches."""
    parts = module.split(".")
    candidates = [".".join(parts[:n]) for n in range(len(parts), 0, -1)]
    return next((unit for unit in candidates if unit in FLOOR_OF), parts[0])


def syntax_tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imported_names(module: str) -> Iterator[str]:
    """Every import anywhere in a module: in functions and under TYPE_CHECKING too."""
    for node in ast.walk(syntax_tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = absolute_origin(module, node)
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def absolute_origin(module: str, node: ast.ImportFrom) -> str:
    """The module that a ``from ... import`` names, with the leading dots resolved."""
    if not node.level:
        return node.module or ""
    package = ["gallus"] if module == "gallus" else ["gallus", *module.split(".")]
    if MODULES[module].name != "__init__.py":
        package = package[:-1]
    package = package[: len(package) - node.level + 1]
    return ".".join([*package, *([node.module] if node.module else [])])


def imported_modules(module: str) -> set[str]:
    """Modules of Gallus that a module imports, relative to the package."""
    found = set()
    for name in imported_names(module):
        parts = name.split(".")
        if parts[0] == "gallus" and name != "gallus.__version__":
            inside = [".".join(parts[1:n]) for n in range(len(parts), 1, -1)]
            found.add(next((known for known in inside if known in MODULES), "gallus"))
    return found


def violations(module: str) -> list[str]:
    own = unit_of(module)
    return [
        f"{module} (floor {FLOOR_OF[own]}) imports {other} (floor {FLOOR_OF[unit_of(other)]})"
        for other in sorted(imported_modules(module))
        if unit_of(other) != own and FLOOR_OF[unit_of(other)] >= FLOOR_OF[own]
    ]


@pytest.mark.parametrize("module", NAMES)
def test_every_module_has_its_floor(module: str) -> None:
    assert unit_of(module) in FLOOR_OF, f"place {module} in FLOORS of {Path(__file__).name}"


@pytest.mark.parametrize("module", NAMES)
def test_a_module_imports_only_from_lower_floors(module: str) -> None:
    assert violations(module) == []


@pytest.mark.parametrize("module", [name for name in NAMES if name != "accelerate"])
def test_only_accelerate_imports_jax(module: str) -> None:
    assert not {name.split(".")[0] for name in imported_names(module)} & {"jax", "jaxlib"}


@pytest.mark.parametrize("module", NAMES)
def test_modules_are_documented_and_short(module: str) -> None:
    assert ast.get_docstring(syntax_tree(module)), "no module docstring"
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_packages_are_complete() -> None:
    folders = {path.parent for path in MODULE_FILES}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


@pytest.mark.parametrize("module", [name for name in NAMES if name.split(".")[0] != "cli"])
def test_the_library_neither_prints_nor_exits(module: str) -> None:
    called = {
        ast.unparse(node.func)
        for node in ast.walk(syntax_tree(module))
        if isinstance(node, ast.Call)
    }
    assert not called & {"print", "exit", "quit", "sys.exit", "os._exit"}


# --- what a command loads ---------------------------------------------------------------------

RUN_COMMAND = """
import json, sys
sys.argv = ["gallus", *sys.argv[2:]]
from gallus.cli import main
try:
    status = main()
except SystemExit as exit:
    status = exit.code
json.dump([status, sorted(sys.modules)], open({report!r}, "w"))
"""


def loaded_by_import(module: str) -> set[str]:
    code = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    finished = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    return set(json.loads(finished.stdout))


def loaded_by_command(tmp_path: Path, *arguments: str) -> set[str]:
    report = tmp_path / "modules.json"
    finished = subprocess.run(
        [sys.executable, "-c", RUN_COMMAND.format(report=str(report)), "gallus", *arguments],
        check=False,  # the command's own status is in the report
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert report.is_file(), finished.stderr
    status, modules = json.loads(report.read_text())
    assert status in (None, 0), finished.stderr
    return set(modules)


def test_importing_gallus_loads_nothing_heavy() -> None:
    heavy = {*HEAVY, "numpy", "scipy", "pydantic", "typer", "rich", "jinja2"}
    assert not loaded_by_import("gallus") & heavy


def test_help_loads_neither_numpy_nor_pydantic(tmp_path: Path) -> None:
    assert not loaded_by_command(tmp_path, "--help") & {*HEAVY, "numpy", "scipy", "pydantic"}


@pytest.mark.parametrize(
    "command", ["significance", "fit", "rates", "explain", "scan", "forecast", "coherence"]
)
def test_help_of_a_command_loads_no_numpy(tmp_path: Path, command: str) -> None:
    assert not loaded_by_command(tmp_path, command, "--help") & {*HEAVY, "numpy", "scipy"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("data",),
        ("data", "germanium-71"),
        ("significance",),
        ("cross-section",),
        ("fit", "sterile", "--data", "best"),
        ("rates", "best"),
        ("rates", "juno"),
    ],
    ids=" ".join,
)
def test_quick_commands_load_nothing_heavy(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert not loaded_by_command(tmp_path, *arguments) & set(HEAVY)


# --- lazy exports -----------------------------------------------------------------------------


EXPORTED: list[str] = vars(gallus)["__all__"]


def test_every_exported_name_exists() -> None:
    assert [name for name in EXPORTED if not hasattr(gallus, name)] == []
    assert set(EXPORTED) <= set(dir(gallus))


def test_type_checkers_see_the_exported_names() -> None:
    imports = [
        alias.asname
        for node in ast.walk(syntax_tree("gallus"))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname
    ]
    assert sorted(imports) == sorted(EXPORTED)


def test_an_unknown_name_is_an_attribute_error() -> None:
    module: ModuleType = gallus
    with pytest.raises(AttributeError, match="no attribute 'no_such_name'"):
        _ = module.no_such_name


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A package `hens` with a submodule `eggs` that offers `count`."""
    folder = tmp_path / "hens"
    folder.mkdir()
    (folder / "eggs.py").write_text("count = 12\n")
    (folder / "__init__.py").write_text(
        "from gallus.exports import lazy_exports\n"
        '__getattr__, __dir__, __all__ = lazy_exports(__name__, {"eggs": ["count"]})\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("hens", "hens.eggs"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    module = importlib.import_module("hens")
    yield module
    for name in ("hens", "hens.eggs"):
        sys.modules.pop(name, None)


def test_a_lazy_name_is_loaded_on_first_use_and_kept(package: ModuleType) -> None:
    assert "hens.eggs" not in sys.modules
    assert package.count == 12
    assert "hens.eggs" in sys.modules
    assert "count" in vars(package)


def test_submodules_are_attributes_too(package: ModuleType) -> None:
    assert package.eggs.count == 12
    assert package.__all__ == ["count"]
    assert {"count", "eggs"} <= set(dir(package))


@pytest.mark.parametrize(
    "names", [{"a": ["one"], "b": ["one"]}, {"one": ["one"]}, {"a": ["b"], "b": []}], ids=str
)
def test_ambiguous_exports_are_refused(names: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match=r"twice|a submodule too"):
        lazy_exports("hens", names)


# --- what is shipped --------------------------------------------------------------------------

needs_repository = pytest.mark.skipif(
    not (REPOSITORY / "pyproject.toml").is_file(), reason="runs in a checkout only"
)


def shipped_files() -> set[str]:
    """Everything in the package, with TOML, CSV, style and template files, as in a wheel."""
    return {
        f"gallus/{path.relative_to(SOURCE).as_posix()}"
        for path in SOURCE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }


@needs_repository
@pytest.mark.skipif(importlib.util.find_spec("hatchling") is None, reason="needs hatchling")
def test_wheel_and_sdist_contain_code_and_data(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path)],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        assert shipped_files() <= set(wheel.namelist())
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as sdist:
        members = {name.partition("/")[2] for name in sdist.getnames()}
    assert {f"src/{name}" for name in shipped_files()} <= members


def test_the_package_is_typed() -> None:
    assert (SOURCE / "py.typed").is_file()


@needs_repository
def test_the_citation_file_states_the_version() -> None:
    citation = (REPOSITORY / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {gallus.__version__}\n" in citation


@needs_repository
def test_the_lowest_lock_pins_the_lower_bounds() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (REPOSITORY / "locks" / "lowest.txt").read_text(encoding="utf-8")
    # More than one version where a newer Python needs a newer one.
    pins = set(re.findall(r"^([a-z0-9-]+)==([0-9.]+)", lock, flags=re.MULTILINE))
    extras = [each for extra in project["optional-dependencies"].values() for each in extra]
    for requirement in [*project["dependencies"], *extras]:
        name, bound = requirement.split(">=")
        assert pins & {(name, bound), (name, f"{bound}.0")}, requirement


@needs_repository
def test_what_reproduces_the_claims_needs_no_extra() -> None:
    lock = (REPOSITORY / "locks" / "run.txt").read_text(encoding="utf-8")
    assert "jax" not in lock


@needs_repository
@pytest.mark.parametrize("lock", ["run", "test", "dev", "lowest"])
def test_locks_name_no_host_and_no_path(lock: str) -> None:
    text = (REPOSITORY / "locks" / f"{lock}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--hash=sha256:" in text
