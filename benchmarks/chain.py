"""The chain reader: how near it comes to a person on the chains of the tests, and how fast it is."""

import json
import time
from collections.abc import Callable
from statistics import median

from benchmarks.report import Report, at_least, at_most, scaled
from community.chain import Offer, diff, read_chain
from tests.chain_cases import FILES, cases, score

ROWS = 5000
OFFERS = (
    Offer("A", "红富士苹果", ("苹果",), "份", "5斤装"),
    Offer("B", "香蕉"),
    Offer("C", "盐汽水", (), "箱", "600ml*24瓶"),
)


def measure(scale: float = 1) -> Report:
    """Precision on the known and the held-out chains, and microseconds a row for a long chain and for a usual one."""
    figures: dict[str, object] = {}
    goals = []
    for file in FILES:
        found, name = score(cases(file)), file.removesuffix(".toml")
        figures |= {f"{name}_chains": found.chains, f"{name}_rows": found.rows, f"{name}_clear_rows": found.clear}
        goals.append(at_most(f"{name}_wrong_sure_rows", len(found.wrong), 0))
        goals.append(at_least(f"{name}_share_sure", found.share, 0.85))
    whole, half, usual = _chain(ROWS), _chain(ROWS // 2), _chain(40)
    rounds = scaled(5, scale)
    long, short = (
        _seconds(lambda: read_chain(whole, OFFERS), rounds),
        _seconds(lambda: read_chain(half, OFFERS), rounds),
    )
    figures["row_us_of_5000"] = round(long / ROWS * 1e6, 1)
    figures["usual_chain_of_40_rows_ms"] = round(_seconds(lambda: read_chain(usual, OFFERS), rounds) * 1e3, 2)
    figures["diff_of_5000_rows_ms"] = round(_diff(whole, rounds) * 1e3, 1)
    goals.append(at_most("twice_the_rows_take", long / short, 2.5))
    return Report(figures, goals)


def _chain(rows: int) -> str:
    lines = (
        f"{row}. {row % 30 + 1}栋王阿姨 苹果2份 香蕉1份，盐汽水600ml*24瓶 2箱（熟点）" for row in range(1, rows + 1)
    )
    return "\n".join(("#接龙", "今日水果", "", *lines))


def _seconds(run: Callable[[], object], rounds: int) -> float:
    def once() -> float:
        begun = time.perf_counter()
        run()
        return time.perf_counter() - begun

    return median(once() for _ in range(rounds))


def _diff(text: str, rounds: int) -> float:
    before, after = read_chain(text, OFFERS), read_chain(text.replace("苹果2份", "苹果1份", 9), OFFERS)
    if before is None or after is None:
        raise AssertionError("a chain must be read to be compared")
    return _seconds(lambda: diff(before, after), rounds)


if __name__ == "__main__":
    report = measure()
    print(
        json.dumps(report.figures | {"goals": [goal._asdict() for goal in report.goals]}, ensure_ascii=False, indent=2)
    )
