"""A shop without an account for the bot: a whole group buy as its page tells it, typed and pasted."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.counter import Outcome, Shop

CHAIN = "#接龙\n红富士苹果 5斤装 29.9元一份\n\n1. 王阿姨 2份\n2. 3栋老王 一份\n3. 小陈"

PAGE = ROOT / "docs" / "without-account.zh-CN.md"


@pytest.fixture
def bookkeeping(shop: Shop) -> Shop:
    """The shop after the first step of the page, word for word."""
    shop.file.unlink()
    step = re.search(r"```\n( +\[阳光里群\].*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert step is not None
    typed(shop, step[1].replace("   ", ""))
    return shop


def typed(shop: Shop, lines: str) -> str:
    """What `bot.py chat` answers to these lines."""
    command = [sys.executable, str(ROOT / "bot.py"), "chat"]
    done = subprocess.run(
        command,
        cwd=shop.folder,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        input=lines,
        timeout=60,
        check=True,
    )
    return done.stdout


def pasted(shop: Shop, text: str, *more: str) -> Outcome:
    command = [sys.executable, str(ROOT / "bot.py"), "paste", "--room", "阳光里群", *more]
    done = subprocess.run(
        command,
        cwd=shop.folder,
        env=dict(os.environ),
        capture_output=True,
        input=text.encode(),
        timeout=60,
        check=False,
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_group_buy_is_run_by_paste_alone(bookkeeping: Shop) -> None:
    looked = pasted(bookkeeping, CHAIN, "--dry-run", "--format", "json")
    taken = pasted(bookkeeping, CHAIN, "--format", "json")
    assert looked == taken
    assert [(row["name"], row["status"], row["items"]) for row in json.loads(taken.out)["rows"]] == [
        ("王阿姨", "sure", [{"item": "红富士苹果", "quantity": 2}]),
        ("3栋老王", "sure", [{"item": "红富士苹果", "quantity": 1}]),
        ("小陈", "doubtful", []),
    ]
    mended = pasted(bookkeeping, f"{CHAIN} 1份\n4. 老周 2份")
    assert mended.out.endswith("1. 王阿姨 2份\n2. 3栋老王 1份\n3. 小陈 1份\n4. 老周 2份\n")
    assert "都是记过的，没有变化。" in pasted(bookkeeping, f"{CHAIN} 1份\n4. 老周 2份").out
    after = typed(bookkeeping, "[阳光里群]\n店主: 截单\n店主: 到货 红富士 5\n店主: 确认到货\n")
    assert "4人订了6份" in after
    assert "少1份" in after


def test_a_group_nobody_wrote_down_is_told_how_to(bookkeeping: Shop) -> None:
    typed(bookkeeping, "[阳光里群]\n店主: 撤团\n店主: 确认撤团\n")
    refused = pasted(bookkeeping, CHAIN)
    assert refused.code == 1
    assert "店主: 开团" in refused.err


def test_several_goods_are_opened_in_one_message_and_pasted_twice(bookkeeping: Shop) -> None:
    opened = "店主: 开团 周末水果 明天18:00截单\n  砂糖橘 一箱 35元 9份\n  土鸡蛋 30枚 22元 50板\n店主: 确认\n"
    assert "A. 砂糖橘" in typed(bookkeeping, f"[阳光里群]\n{opened}")
    text = "周末水果接龙\n1. 李姐 不要了\n2. 王阿姨 橘子1箱 鸡蛋两板\n3. 小陈 橘子10份\n4. 王阿姨 砂糖橘1 土鸡蛋2"
    for _ in range(2):
        told = pasted(bookkeeping, text, "--groupbuy", "2", "--format", "json")
        rows = [(row["row"], row["name"], row["status"], row["items"]) for row in json.loads(told.out)["rows"]]
        assert rows == [
            (1, "李姐", "ignored", []),
            (2, "王阿姨", "sure", [{"item": "砂糖橘", "quantity": 1}, {"item": "土鸡蛋", "quantity": 2}]),
            (3, "小陈", "doubtful", []),
            (4, "王阿姨", "doubtful", []),
        ]
    doubts = pasted(bookkeeping, text, "--groupbuy", "2").out.rpartition("\n\n")[2]
    assert "李姐" not in doubts
