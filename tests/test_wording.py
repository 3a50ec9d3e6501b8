"""What a shopkeeper lives through who changes the bot's words while it runs."""

import os
import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.wording import POST_NAMES, StaleEdit, Wording, WordingFault

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Deal(NamedTuple):
    name: str
    cents: int
    note: str | None = None

    @property
    def cheap(self) -> bool:
        return self.cents < 500


@dataclass(frozen=True, slots=True)
class Shop:
    name: str


class Sky(StrEnum):
    SUNNY = "晴"


DEALS = [Deal("苹果", 2990), Deal("小葱", 100, "送姜"), Deal("鸡蛋", 1580)]


class Folder:
    """The folder of texts, as somebody with an editor sees it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.told: list[WordingFault] = []
        self.wording = Wording(path, self.told.append)

    def edit(self, name: str, text: str | bytes) -> None:
        path = self.path / f"{name}.j2"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def say(self, text: str, **values: object) -> str:
        self.edit("said", text)
        return self.wording.render("said", **values)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    directory = tmp_path / "templates"
    directory.mkdir()
    return Folder(directory)


def test_a_changed_word_is_said_the_next_time(folder: Folder) -> None:
    folder.edit("posts/早安问候", "早上好，{{ room }}！\n")
    assert folder.wording.render("posts/早安问候", room="幸福里") == "早上好，幸福里！"
    folder.edit("posts/早安问候", "早呀，{{ room }}！\n")
    assert folder.wording.render("posts/早安问候", room="幸福里") == "早呀，幸福里！"
    assert folder.told == []


def test_a_word_replaced_by_one_of_the_same_length_is_noticed(folder: Folder) -> None:
    folder.edit("hello", "早安")
    before = (folder.path / "hello.j2").stat()
    assert folder.wording.render("hello") == "早安"
    folder.edit("new", "晚安")
    os.utime(folder.path / "new.j2", ns=(before.st_atime_ns, before.st_mtime_ns))
    (folder.path / "new.j2").replace(folder.path / "hello.j2")
    assert folder.wording.render("hello") == "晚安"


@pytest.mark.parametrize(
    "broken",
    ["早{{ room", "{{ ro }}", "{{ room|yan }}", "{% for r %}", "", "{{ room.nm }}", b"\xd4\xe7", "{{ 2 * room }}"],
)  # fmt: skip
def test_after_a_slip_the_old_text_stays_until_it_is_mended(folder: Folder, broken: str | bytes) -> None:
    folder.edit("hello", "早上好，{{ room }}")
    assert folder.wording.render("hello", room="幸福里") == "早上好，幸福里"
    folder.edit("hello", broken)
    assert [folder.wording.render("hello", room="幸福里") for _ in range(3)] == ["早上好，幸福里"] * 3
    assert folder.told == list(folder.wording.faults.values())
    assert len(folder.told) == 1, "one slip is told once"
    folder.edit("hello", "早呀，{{ room }}。")
    assert folder.wording.render("hello", room="幸福里") == "早呀，幸福里。"
    assert folder.wording.faults == {}


def test_two_slips_in_a_row_still_leave_the_good_text(folder: Folder) -> None:
    folder.edit("hello", "早上好")
    folder.wording.render("hello")
    for broken in ("{{ a }}", "{% if %}", "{{ b }}"):
        folder.edit("hello", broken)
        assert folder.wording.render("hello") == "早上好"
    assert [fault.word for fault in folder.told] == ["a", "%}", "b"]


def test_a_text_that_fails_on_some_days_is_still_what_a_worse_edit_falls_back_on(folder: Folder) -> None:
    folder.edit("price", "{{ 100 // left }}元")
    assert folder.wording.render("price", left=5) == "20元"
    with pytest.raises(WordingFault, match="不能除以0"):
        folder.wording.render("price", left=0)
    folder.edit("price", "{{ 100 // ")
    assert folder.wording.render("price", left=5) == "20元"


def test_a_text_deleted_by_mistake_is_still_said_and_told(folder: Folder) -> None:
    folder.edit("hello", "早上好")
    folder.wording.render("hello")
    (folder.path / "hello.j2").unlink()
    assert folder.wording.render("hello") == "早上好"
    assert [str(fault) for fault in folder.told] == ["templates/hello.j2：找不到这个文件"]


def test_a_text_that_was_never_there_is_a_fault(folder: Folder) -> None:
    for _ in range(2):
        with pytest.raises(WordingFault, match=r"templates/groupbuy/joined\.j2：找不到这个文件"):
            folder.wording.render("groupbuy/joined")
    assert len(folder.told) == 1
    folder.edit("groupbuy/joined", "记下了")
    assert folder.wording.render("groupbuy/joined") == "记下了"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("早\n好\n{{ weahter }}", "第3行：不认识“weahter”，是不是想写“weather”？可以用的有 shop、weather"),
        ("{{ xyz }}", "第1行：不认识“xyz”，可以用的有 shop、weather"),
        ("{% if weather %}\n\n{{ shpo.name }}{% endif %}", "第3行：不认识“shpo”，是不是想写“shop”？可以用的有"),
        ("{{ shop.nmae }}", "第1行：不认识“nmae”，是不是想写“name”？可以用的有 name"),
        ("\n{{ shop }}", "第2行：这里放的是一整项或一串东西"),
        ("{{ shop.name|yuan }}", "第1行：“yuan”前面要是以分计的整数金额"),
        ("{{ shop.name|yaun }}", "第1行：不认识“yaun”，是不是想写“yuan”？"),
        ("{{ shop.name is defined }}", "第1行：不认识“defined”，可以用的有 none"),
        ("{{ shop.name｝}", "第1行：“｝”不能写在这里：大括号里的标点要用英文半角"),
        ("{{ “好” }}", "第1行：““”不能写在这里"),
        ("{{ 'good }}", "第1行：“'”不能写在这里"),
        ("早\n{{ shop.name", "第2行：写到文件结尾还缺一个“}}”"),
        ("{% fi weather %}{% endif %}", "第1行：不认识“fi”，是不是想写“if”？"),
        ("{% if weather %}\n好", "“if”没有收尾，缺一个“{% endif %}”"),
        ("{% for a in shop %}{% if a %}\n{% endfor %}", "第2行：“endfor”来早了，里面的“if”还没有用“{% endif %}”收尾"),
        ("好{% endif %}", "第1行：“endif”前面没有和它配对的开头"),
        ("{% if weather = 1 %}{% endif %}", "第1行：比较两样东西要写“==”"),
        ("{% set a %}{{ a }}", "“set”后面要写“名字 = 内容”"),
        ("{{ shop.name() }}", "第1行：“name”后面不能带小括号"),
        ("{% include 'a.j2' %}", "第1行：模板里不能用“include”"),
        ("{{ 1 / 0 }}", "第1行：不能除以0"),
        ("{{ 'a' * 3 }}", "第1行：“*”两边要是数字；把文字接起来请用“~”"),
        ("{{ 1 < 'a' }}", "第1行：这一行算不出来"),
        ("{{ shop.name[9] }}", "第1行：里面没有第“9”个"),
        ("{% for a in 5 %}{% endfor %}", "第1行：这里要的是一组东西，给的不是"),
        (b"hi\n\n\xff", "第3行：文件不是UTF-8编码，请另存为UTF-8"),
    ],
)  # fmt: skip
def test_a_fault_names_file_line_and_word(folder: Folder, text: str, line: str) -> None:
    folder.edit("hello", text)
    with pytest.raises(WordingFault) as caught:
        folder.wording.render("hello", shop=Shop("新乐"), weather=None)
    assert str(caught.value).startswith("templates/hello.j2")
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_name_set_only_on_some_days_is_a_fault_on_all(folder: Folder) -> None:
    text = "{% if weather %}{% set sky = weather %}{% endif %}{{ sky }}"
    with pytest.raises(WordingFault, match="不认识“sky”"):
        folder.say(text, weather="晴")
    text = "{% if weather %}{% set sky = weather %}{% else %}{% set sky = '不知道' %}{% endif %}{{ sky }}"
    assert folder.say(text, weather=None) == "不知道"


def test_a_loops_name_is_not_known_after_the_loop(folder: Folder) -> None:
    with pytest.raises(WordingFault, match="第2行：不认识“deal”") as caught:
        folder.say("{% for deal in deals %}{{ deal.name }}{% endfor %}\n{{ deal.name }}", deals=DEALS)
    assert (caught.value.line, caught.value.word) == (2, "deal")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ 1.50 }} {{ 3.0 }} {{ 10 // 4 }} {{ 7 % 4 }} {{ -2 }} {{ 1e6 }}", "1.5 3 2 3 -2 1000000"),
        ("{{ true }}{{ deals[1].cheap }}{{ deals[0].cheap }}", "是是否"),
        ("有{{ none }}{{ deals[0].note }}没", "有没"),
        ("{{ '好' if not deals }}完", "完"),
        ("{{ sky }}", "晴"),
        ("{{ day }}|{{ at }}|{{ opens }}", "11月23日|11月23日 18:05|07:30"),
        ("{{ day.month }}/{{ at.hour }}", "11/18"),
        ("{{ left['鸡蛋'] }}{{ left.鸡蛋 }}", "55"),
        (
            "{% for d in deals %}{{ loop.index }}{{ d.name }}{{ '，' if not loop.last }}{% endfor %}",
            "1苹果，2小葱，3鸡蛋",
        ),
        ("{% for d in deals if d.cents > 500 %}{{ d.name }}{% else %}无{% endfor %}", "苹果鸡蛋"),
        ("{% for d in deals if d.cents > 9999 %}{{ d.name }}{% else %}没有{% endfor %}", "没有"),
        ("{% for name, count in left|items %}{{ name ~ count }}{% endfor %}", "鸡蛋5"),
        ("{{ '有' if '苹果' in deals|map('name') }}", "有"),
        ("\n\n  早\n\n{% if deals %}\n好\n{% endif %}\n\n \n", "  早\n\n好"),
    ],
)
def test_values_read_as_people_write_them(folder: Folder, text: str, said: str) -> None:
    at = datetime(2026, 11, 23, 18, 5, tzinfo=SHANGHAI)
    values = {"deals": DEALS, "sky": Sky.SUNNY, "day": date(2026, 11, 23), "at": at, "opens": time(7, 30)}
    assert folder.say(text, left={"鸡蛋": 5}, **values) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ 2990|yuan }} {{ 3000|yuan }} {{ 5|yuan }} {{ 0|yuan }} {{ -350|yuan }}", "29.9元 30元 0.05元 0元 -3.5元"),
        ("{{ deals|names('name') }} {{ ['王阿姨', '李姐']|names }} {{ []|names }}", "苹果、小葱、鸡蛋 王阿姨、李姐"),
        ("{{ at|clock }} {{ at|date }}", "18:05 11月23日"),
        ("{{ deals|length }} {{ (deals|first).name }} {{ (deals|last).name }} {{ []|first }}", "3 苹果 鸡蛋"),
        ("{{ deals|sum('cents')|yuan }} {{ deals|map('cents')|max }} {{ deals|min('cents') }}", "46.7元 2990 100"),
        ("{{ deals|sort(attribute='cents')|names('name') }}", "小葱、鸡蛋、苹果"),
        ("{{ deals|sort(attribute='cents', reverse=true)|map('name')|join('/') }}", "苹果/鸡蛋/小葱"),
        ("{{ [3, 1, 3]|unique|reverse|join }}", "13"),
        ("{{ deals[0].note|default('没有') }} {{ deals[1].note|default('没有') }}", "没有 送姜"),
        ("{{ '一二三四五'|truncate(3) }}{{ ' 好 '|trim }}{{ '早安'|replace('早', '晚') }}", "一二…好晚安"),
        ("{{ 2.345|round(1) }} {{ 2.5001|round }} {{ -3|abs }}", "2.3 3 3"),
        ("{{ 1 is odd }}{{ 1 is even }}{{ 6 is divisibleby(3) }}{{ none is none }}", "是否是是"),
    ],
)
def test_filters(folder: Folder, text: str, said: str) -> None:
    at = datetime(2026, 11, 23, 18, 5, tzinfo=SHANGHAI)
    assert folder.say(text, deals=DEALS, at=at) == said


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (datetime(2026, 11, 22, 18, 0, tzinfo=SHANGHAI), "今天18:00"),
        (datetime(2026, 11, 22, 16, 30, tzinfo=UTC), "明天00:30"),
        (datetime(2026, 11, 24, 8, 5, tzinfo=SHANGHAI), "后天08:05"),
        (datetime(2026, 11, 21, 8, 0, tzinfo=SHANGHAI), "昨天08:00"),
        (datetime(2026, 11, 28, 12, 0, tzinfo=SHANGHAI), "11月28日（周六）12:00"),
        (datetime(2026, 11, 30, 18, 0, tzinfo=SHANGHAI), "11月30日 18:00"),
        (datetime(2027, 1, 3, 18, 0, tzinfo=SHANGHAI), "2027年1月3日 18:00"),
    ],
)
def test_a_moment_is_said_as_seen_from_now(folder: Folder, when: datetime, said: str) -> None:
    now = datetime(2026, 11, 22, 23, 50, tzinfo=SHANGHAI)
    assert folder.say("{{ when|moment(now) }}", when=when, now=now) == said


def test_notepads_mark_and_line_ends_do_not_show(folder: Folder) -> None:
    folder.edit("hello", "\ufeff早上好\r\n{% if true %}\r\n邻居们\r\n{% endif %}\r\n".encode())
    assert folder.wording.render("hello") == "早上好\n邻居们"


def test_a_check_finds_every_slip_of_every_file_before_anybody_hears_it(folder: Folder) -> None:
    folder.edit("posts/早安问候", "{{ shop }}{{ room }}{{ today }}{{ deals }}{{ tip }}{{ groupbuys }}{{ weather }}")
    folder.edit("posts/今日特价", "{% if false %}{{ dael }}{% endif %}\n{{ shop|yaun }}\n{{ tipp }}")
    folder.edit("groupbuy/joined", "{{ anything }}")
    folder.edit("wallet/paid", "{{ eggs }}{{ egs }}")
    faults = folder.wording.check({"posts/": POST_NAMES, "wallet/paid": {"eggs"}, "wallet/refund": {"cents"}})
    assert [(fault.file, fault.line, fault.word) for fault in faults] == [
        ("templates/posts/今日特价.j2", 1, "dael"),
        ("templates/posts/今日特价.j2", 2, "yaun"),
        ("templates/posts/今日特价.j2", 3, "tipp"),
        ("templates/wallet/paid.j2", 1, "egs"),
        ("templates/wallet/refund.j2", None, ""),
    ]
    assert [fault.word for fault in folder.wording.check()] == ["yaun"], "no names are unknown where none are given"


def test_an_edit_in_the_console_is_tried_and_put_in_place(folder: Folder) -> None:
    folder.edit("hello", "早上好")
    text, fingerprint = folder.wording.read("hello")
    assert text == "早上好"
    saved = folder.wording.save("hello", "早呀\r\n{{ room }}", fingerprint, {"room": "幸福里"})
    assert folder.wording.read("hello") == ("早呀\n{{ room }}\n", saved)
    assert folder.wording.render("hello", room="桂花苑") == "早呀\n桂花苑"
    assert [path.name for path in folder.path.iterdir()] == ["hello.j2"], "nothing is left beside it"


def test_of_two_people_who_edit_the_same_text_the_second_is_told(folder: Folder) -> None:
    folder.edit("hello", "早上好")
    _, fingerprint = folder.wording.read("hello")
    folder.wording.save("hello", "早呀", fingerprint, {})
    with pytest.raises(StaleEdit, match="刚刚被别人改过"):
        folder.wording.save("hello", "晚安", fingerprint, {})
    assert folder.wording.render("hello") == "早呀"


@pytest.mark.parametrize("text", ["{{ roon }}", "{% if false %}{{ roon }}{% endif %}", "{{ room.x }}", "{% if %}", " "])
def test_an_edit_with_a_slip_is_refused_and_changes_nothing(folder: Folder, text: str) -> None:
    folder.edit("hello", "早上好")
    _, fingerprint = folder.wording.read("hello")
    with pytest.raises(WordingFault):
        folder.wording.save("hello", text, fingerprint, {"room": "幸福里"})
    assert folder.wording.read("hello") == ("早上好", fingerprint)


def test_a_new_text_can_be_saved_but_not_over_one_that_is_there(folder: Folder) -> None:
    saved = folder.wording.save("posts/晚安", "晚安", "", {})
    assert folder.wording.read("posts/晚安") == ("晚安\n", saved)
    with pytest.raises(StaleEdit):
        folder.wording.save("posts/晚安", "好梦", "", {})


@pytest.mark.parametrize(
    "name",
    ["../secret", "/etc/secret", "posts/../../secret", "out/secret", "circle", "", "a//b", "a\\b", ".a", "a\0b", "c:x"],
)  # fmt: skip
def test_no_name_leads_out_of_the_folder(folder: Folder, name: str) -> None:
    (folder.path.parent / "secret.j2").write_text("机密")
    (folder.path / "out").symlink_to(folder.path.parent)
    (folder.path / "circle.j2").symlink_to(folder.path / "circle.j2")
    for attempt in (folder.wording.render, folder.wording.read):
        with pytest.raises(WordingFault):
            attempt(name)
    with pytest.raises(WordingFault):
        folder.wording.save(name, "改了", "", {})
    assert (folder.path.parent / "secret.j2").read_text() == "机密"


def test_a_link_out_of_the_folder_is_found_by_the_check(folder: Folder) -> None:
    (folder.path.parent / "secret.j2").write_text("机密")
    (folder.path / "link.j2").symlink_to(folder.path.parent / "secret.j2")
    assert [fault.problem for fault in folder.wording.check()] == ["这个文件不在文字的文件夹里"]


def test_whoever_speaks_while_a_text_is_saved_says_the_old_or_the_new(folder: Folder) -> None:
    texts = ["旧" * 900, "新" * 1000]
    mark = folder.wording.save("hello", texts[0], "", {})
    heard: set[str] = set()
    done = threading.Event()

    def speak() -> None:
        while not done.is_set():
            heard.add(folder.wording.render("hello"))

    speaker = threading.Thread(target=speak)
    speaker.start()
    for turn in range(1, 60):
        mark = folder.wording.save("hello", texts[turn % 2], mark, {})
    done.set()
    speaker.join()
    assert heard <= set(texts)
    assert folder.told == []


def test_two_shops_keep_their_words_apart(tmp_path: Path) -> None:
    shops = []
    for name in ("东店", "西店"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "hello.j2").write_text(f"{name}欢迎你", encoding="utf-8")
        shops.append(Wording(tmp_path / name))
    assert [shop.render("hello") for shop in shops] == ["东店欢迎你", "西店欢迎你"]


WORDS = "{{ | }}|{% | %}|{# | #}|for d in deals|endfor|if deals|else|endif|set x = |d|deals|.name|.cents|[0]|[:2]"
MORE = "~yuan ~length ~map('name') ~join ~sum loop .index is none in == '好' odd if -1 [1,2]"
PIECES = st.sampled_from([*"1x.-()[],~+*\n早，", *WORDS.split("|"), *MORE.replace("~", "|").split(), " "])


@given(st.lists(PIECES, max_size=25).map("".join))
def test_whatever_is_typed_is_said_or_is_a_fault(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    wording = Wording(tmp_path_factory.getbasetemp())
    try:
        outcome = wording.trial("typed", text, {"deals": DEALS})
    except WordingFault as fault:
        outcome = str(fault)
        inside = fault.line is None or 1 <= fault.line <= text.count("\n") + 1
        outcome = outcome if inside else f"{outcome}: no such line"
    assert len(outcome) <= 4000
    assert not outcome.endswith("no such line")
