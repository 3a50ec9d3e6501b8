"""The shopkeeper's settings: what is missing has a default, what is wrong is named with its line, all at once."""

from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.pacing import Quiet, Schedule
from community.shop import Eggs, Fault, Invite, Reminders, Shop, ShopFault, Spot, load_shop, read_shop

SHIPPED = Path(__file__).parent.parent / "data" / "shop.toml"


def faults(text: str) -> tuple[Fault, ...]:
    """Everything wrong with these settings."""
    with pytest.raises(ShopFault) as caught:
        read_shop(text, "shop.toml")
    return caught.value.faults


def test_the_shipped_settings_are_the_defaults_with_a_name() -> None:
    shop = load_shop(SHIPPED)
    assert (shop.name, shop.hours, shop.weather) == ("幸福里小店", "早7点到晚9点半", None)
    assert (shop.invite, shop.eggs, shop.sender, shop.quiet) == (Invite(), Eggs(), Schedule(), Quiet())
    assert shop.reminders == Reminders()


def test_the_shipped_weather_works_once_its_comment_signs_are_gone() -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    for line in ("[weather]", "latitude", "longitude"):
        text = text.replace(f"# {line}", line)
    assert read_shop(text, "shop.toml").weather == Spot(38.93, 100.45)


def test_without_a_file_everything_is_the_default(tmp_path: Path) -> None:
    assert load_shop(tmp_path / "shop.toml") == Shop()


def test_all_settings_can_be_changed() -> None:
    shop = read_shop(
        'name = "小春超市"\nphone = "123"\n[invite]\nenabled = false\nper = 1\n[eggs]\ncode_hours = 24\n'
        "[reminders]\nclosing = false\npickup = true\npickup_at = '16：30'\nsame_day_at = '19:00'\n"
        '[sender]\nsame_room = 1.5\nper_minute = 10\n[quiet]\nfrom = "21：30"\nto = 08:00:00\n',
        "shop.toml",
    )
    assert (shop.name, shop.phone, shop.eggs.code_hours) == ("小春超市", "123", 24)
    assert (shop.invite.enabled, shop.invite.per, shop.invite.stay_days) == (False, 1, 3)
    assert (shop.sender.same_room, shop.sender.between_rooms, shop.sender.per_minute) == (1.5, 3.0, 10)
    assert shop.reminders == Reminders(closing=False, pickup_at=time(16, 30), same_day_at=time(19))
    assert shop.quiet == Quiet(start=time(21, 30), end=time(8, 0))


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    found = faults('nmae = "x"\n[invite]\neggs = 0\nper = "2"\n\n[sender]\nper_minute = 60\n')
    assert [(fault.line, fault.key) for fault in found] == [
        (1, "nmae"),
        (3, "invite.eggs"),
        (4, "invite.per"),
        (7, "sender.per_minute"),
    ]
    assert str(found[0]) == "shop.toml:1: nmae：没有这一项，是不是想写 name？"


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("[sender]\nsame_room = 0.9", "封号"),
        ("[sender]\nbetween_rooms = 2", "至少隔 3 秒"),
        ("[sender]\nper_minute = 41", "最多 40 条"),
        ("[sender]\nsame_room = nan", "封号"),
        ('[quiet]\nfrom = "22:01"', "只能加长"),
        ('[quiet]\nto = "06:59"', "只能加长"),
        ('[quiet]\nfrom = "06:30"', "from 要比 to 晚"),
        ('[quiet]\nfrom = "25:00"', "几点几分"),
        ("[quiet]\nfrom = 22", "几点几分"),
        ("[reminders]\nclosing = 1", "true"),
        ('[reminders]\npickup_at = "06:59"', "07:00 到 21:30"),
        ('[reminders]\nsame_day_at = "21:31"', "07:00 到 21:30"),
        ('[reminders]\npickup_at = "18:00"\n[quiet]\nfrom = "17:30"', "在安静时间里（17:30 到 07:00）"),
        ("[invite]\nenabled = 1", "true"),
        ("[invite]\nenabled = 'true'", "不加引号"),
        ("[invite]\nstay_days = true", "整数"),
        ("[invite]\nstay_days = 2.0", "整数"),
        ("[invite]\nstay_days = 31", "1 到 30"),
        ("[invite]\nper = 51", "1 到 50"),
        ("[invite]\neggs = 101", "1 到 100"),
        ("[invite]\nmonthly_cap = 31", "1 到 30"),
        ("[eggs]\ncode_hours = 721", "1 到 720"),
        ("[weather]\nlatitude = 100.45\nlongitude = 38.93", "写反了"),
        ("[weather]\nlatitude = 38.93", "还缺 longitude"),
        ("name = ''", "不能空着"),
        ("name = 5", "引号"),
        ("name = 'a\\u0000'\nname = 1", "写了两遍"),
        ('name = "a\\nb"', "一行文字"),
        (f'name = "{"好" * 21}"', "最多 20 个字"),
        ("timezone = 'Asia/Zhangye'", "Asia/Shanghai"),
        ("timezone = '../etc/passwd'", "Asia/Shanghai"),
        ("stay_days = 3", "[invite]"),
        ("[eggs]\nper = 3", "[invite]"),
        ("[invite]\nphone = '1'", "最前面"),
        ("[invte]\nper = 3", "是不是想写 invite"),
        ("eggs = 5", "[eggs]"),
        ("zzzzzz = 5", "检查拼写"),
    ],
)
def test_a_wrong_setting_is_refused_with_the_reason(setting: str, says: str) -> None:
    assert says in " ".join(str(fault) for fault in faults(setting))


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("name = “小店”", 1, "英文"),
        ("name = 小店", 1, "读不懂"),
        ('\nname = "小店\nphone = ""', 2, "读不懂"),
        ("[eggs]\n[invite]\n[eggs]", 3, "同一节"),
        ("name = 'a'\n\nname = 'b'\nphone = '1'", 3, "写了两遍"),
        ("［eggs］", 1, "英文"),
        ("eggs = " + "[" * 5000, 1, "读不懂"),
        ("eggs = " + "9" * 5000, 1, "读不懂"),
    ],
)
def test_what_is_not_toml_is_named_with_its_line(text: str, line: int, says: str) -> None:
    (fault,) = faults(text)
    assert (fault.line, says in fault.problem) == (line, True)


def test_a_file_saved_in_an_old_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_bytes('name = "小店"'.encode("gbk"))
    with pytest.raises(ShopFault, match="UTF-8"):
        load_shop(path)


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShopFault, match="打不开"):
        load_shop(tmp_path)


@given(st.text())
def test_whatever_is_written_it_is_settings_or_faults(text: str) -> None:
    try:
        answer: Shop | tuple[Fault, ...] = read_shop(text, "shop.toml")
    except ShopFault as refusal:
        answer = refusal.faults
    assert answer


@given(st.dictionaries(st.sampled_from(["same_room", "between_rooms", "per_minute"]), st.floats() | st.integers()))
def test_no_setting_makes_the_sender_faster_than_the_law(values: dict[str, float]) -> None:
    text = "[sender]\n" + "\n".join(f"{key} = {value}" for key, value in values.items())
    try:
        sender = read_shop(text, "shop.toml").sender
    except ShopFault:
        return
    assert sender.same_room >= 1
    assert sender.between_rooms >= 3
    assert sender.per_minute <= 40
