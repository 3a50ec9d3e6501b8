"""Whoever may edit a text cannot stop the bot with it: every trick known ends in a fault, at once."""

import time
from pathlib import Path
from typing import NamedTuple

import pytest

from community.wording import Wording, WordingFault


class Deal(NamedTuple):
    name: str
    cents: int


class Counted(list[int]):
    """A list with a method that would be missed."""

    def sell(self) -> str:
        self.clear()
        return "卖光了"


DEALS = [Deal(f"商品{number}", number) for number in range(200)]
TEN = "deals[:10]"


def nested(depth: int, inside: str, over: str = TEN) -> str:
    begin = "".join(f"{{% for d{level} in {over} %}}" for level in range(depth))
    return begin + inside + "{% endfor %}" * depth


RUNAWAYS = {
    "nested loops that say nothing": nested(9, ""),
    "nested loops that say much": nested(9, "多"),
    "nested loops over a string": nested(6, "", "'一二三四五六七八九十'"),
    "loops over what a filter made": nested(4, "", "deals|map('name')|sort"),
    "loops with a condition": "{% for a in deals %}{% for b in deals if b.cents == a.cents %}{% for c in deals %}"
    "{% endfor %}{% endfor %}{% endfor %}" * 40,
    "a loop full of searches": nested(2, "{% if 'x' in deals %}{% endif %}", "deals"),
    "a loop full of sorting": nested(1, "{% set x = deals|sort|sort|sort|sort %}", "deals"),
    "a loop full of replacing": "{% set s = long %}" + nested(2, "{% set x = s|replace('字', '词') %}", "deals"),
    "two hundred loops in a row": "{% for a in deals %}{% for b in deals %}{% endfor %}{% endfor %}" * 200,
    "a long answer": "{% for d in deals %}" + "很长" * 2000 + "{% endfor %}",
    "a value that is too long": "{{ long }}{{ long }}",
    "range": "{% for i in range(10**9) %}{% endfor %}",
    "a huge range handed in": "{% for i in many %}{% endfor %}",
    "a string times a number": "{{ 'x' * 10000000000 }}",
    "a number times a string": "{{ 10000000000 * 'x' }}",
    "a list times a number": "{{ ([1] * 1000000000)|length }}",
    "powers": "{{ 10**10**10 }}",
    "squaring": "{% set a = 999999 %}" + "{% set a = a * a %}" * 60 + "{{ a }}",
    "a number of thousands of digits": "{{ " + "9" * 5000 + " }}",
    "infinity": "{{ 1e999 - 1e999 }}",
    "rounding to minus a thousand million": "{{ 5|round(-1000000000) }}",
    "doubling with ~": "{% set a = 'ha' %}" + "{% set a = a ~ a %}" * 100 + "{{ a }}",
    "doubling with +": "{% set a = 'ha' %}" + "{% set a = a + a %}" * 100 + "{{ a }}",
    "doubling with join": "{% set a = 'ha' %}" + "{% set a = deals|map('name')|join(a) %}" * 100 + "{{ a }}",
    "doubling by replacing": "{% set a = 'aaaaaaaaaa' %}" + "{% set a = a|replace('a', a) %}" * 30 + "{{ a }}",
    "replacing nothing": "{{ long|replace('', long) }}",
    "doubling a block": "{% set a %}ha{% endset %}{% set a %}{{ a }}{{ a }}{% endset %}",
    "lists of the same list": "{% set a = deals %}" + "{% set a = [a, a] %}" * 40 + "{{ a }}",
    "doubling a list": "{% set a = deals %}" + "{% set a = a + a %}" * 40 + "{{ a|length }}",
    "a namespace": "{% set ns = namespace(a='x') %}{% for d in deals %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}",
    "center": "{{ 'x'|center(1000000000) }}",
    "format": "{{ '%999999999d'|format(1) }}",
    "percent": "{{ '%999999999d' % 1 }}",
    "an odd percent": "{% if '%999999999d' is odd %}x{% endif %}",
    "a divisible percent": "{% if '%999999999d' is divisibleby(3) %}x{% endif %}",
    "str.format": "{{ '{:>999999999}'.format(1) }}",
    "a format attribute": "{{ '{:>999999999}'.format }}",
    "batch": "{{ deals|batch(3, deals)|list }}",
    "indent": "{{ long|indent(1000000) }}",
    "wordwrap": "{{ long|wordwrap(1) }}",
    "pprint": "{{ deals|pprint }}",
    "recursive macro": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "doubly recursive macro": "{% macro m(n) %}{% if n %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    "call block": "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}x{% endcall %}",
    "recursive loop": "{% for d in deals recursive %}{{ loop(deals) }}{% endfor %}",
    "calling the loop": "{% for d in deals %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "including itself": "{% include 'posts/早安问候.j2' %}",
    "importing": "{% import 'posts/早安问候.j2' as x %}",
    "extending itself": "{% extends 'posts/早安问候.j2' %}",
    "a block": "{% block a %}{{ self.a() }}{% endblock %}",
    "self": "{{ self }}",
    "self's insides": "{{ self._TemplateReference__context }}",
    "cycler": "{{ cycler('a').next() }}",
    "joiner": "{{ joiner(', ') }}",
    "lipsum": "{{ lipsum(n=1000000) }}",
    "lipsum's globals": "{{ lipsum.__globals__ }}",
    "dict": "{{ dict(a=1) }}",
    "a class": "{{ ''.__class__.__mro__ }}",
    "a class by filter": "{{ deals|map('__class__')|first }}",
    "a class by bracket": "{{ deals['__class__'] }}",
    "attr": "{{ deals|attr('__class__') }}",
    "a method": "{{ stock.sell() }}",
    "a method not called": "{{ stock.sell }}",
    "the method of a tuple": "{{ deals[0].count }}",
    "the method of a string": "{{ deals[0].name.upper }}",
    "the method of a dict": "{{ kept.clear }}",
    "a whole object": "{{ stock }}",
    "a star": "{{ deals|join(*deals) }}",
    "a filter of ours by force": "{% for d in deals|{price}(-1000000) %}{% endfor %}",
    "brackets by the thousand": "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "dots by the thousand": "{{ deals" + ".a" * 3000 + " }}",
    "sums by the thousand": "{{ 1" + " + 1" * 3000 + " }}",
    "not by the thousand": "{{ " + "not " * 3000 + "1 }}",
    "ifs by the hundred": "{% if deals %}" * 300 + "{% endif %}" * 300,
    "loops by the dozen": nested(30, "x", "[1]"),
    "a very large file": "话" * 100_000,
    "nothing at all": " \n\n ",
}


@pytest.mark.parametrize("text", RUNAWAYS.values(), ids=RUNAWAYS.keys())
def test_a_text_made_to_harm_ends_at_once_in_a_fault(tmp_path: Path, text: str) -> None:
    (tmp_path / "post.j2").write_text(text, encoding="utf-8")
    stock = Counted([1, 2, 3])
    values = {"deals": DEALS, "long": "字" * 3000, "many": range(10**9), "stock": stock, "kept": {"鸡蛋": 5}}
    begun = time.thread_time()
    with pytest.raises(WordingFault, match=r"post\.j2"):
        Wording(tmp_path).render("post", **values)
    assert time.thread_time() - begun < 0.5
    assert stock == [1, 2, 3]


@pytest.mark.parametrize("text", RUNAWAYS.values(), ids=RUNAWAYS.keys())
def test_looking_at_a_text_made_to_harm_is_quick_too(tmp_path: Path, text: str) -> None:
    (tmp_path / "post.j2").write_text(text, encoding="utf-8")
    begun = time.thread_time()
    for fault in Wording(tmp_path).check({"post": {"deals", "long", "many", "stock", "kept"}}):
        assert str(fault).startswith(tmp_path.name)
    assert time.thread_time() - begun < 0.5


@pytest.mark.parametrize(
    "nickname", ["{{ 7*7 }}", "{% for i in deals %}", "{# 藏起来 #}", "{{", "%}", "<b>", "a\\b", "{:>99}", "%d"]
)
def test_a_nickname_is_only_ever_said_as_it_is(tmp_path: Path, nickname: str) -> None:
    (tmp_path / "joined.j2").write_text("欢迎{{ who }}，{{ who ~ '好' }}", encoding="utf-8")
    said = Wording(tmp_path).render("joined", who=nickname)
    assert said == f"欢迎{nickname}，{nickname}好"


def test_a_long_but_honest_list_is_within_the_bounds(tmp_path: Path) -> None:
    text = "{% for d in deals %}{{ loop.index }}. {{ d.name }} {{ d.cents|yuan }}\n{% endfor %}"
    (tmp_path / "sheet.j2").write_text(text, encoding="utf-8")
    said = Wording(tmp_path).render("sheet", deals=DEALS)
    assert len(said.splitlines()) == 200
    assert said.endswith("200. 商品199 1.99元")
