"""Remarks: what is added to an order without naming goods is told from goods, and counts nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.quantity import normalise
from community.remark import Parted, ends_like_talk, is_remark, part, sounds_like_talk

REMARKS = """
放门口|放在门口就行|明天去拿|一份给我妈|谢谢老板|晚点来拿|下班来取|3点来拿|下午5点半来拿|晚上8点拿|8:30来取|给我妈|要大的|不要太大的|挑新鲜的|甜一点的
自提|送到3栋|3-2-501|5号楼2单元|明天下午到店里自提|楼下快递柜|老板辛苦了|麻烦送上门|放门卫那里|我也要|给隔壁王阿姨|送货上门谢谢|周六来取|已付|麻烦挑大一点的
晚上我老公去拿|放鞋柜上就行|先放店里|一份放门口|帮我留着|孩子放学来拿|支持老板|大的|小一点的|明天|后天上午|给我留一下|1份给我妈1份给我婆婆|轻拿轻放
让我妈来拿|下班后自己拿|要红的|明早来拿|不在家放门口|我明天过来拿|半小时后来拿|谢谢[玫瑰]|李姐代拿|到货了告诉我|早点送来|别放太久了|打电话给我
"""
GOODS = """
橙子|香蕉|苹果|明天的牛奶|红提|青提|甜点|早点|康师傅|小米|老干妈|女儿红|生菜|挂面|口红|拿铁|牛奶|鸡蛋|大白菜|老婆饼|开心果|砂糖橘|大虾|小龙虾|宝宝霜|水
外婆菜|大红袍|来伊份|王老吉|好丽友|好吃点|好多鱼|自热饭|黄桃|老面包|取暖器|快递袋|上好佳|小孩牙膏|团长推荐的|放心肉|楼下卖的橙子|放心菜|送的小菜
"""
DOUBTS = """
取消|不要了|不要|算了|3份|3|+1|2斤|再来1份给我妈|加1份|多1份给我妈|要2份|要一份|来一桶|改成2|换成梨|退|送错了|多少钱|还有吗|怎么买|下次吧|我再想想|要想一下
同意|天后再说|小时才到|点来拿|号楼
"""


def each(text: str) -> list[str]:
    return [one for line in text.split("\n") for one in line.split("|") if one]


def test_there_are_enough_of_both_kinds() -> None:
    assert min(len(each(REMARKS)), len(each(GOODS))) >= 40


@pytest.mark.parametrize("words", each(REMARKS))
def test_a_remark_is_taken_off_an_order(words: str) -> None:
    assert is_remark(words.removesuffix("[玫瑰]"))
    assert part(f"3份 {words}").line == "3份"
    assert part(f"3，{words}").line == "3"
    assert part(f"3份苹果（{words}）").line == "3份苹果"


@pytest.mark.parametrize("words", each(GOODS) + each(DOUBTS))
def test_what_may_be_goods_or_is_in_doubt_stays_in_the_order(words: str) -> None:
    assert not is_remark(words)
    assert part(f"3 {words}").line == f"3 {words}"


@pytest.mark.parametrize(
    ("line", "order", "remark"),
    [
        ("1 放门口", "1", "放门口"),
        ("1放门口", "1", "放门口"),
        ("2份明天来拿", "2份", "明天来拿"),
        ("2 明天去拿 谢谢", "2", "明天去拿 谢谢"),
        ("2，谢谢老板", "2", ""),
        ("A2 B1，放门口", "A2 B1", "放门口"),
        ("红富士2 盐汽水4 下班来取", "红富士2 盐汽水4", "下班来取"),
        ("苹果 2份 [强] 明天拿", "苹果 2份 [强]", "明天拿"),
        ("3楼下拿", "3楼下拿", ""),
        ("2点来拿", "2点来拿", ""),
        ("1同意", "1同意", ""),
        ("放门口", "放门口", ""),
    ],
)
def test_only_what_stands_behind_a_number_is_parted(line: str, order: str, remark: str) -> None:
    assert part(line)[:2] == (order, remark)


def test_goods_are_never_a_remark() -> None:
    assert part("1 大的", is_goods=lambda words: words == "大的").line == "1 大的"


def test_portions_in_a_remark_are_counted() -> None:
    assert part("3（一份给我妈，1份放门口）").shares == 2


@pytest.mark.parametrize("words", ["航班了", "天再说", "一下时间", "明天的会议", "好看的", "什么时候"])
def test_a_sentence_is_no_name(words: str) -> None:
    assert sounds_like_talk(words)


@pytest.mark.parametrize("words", ["香蕉", "红富士苹果", "李姐", "周末水果", "10斤装"])
def test_a_name_is_no_sentence(words: str) -> None:
    assert not sounds_like_talk(words)
    assert not ends_like_talk(words)


@given(st.text("放门口明天给我妈12份，（） 的要再来苹果+", max_size=40) | st.text(max_size=60))
def test_any_line_is_parted_and_nothing_is_made_up(line: str) -> None:
    parted = part(line)
    assert parted == Parted(line) or normalise(line).startswith(parted.line)
    assert parted.remark in normalise(line)


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "words", ["我妈" * 5_000, "给" * 199 + "苹", "1份给" * 60, "一" * 199, "大大大" * 60, "（" * 190]
)
def test_no_line_holds_up_the_room(words: str) -> None:
    for _ in range(20):
        part(f"1 {words}")
