"""What is wrong with a text, said so that a shopkeeper can mend it."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError

_TAGS = ("for", "else", "endfor", "if", "elif", "endif", "set", "raw", "endraw")
_TOKENS = {
    "end of print statement": "}}",
    "end of statement block": "%}",
    "end of template": "文件结尾",
    "name": "名字",
    "begin of print statement": "{{",
    "begin of statement block": "{%",
}
# Jinja's sentences with the word at fault, and what a shopkeeper reads instead; the first that matches speaks
_SYNTAX = (
    (r"unexpected char ['\"](?P<word>.+?)['\"] at", "“{word}”不能写在这里：大括号里的标点要用英文半角，引号要成对"),
    (r"Unexpected end of template.*be closed is '(?P<word>set)'", "“set”后面要写“名字 = 内容”"),
    (r"Unexpected end of template.*be closed is '(?P<word>\w+)'", "“{word}”没有收尾，缺一个“{{% end{word} %}}”"),
    (r"unexpected end of template, expected '(?P<word>.+?)'", "写到文件结尾还缺一个“{word}”"),
    (r"Missing end of comment", "“{{#”没有用“#}}”收尾"),
    (r"Missing end of raw", "“raw”没有用“{{% endraw %}}”收尾"),
    (r"unexpected '(?P<word>.+?)', expected '(?P<wanted>.+?)'", "“{word}”前面缺一个“{wanted}”"),
    (r"unexpected '(?P<word>.+?)'", "“{word}”多了，或者它前面少写了什么"),
    (r"expected token '.+?', got '(?P<word>=)'", "比较两样东西要写“==”"),
    (r"expected token '(?P<wanted>.+?)', got '(?P<word>.+?)'", "这里应该是“{wanted}”，却写着“{word}”"),
    (r"Expected an expression, got '(?P<word>.+?)'", "“{word}”前面少写了内容"),
    (r"expected name or number", "点“.”后面少写了名字"),
    (r"tag name expected", "“{{% %}}”里还没写内容"),
)


_LISTED = 40
"""As many choices are listed; of more, only the one that was probably meant is named."""


class Slip(Exception):
    """One thing wrong in a text of a file not yet known: the word, the problem in Chinese, the line if known."""

    def __init__(self, word: str, problem: str, line: int | None = None) -> None:
        super().__init__(problem)
        self.word, self.problem, self.line = word[:40], problem, line


@dataclass(eq=False)
class WordingFault(Exception):
    """A text cannot be used. `str()` of it is one Chinese line for a shopkeeper; `line` is None for the whole file."""

    file: str
    line: int | None
    word: str
    problem: str

    def __str__(self) -> str:
        where = f" 第{self.line}行" if self.line else ""
        return f"{self.file}{where}：{self.problem}"


class StaleEdit(WordingFault):
    """The file changed while it was being edited; nothing was written."""


def unknown(word: str, choices: Iterable[str], line: int | None = None) -> Slip:
    """The word is none of `choices`: names the one that was probably meant, then all that may be used."""
    shown = list(choices)
    if not shown:
        return Slip(word, f"这里没有“{word[:40]}”", line)
    near = difflib.get_close_matches(word[:40], shown, n=1, cutoff=0.5)
    meant = f"，是不是想写“{near[0]}”？" if near else "，"
    choice = f"可以用的有 {'、'.join(shown)}" if len(shown) <= _LISTED else "" if near else "请检查拼写"
    return Slip(word, f"不认识“{word[:40]}”{meant}{choice}", line)


def misspelt(error: TemplateSyntaxError) -> Slip:
    """What Jinja says about a broken text, in the shopkeeper's language."""
    message = error.message or ""
    if found := re.match(r"Encountered unknown tag '(\w+)'", message):
        return _stray(found[1], message, error.lineno)
    for pattern, sentence in _SYNTAX:
        if found := re.match(pattern, message, re.DOTALL):
            words = {group: _TOKENS.get(word, word) for group, word in found.groupdict().items()}
            return Slip(words.get("word", ""), sentence.format(**words), error.lineno)
    return Slip("", f"这里的写法不对（{message[:200]}）", error.lineno)


def _stray(tag: str, message: str, line: int) -> Slip:
    if tag not in _TAGS:
        return unknown(tag, _TAGS, line)
    if inner := re.search(r"be closed is '(\w+)'", message):
        return Slip(tag, f"“{tag}”来早了，里面的“{inner[1]}”还没有用“{{% end{inner[1]} %}}”收尾", line)
    return Slip(tag, f"“{tag}”前面没有和它配对的开头", line)
