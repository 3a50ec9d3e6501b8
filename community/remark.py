"""Remarks: what people add to an order that names no goods (放门口, 明天来拿, 一份给我妈), and plain talk.

A remark is made of the words below from end to end; one word that is not among them, and it may be goods. So 明天来拿
is a remark, while 明天的牛奶 and 橙子 are not.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from community.quantity import COUNTERS, FACE, LONGEST, NUMBER, NUMERALS, normalise, whole_number

_WHEN = (
    "大后天 今天 明天 后天 今晚 明晚 今早 明早 今儿 明儿 晚上 早上 上午 下午 中午 傍晚 夜里 半夜 周末 下周"
    " 这周 本周 月底 晚点儿 晚一点 早一点 晚点 晚些 早些 迟点 稍后 待会儿 待会 等会儿 等会 一会儿 一会 等一下"
    " 等下 过会儿 过会 回头 下班 下课 放学 上班 散步 买菜 接孩子 跳舞 饭后 饭前 有空 有时间 的时候 时候 到时候"
    " 到时 到了 以后 之后 以前 之前 左右 再 就 先 马上 尽快 尽量 现在 顺便 顺路 路过 后 前"
)
_WHERE = (
    "家门口 店门口 大门口 单元门口 小区门口 门口 门外 门边 门把手上 门把手 楼下 楼上 楼道里 楼道 楼梯口"
    " 电梯口 电梯里 小区 单元门 快递柜 鞋柜上 鞋柜里 鞋柜 鞋架上 鞋架 柜子里 柜子上 柜子 架子上 驿站 门卫室"
    " 门卫 保安室 保安亭 岗亭 物业 前台 店里 地上 桌上 车里 车库 旁边 边上 那里 那边 那儿 这里 这边 这儿 里面"
    " 外面 后面 前面 老地方 家里 我家 她家 他家 到家 在家 回家 一楼 二楼 消防栓里 消防栓 水表箱里 水表箱"
    " 电表箱里 电表箱 牛奶箱里 奶箱里 奶箱"
)
_WHO = (
    "我们 你们 他们 她们 咱们 大家 自己 我 你 他 她 咱 您 我妈 我爸 妈妈 爸爸 老妈 老爸 婆婆 公公 奶奶 爷爷"
    " 外婆 外公 姥姥 姥爷 岳母 岳父 老公 老婆 媳妇 儿子 女儿 孩子 小孩 娃 宝宝 闺女 弟弟 妹妹 姐姐 哥哥 嫂子"
    " 阿姨 叔叔 邻居 对门 隔壁 同事 朋友 亲戚 家人 别人 老人 老人家 老板娘 老板 店主 团长 店长 师傅 保安"
    " 快递员 快递 骑手 有人 没人 朋友家 我妈家 我爸家 婆家 娘家"
)
_HOW = (
    "放在 放到 放 搁在 搁 挂在 挂 摆 拿走 拿 取走 取货 取 送上门 送到 送来 送货 送去 送下 送 自提 自取 自己拿"
    " 提货 来提 去提 给我留 留着 留给 留 存着 存 寄存 带上 带走 带给 带 接 给 交给 让 帮忙 帮我 帮 代收 代拿"
    " 代取 等 来 去 到 在 从 和 跟 找 打电话 打个电话 电话 发微信 微信 敲门 按门铃 门铃 喊我 叫我 告诉我"
    " 通知我 说一声 联系 上门 下楼 上来 下来 上去 过来 过去 回来 一起 一块儿 一块 分开装 分开放 分开 装好 装袋"
    " 打包 包好 挑 选 轻拿轻放 小心 记得 别忘了 别忘 记上 记一下 记着 别压 压坏 别放 太久 别敲门 别打电话 勿 不急"
    " 不着急 不在家 不在 没在家 不用送 不用放 不用敲门 不用打电话 不用等 不用急 已付款 已付 已转账 已转 付了"
    " 付过了 转了 转过去了 微信付 现金 到付 我也要 我也 也 还 都 才 会 想要 要 得 可以 行 好的 好了 一下 吧 哦"
    " 啊 呀 呢 哈 嘛 啦 了 哟 嗷 噢 喽 咯 着 的 地 们 见 用"
)
_THANKS = (
    "谢谢啦 谢谢了 谢谢 多谢 感谢 谢啦 谢了 谢 辛苦了 辛苦 麻烦了 麻烦 拜托了 拜托 劳驾 请 亲 嗯嗯 嗯 哈哈"
    " 嘿嘿 么么哒 爱你 收到 老板大气 好人一生平安 支持老板 支持一下 支持 生意兴隆 发财"
)
_LIKE = (
    r"(?:新鲜|好看|干净|漂亮|[大小红甜酸熟生硬软嫩青黄好肥瘦老厚薄脆])(?:一[点些]儿?的?|[点些]的|的)"
    "|(?:大|小|熟|红|新鲜)[点些]"
)
"""大的, 甜一点的, 新鲜点; 甜点 and 早点 are goods."""

_NUMERAL = f"[0-9{NUMERALS}]"
_CLOCK = rf"{NUMBER}(?::[0-9]{{2}}|点半|点钟|点多|点(?:{NUMBER}分?)?)|(?:{NUMBER}|半) ?(?:个?小时|分钟|天)(?:后|内)?"
_DAY = rf"(?:周|星期|礼拜)[一二三四五六日天]|{NUMBER}月{NUMBER}[日号]"
_DOOR = rf"[0-9]{{1,4}}(?:[-#][0-9]{{1,4}}){{1,3}}|{NUMBER} ?(?:号楼|号|栋|幢|座|单元|室|楼|层)"
_PHONE = r"1[0-9]{10}|尾号[0-9]{4}"
_PERSON = r"(?![大小老])[\u4e00-\u9fff](?:阿姨|大爷|大妈|奶奶|爷爷|叔叔|叔|姐|哥|婶|姨|老师)"
_SHARE = rf"(?<![再来加多另还要买订共])(?P<share>{NUMBER}) ?[{COUNTERS}](?=给|送|放|留|帮|是|自己|我|他|她|带)"
_REFUSES = r"不要(?=太|坏|放|送|敲|打|按|挂|大|小|生|熟|烂|青|压)|别(?=太|给|送|放|拿|让)|太(?=[大小生熟])"
_ADDS = "|".join(sorted(" ".join((_WHEN, _WHERE, _WHO, _HOW, _THANKS)).split(), key=len, reverse=True))

_WORD = re.compile(
    rf"{_CLOCK}|{_DAY}|{_DOOR}|{_PHONE}|{_SHARE}|{_LIKE}|{_REFUSES}|早点(?=来|去|送|到|拿|取|给)|到货了?(?=告|通|喊|叫|说)|{_ADDS}|{_PERSON}|坏的|{FACE}"
)
_CHOOSY = re.compile(
    rf"[\u4e00-\u9fff]{{0,8}}?(?:要|挑|选|拿|给)(?:个|些|几个)?(?:{_LIKE})|[\u4e00-\u9fff]{{1,6}}的(?:不要|别放|别拿|别给|别装)"
)
"""苹果要大的, 有磕碰的不要: which ones of the goods, not how many, so that naming the goods here orders none."""
_KIND = "|".join(sorted(_THANKS.split(), key=len, reverse=True))
_POLITE = re.compile(rf"(?:[\s,、。.!~]|{FACE}|{_KIND}|老板娘|老板|店主|团长|[了啦哦啊呀哈的吧])+")
_GAPS = r"\s,、。.;!~()\[\]【】《》…·—"
_GAP = re.compile(f"[{_GAPS}]+")
_CHUNK = re.compile(f"[^{_GAPS}]+")
_FACES = re.compile(FACE)
_FIRST = re.compile(rf"\+? ?{NUMBER} ?[{COUNTERS}]?")
_SERVICE = re.compile("放|拿|取|送|自提|留|挂|给|谢")
_FOLLOWS = "楼月周年前后左号点天"

_ENDS = tuple("了吗吧呢啊呀嘛哈哦啦么?？")
_SAYS = re.compile(
    "[我你他她咱您谁哪吗呢吧没]|怎么|什么|多少|几点|几个|大家|一下|不了|不到|不好|不是|不用|不能|不行|不要|不会|是不|可以|就是"
    "|但是|因为|所以|如果|已经|还是|还有|今天|明天|昨天|后天|今晚|明晚|上午|下午|晚上|早上|再说|知道|觉得|航班|会议|开会|活动|预约|行程"
)


IsGoods = Callable[[str], bool]


class Parted(NamedTuple):
    """An order line without its remark, and the remark as typed; `shares` counts portions that the remark parts."""

    line: str
    remark: str = ""
    shares: int = 0


def is_remark(words: str) -> bool:
    """Whether the words say when, where, for whom or how, or thank, and nothing else. Linear in their length."""
    plain = _GAP.sub("", words[:LONGEST])
    if _CHOOSY.fullmatch(plain):
        return True
    at, telling = 0, False
    while at < len(plain):
        found = _WORD.match(plain, at)
        if found is None:
            return False
        telling = telling or not found["share"]
        at = found.end()
    return telling


def is_polite(words: str) -> bool:
    """Whether the words thank or greet and say nothing that anybody would write down."""
    return _POLITE.fullmatch(words[:LONGEST]) is not None


def part(text: str, is_goods: IsGoods = lambda words: False) -> Parted:
    """Take the remark off the end of an order line; a line without one comes back as it is.

    Only what stands apart from the order (by a blank, a comma, a bracket) is a remark, or a clear 放门口 behind the
    number, and nothing that `is_goods` says may be goods.
    """
    if len(text) > LONGEST or (text.isascii() and text.isdigit()):
        return Parted(text)
    line = normalise(text)
    cut = _apart(line, is_goods)
    remark = line[cut:].strip(" ,、。;!~()[]【】")
    order = line[:cut].rstrip(" ,、。;!~([【")
    if not remark or not re.search(_NUMERAL, order):
        return Parted(text)
    if is_polite(remark):
        return Parted(order)
    return Parted(order, remark, _shares(remark))


def _apart(line: str, is_goods: IsGoods) -> int:
    """Where the remark begins; the end of the line where there is none."""
    faceless = _FACES.sub(lambda face: " " * len(face[0]), line)
    chunks = [(found.start(), found[0]) for found in _CHUNK.finditer(faceless)]
    cut = len(line)
    while chunks and is_remark(chunks[-1][1]) and (_CHOOSY.fullmatch(chunks[-1][1]) or not is_goods(chunks[-1][1])):
        cut, _ = chunks.pop()
    if cut == len(line) or len(chunks) == 1:
        return min(cut, _glued(line[:cut], is_goods))
    return cut


def _glued(line: str, is_goods: IsGoods) -> int:
    """Where a remark begins that stands right behind the number: +1放门口."""
    found = _FIRST.match(line)
    rest = line[found.end() :] if found else ""
    clear = rest and rest[0] not in _FOLLOWS and not rest[0].isspace() and _SERVICE.search(rest) and is_remark(rest)
    return found.end() if found and clear and not is_goods(rest) else len(line)


def _shares(remark: str) -> int:
    return sum(whole_number(found["share"]) or 0 for found in re.finditer(_SHARE, remark))


def sounds_like_talk(words: str) -> bool:
    """Whether words behind a keyword are a sentence (航班了, 天再说) rather than the name of something."""
    plain = normalise(words[: LONGEST + 1])
    name = plain.rstrip(" 。!~")
    return name.endswith((*_ENDS, "的")) or _SAYS.search(name) is not None


def ends_like_talk(words: str) -> bool:
    """Whether words end as a sentence does (太慢了, 好了吗) and nothing in them is a number."""
    return words.rstrip(" 。!~").endswith(_ENDS) and not re.search("[0-9]", words)
