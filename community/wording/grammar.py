"""Which of Jinja's language a shop's texts may use, checked before anything runs; loops are given their price here."""

from collections.abc import Iterator, Mapping

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer

from community.wording.faults import Slip, unknown
from community.wording.limits import BIGGEST, DEPTH, NODES

# Names of our own filters for what Jinja writes without one; the braces keep them out of a template's reach.
PRICE, GLUE = "{price}", "{glue}"

# No calls, macros, blocks or includes: without them nothing recurs, nothing is buffered out of sight,
# and no value's method can be run from a text.
_ALLOWED = frozenset({
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.Assign,
    nodes.Name, nodes.Const, nodes.Tuple, nodes.List, nodes.Getattr, nodes.Getitem, nodes.Slice,
    nodes.Filter, nodes.Test, nodes.Keyword, nodes.CondExpr, nodes.And, nodes.Or, nodes.Not,
    nodes.Compare, nodes.Operand, nodes.Concat, nodes.Neg, nodes.Pos,
    nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod,
})  # fmt: skip
_WRITTEN = {
    nodes.Call: "( )", nodes.Pow: "**", nodes.Dict: "{ }", nodes.AssignBlock: "set…endset", nodes.NSRef: "namespace",
    nodes.Macro: "macro", nodes.CallBlock: "call", nodes.FilterBlock: "filter", nodes.Block: "block",
    nodes.Include: "include", nodes.Import: "import", nodes.FromImport: "from", nodes.Extends: "extends",
    nodes.With: "with", nodes.ScopedEvalContextModifier: "autoescape",
}  # fmt: skip
_RESERVED = frozenset(
    {"loop", "self", "super", "caller", "varargs", "kwargs"}
)  # Jinja gives these a meaning of its own


def too_complex(tree: nodes.Template) -> bool:
    """Whether a text is made of too many pieces, or has them too deep inside each other to be looked at safely."""
    return any(count > NODES or depth > DEPTH for count, (_, depth) in enumerate(_walk(tree), start=1))


def slips(tree: nodes.Template, environment: Environment) -> Iterator[Slip]:
    """All that a text may not say, wherever it stands."""
    for node, _ in _walk(tree):
        yield from _slips_of(node, environment)


def _walk(tree: nodes.Node) -> Iterator[tuple[nodes.Node, int]]:
    """Every node as it is written, with its depth; a stack of our own, because the tree may be deeper than Python's."""
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((child, depth + 1) for child in reversed(list(node.iter_child_nodes())))


def _slips_of(node: nodes.Node, environment: Environment) -> Iterator[Slip]:
    line = node.lineno
    if type(node) not in _ALLOWED:
        yield _forbidden(node)
    elif isinstance(node, nodes.Filter):
        yield from _named(node, environment.filters)
    elif isinstance(node, nodes.Test):
        yield from _named(node, environment.tests)
    elif isinstance(node, nodes.Name):
        if node.name.startswith("_") or node.name in _RESERVED - ({"loop"} if node.ctx == "load" else set()):
            yield Slip(node.name, f"“{node.name}”不能当名字用，换一个", line)
    elif isinstance(node, nodes.Const) and isinstance(node.value, int | float) and not abs(node.value) <= BIGGEST:
        yield Slip("", "这个数太大", line)
    elif isinstance(node, nodes.For) and node.recursive:
        yield Slip("recursive", "这里不能用“recursive”", line)
    elif isinstance(node, nodes.List | nodes.Tuple) and not _flat(node):
        yield Slip("", "中括号或小括号里只能列写死的文字和数字", line)


def _forbidden(node: nodes.Node) -> Slip:
    if isinstance(node, nodes.Call):
        callee = node.node
        word = getattr(callee, "attr", None) or getattr(callee, "name", None) or "( )"
        return Slip(str(word), f"“{word}”后面不能带小括号，模板里只能写名字和用“|”的格式", node.lineno)
    word = _WRITTEN.get(type(node), type(node).__name__)
    return Slip(word, f"模板里不能用“{word}”", node.lineno)


def _named(node: nodes.Filter | nodes.Test, table: Mapping[str, object]) -> Iterator[Slip]:
    if node.name not in table:
        yield unknown(node.name, (name for name in table if not name.startswith("{")), node.lineno)
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        yield Slip("*", f"“{node.name}”后面的括号里不能用“*”", node.lineno)


def _flat(node: nodes.List | nodes.Tuple) -> bool:
    """A list of constants, or the names before `in`: lists of lists could grow as fast as 2 to their depth."""
    if isinstance(node, nodes.Tuple) and node.ctx == "store":
        return all(isinstance(item, nodes.Name) for item in node.items)
    return all(isinstance(item, nodes.Const) for item in node.items)


def free_names(tree: nodes.Template) -> dict[str, int]:
    """The names a text expects to be given, with the line that first needs each, in branches not taken too.

    A name set in only some branches of an `if` counts as expected: on the other days it would be missing.
    """
    needed: dict[str, int] = {}
    _look(tree, set(), needed)
    return needed


def _look(node: nodes.Node, known: set[str], needed: dict[str, int]) -> None:
    if isinstance(node, nodes.Name):
        if node.name not in known:
            needed.setdefault(node.name, node.lineno)
    elif isinstance(node, nodes.For):
        _look(node.iter, known, needed)
        inside = known | _targets(node.target)
        if node.test is not None:
            _look(node.test, inside, needed)
        _look_all(node.body, inside | {"loop"}, needed)
        _look_all(node.else_, set(known), needed)
    elif isinstance(node, nodes.If):
        known |= _look_branches(node, known, needed)
    elif isinstance(node, nodes.Assign):
        _look(node.node, known, needed)
        known |= _targets(node.target)
    else:
        _look_all(list(node.iter_child_nodes()), known, needed)


def _look_all(parts: list[nodes.Node], known: set[str], needed: dict[str, int]) -> None:
    for part in parts:
        _look(part, known, needed)


def _look_branches(node: nodes.If, known: set[str], needed: dict[str, int]) -> set[str]:
    """The names that are set whichever way the `if` goes."""
    after = []
    for branch in (node, *node.elif_):
        _look(branch.test, known, needed)
        after.append(set(known))
        _look_all(branch.body, after[-1], needed)
    after.append(set(known))
    _look_all(node.else_, after[-1], needed)
    return set.intersection(*after)


def _targets(target: nodes.Node) -> set[str]:
    return {name.name for name in (target, *target.find_all(nodes.Name)) if isinstance(name, nodes.Name)}


class _Pricing(NodeTransformer):
    """Makes every loop, and every search with `in`, pay before it starts, and `~` measure what it joins.

    A round of a loop costs the nodes in its body, those of loops inside it left out: they pay for themselves.
    """

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - Jinja's visitors are named after the nodes
        node.iter = _through(PRICE, node.iter, 1 + sum(map(_weight, (*node.body, node.test))))
        return self.generic_visit(node)

    def visit_Operand(self, node: nodes.Operand) -> nodes.Node:  # noqa: N802 - as above
        if node.op in ("in", "notin"):
            node.expr = _through(PRICE, node.expr, 1)
        return self.generic_visit(node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - as above
        parts = nodes.Tuple(node.nodes, "load", lineno=node.lineno)
        return self.generic_visit(_through(GLUE, parts))

    def visit_CondExpr(self, node: nodes.CondExpr) -> nodes.Node:  # noqa: N802 - as above
        node.expr2 = node.expr2 or nodes.Const("", lineno=node.lineno)
        return self.generic_visit(node)


def priced(tree: nodes.Template, environment: Environment) -> nodes.Template:
    """The same text with the price of its loops written in."""
    _Pricing().visit(tree)
    tree.set_environment(environment)
    return tree


def _through(name: str, node: nodes.Node, *extra: int) -> nodes.Filter:
    line = node.lineno
    return nodes.Filter(node, name, [nodes.Const(each, lineno=line) for each in extra], [], None, None, lineno=line)


def _weight(node: nodes.Node | None) -> int:
    if node is None:
        return 0
    inside = (node.iter, *node.else_) if isinstance(node, nodes.For) else node.iter_child_nodes()
    return 1 + sum(map(_weight, inside))
