"""Usage: what is wrong with a command as it was typed, in plain Chinese; Typer says it in English."""

import difflib
import re
from typing import Any

import typer

UsageFault: type[Any] = typer.BadParameter.__mro__[1]
"""Click's UsageError, of which every wrong command line is a kind; Typer shows only this child of it."""

_SAID = (
    (r"No such option:? '?(--?[^\s'(]+)", "没有 {0} 这个选项"),
    (r"Option '(.+?)' requires", "{0} 后面还要写内容"),
    (r"Option '(.+?)' does not take a value", "{0} 后面不用写内容"),
    (r"Missing argument", "还要写：{help}"),
    (r"Missing option '(.+?)'", "还要写 {0}：{help}"),
    (r"Got unexpected extra arguments?(?:\(s\))? \((.+)\)", "多写了 {0}"),
    (r"(?:.*: )?[Ff]ile '(.+)' does not exist", "没有这个文件：{0}"),
    (r"(?:.*: )?[Ff]ile '(.+)' is a directory", "{0} 是文件夹，这里要一个文件"),
    (r"Invalid value for '?(.+?)'?: .*?'(.*)' is not one of (.+?)\.?$", "{0} 只能写 {2}，不能是 {1}"),
    (r"Invalid value for '?(.+?)'?: .*integer", "{0} 要写数字"),
)
"""Typer's sentences and ours; the first that matches speaks."""


def explain(fault: Any) -> list[str]:
    """What is wrong, and how to find out what is right; all help where nothing was typed."""
    if type(fault).__name__ == "NoArgsIsHelpError":
        return ["要做哪一样？", fault.format_message()]
    command = f"{fault.ctx.info_name} " if fault.ctx and fault.ctx.parent else ""
    return [_problem(fault), f"怎么写看这里：python bot.py {command}--help"]


def _problem(fault: Any) -> str:
    message = " ".join(fault.format_message().split())
    if unknown := re.match("No such command '(.+?)'", message):
        return f"没有“{unknown[1]}”这个命令" + _meant(unknown[1], list(fault.ctx.command.commands))
    for pattern, sentence in _SAID:
        if found := re.match(pattern, message):
            said = sentence.format(*(_plain(group) for group in found.groups()), help=_help(fault))
            return said + _meant(found[1], _options(fault)) if "这个选项" in sentence else said
    return f"这样写不对（{message}）"


def _help(fault: Any) -> str:
    return getattr(getattr(fault, "param", None), "help", None) or ""


def _options(fault: Any) -> list[str]:
    return [name for param in fault.ctx.command.params for name in param.opts] if fault.ctx else []


def _meant(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"，是不是想写 {near[0]}？" if near else ""


def _plain(text: str) -> str:
    """A list of choices as people write it."""
    return text.replace("', '", "、").strip("'")
