"""What each function of the portal does, read from its source: writes, asks, calls, imports.

The guards look at behaviour and not at the names of files: a function that writes is found wherever it
stands. Sources can be replaced, so that the guards themselves are tried on a portal that is wrong.
"""

import ast
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
Function = ast.FunctionDef | ast.AsyncFunctionDef
Place = tuple[str, str]  # a module of the portal and a function in it

# What the unit of work offers for writing, and what builds a statement that changes rows.
OF_SESSION = frozenset({"add", "add_all", "delete", "merge"})
STATEMENTS = frozenset(
    {
        "sqlalchemy.insert",
        "sqlalchemy.update",
        "sqlalchemy.delete",
        "app.platform.db.insert_into",
        "app.platform.db.versioned_upsert",
        "app.platform.queue.enqueue",
        "app.platform.states.move",
    }
)
NO_ROWS = frozenset({"self", "form", "request", "response"})
RAW = ("INSERT", "UPDATE", "DELETE")
ASKING = "app.platform.security.require"
TOOLS = "app.platform."  # knows nobody: its users answer for what they do with it


@dataclass
class Act:
    """One function: whether it writes or asks by itself, and which functions it names."""

    module: str
    name: str
    parameters: list[str]
    writes: bool
    asks: bool
    names: set[Place] = field(default_factory=set)

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.module, self.name

    @property
    def is_private(self) -> bool:
        """Whether only its own module uses it."""
        return self.name.rpartition(".")[2].startswith("_")


@cache
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


def module_of(path: Path) -> str:
    """The name under which a file is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def sources() -> Mapping[str, str]:
    """Every module of the portal with its text."""
    return {module_of(path): path.read_text("utf-8") for path in sorted((ROOT / "app").rglob("*.py"))}


def imported(tree: ast.AST, package: str) -> Iterator[tuple[str, str]]:
    """Every name a module of a package imports, wherever the line stands, and what it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0], alias.name
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")
            near = ".".join(above[: len(above) - node.level + 1]) + "." if node.level else ""
            for alias in node.names:
                yield alias.asname or alias.name, f"{near}{node.module}.{alias.name}"


class Portal:
    """All functions of the portal, and who names whom.

    `stated` are functions that need not ask; `parts` are told who acts and are named only by those that asked.
    """

    def __init__(
        self,
        changed: Mapping[str, str] | None = None,
        stated: Collection[str] = (),
        parts: Collection[str] = (),
    ) -> None:
        self.sources = {**sources(), **(changed or {})}
        self.stated, self.parts = frozenset(stated), frozenset(parts)
        self.trees = {module: _parsed(source) for module, source in self.sources.items()}

    def imports(self, module: str) -> set[str]:
        """What a module imports, by its full name."""
        return {whole for _name, whole in imported(self.trees[module], module.rpartition(".")[0])}

    @cached_property
    def acts(self) -> dict[Place, Act]:
        """Every function and method, and for each module what stands outside of them, as “”."""
        return {
            act.place: act
            for module, source in self.sources.items()
            if not module.startswith(TOOLS)
            for act in _read(module, source)
        }

    @cached_property
    def users(self) -> dict[Place, set[Place]]:
        """Who names each function, apart from itself."""
        found: dict[Place, set[Place]] = {place: set() for place in self.acts}
        for act in self.acts.values():
            for named in act.names:
                if named in found and named != act.place:
                    found[named].add(act.place)
        return found

    @cached_property
    def asking(self) -> set[Place]:
        """The functions that ask a policy, themselves or through the private parts of their modules."""
        return self._reached(
            {place for place, act in self.acts.items() if act.asks},
            lambda user, part: part.is_private and part.module == user.module,
        )

    @cached_property
    def changing(self) -> set[Place]:
        """The functions that write, themselves or through whatever they call."""
        return self._reached(
            {place for place, act in self.acts.items() if act.writes}, lambda _user, _part: True
        )

    def _reached(self, found: set[Place], may: Callable[[Act, Act], bool]) -> set[Place]:
        """These functions and all that call them, as far as a call counts."""
        waiting = list(found)
        while waiting:
            part = waiting.pop()
            for user in self.users[part] - found:
                if may(self.acts[user], self.acts[part]):
                    found.add(user)
                    waiting.append(user)
        return found

    def _safe(self) -> set[Place]:
        """The functions that ask, are need not by what is stated, or are parts of such ones only."""
        safe = self.asking | {place for place in self.acts if named(place) in self.stated}
        waiting = list(safe)
        while waiting:
            for part in self.acts[waiting.pop()].names:
                if (
                    part in self.acts
                    and self._is_part(part)
                    and part not in safe
                    and self.users[part] <= safe
                ):
                    safe.add(part)
                    waiting.append(part)
        return safe

    def _is_part(self, place: Place) -> bool:
        """Whether a function may leave the question to whoever calls it: it is not told who acts, or a part."""
        act = self.acts[place]
        is_told = not act.is_private and act.parameters[:2] == ["session", "actor"]
        return not is_told or named(place) in self.parts

    def unguarded(self) -> list[str]:
        """The functions that change something and that somebody may reach without a policy having been asked.

        Who is told who acts asks by itself, for whatever it writes or lets others write. What writes
        without knowing who acts is named only by functions that asked.
        """
        safe = self._safe()
        return sorted(
            named(place)
            for place in self.changing - safe
            if self.acts[place].writes or not (self._is_part(place) or self.takes_requests(place[0]))
        )

    def takes_requests(self, module: str) -> bool:
        """Whether a module has a router, or works for those that have one."""
        made = {
            target.id
            for node in self.trees[module].body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        return module.endswith(".deps") or "router" in made


def named(place: Place) -> str:
    """A function as the lists of exceptions name it: package.module.function."""
    return f"{place[0].removeprefix('app.')}.{place[1]}"


class _Reader:
    """Reads one module."""

    def __init__(self, module: str, tree: ast.Module) -> None:
        self.module, self.tree = module, tree
        self.known = dict(imported(tree, module.rpartition(".")[0]))
        self.own = {node.name for node in tree.body if isinstance(node, Function | ast.ClassDef)}

    def acts(self) -> Iterator[Act]:
        """The functions, the methods, and the rest."""
        rest = [node for node in self.tree.body if not isinstance(node, Function | ast.ClassDef)]
        yield self.act("", [], rest)
        for node in self.tree.body:
            if isinstance(node, Function):
                yield self.act(node.name, parameters(node), node.body, node.decorator_list)
            elif isinstance(node, ast.ClassDef):
                methods = [each for each in node.body if isinstance(each, Function)]
                for method in methods:
                    yield self.act(f"{node.name}.{method.name}", parameters(method), method.body)
                # Whoever names a class may call all of it.
                whole = self.act(node.name, [], [each for each in node.body if each not in methods])
                whole.names |= {(self.module, f"{node.name}.{method.name}") for method in methods}
                yield whole

    def act(self, name: str, given: list[str], *bodies: list[ast.stmt] | list[ast.expr]) -> Act:
        """What a piece of source does."""
        nodes = [node for body in bodies for statement in body for node in ast.walk(statement)]
        return Act(
            self.module,
            name,
            given,
            writes=any(self._writes(node, given) for node in nodes),
            asks=any(isinstance(node, ast.Call) and self.whole(node.func) == ASKING for node in nodes),
            names={place for node in nodes for place in self._named(node, name)},
        )

    def whole(self, node: ast.AST) -> str:
        """What an expression names, by its full name; empty where it is no name."""
        if isinstance(node, ast.Name):
            return self.known.get(node.id, f"{self.module}.{node.id}" if node.id in self.own else "")
        if isinstance(node, ast.Attribute):
            before = self.whole(node.value)
            return f"{before}.{node.attr}" if before else ""
        return ""

    def _named(self, node: ast.AST, within: str) -> Iterator[Place]:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            yield self.module, f"{within.partition('.')[0]}.{node.attr}"
        whole = self.whole(node)
        if whole.startswith("app."):
            module, _dot, name = whole.rpartition(".")
            yield module, name
            above, _dot, outer = module.rpartition(".")
            yield above, f"{outer}.{name}"  # a method by its class

    def _writes(self, node: ast.AST, given: list[str]) -> bool:
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            # A row that was read in a session is written back when it changes.
            return "session" in given and isinstance(node.value, ast.Name) and node.value.id not in NO_ROWS
        if not isinstance(node, ast.Call):
            return False
        if isinstance(node.func, ast.Attribute) and node.func.attr in OF_SESSION:
            return isinstance(node.func.value, ast.Name) and node.func.value.id == "session"
        whole = self.whole(node.func)
        if whole == "sqlalchemy.text":
            text = node.args[0]
            return isinstance(text, ast.Constant) and str(text.value).lstrip().upper().startswith(RAW)
        return whole in STATEMENTS


@cache
def _read(module: str, source: str) -> list[Act]:
    return list(_Reader(module, _parsed(source)).acts())


def parameters(function: Function) -> list[str]:
    """The names of what a function takes."""
    return [each.arg for each in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
