"""Understands the words of a row that name no goods; the words themselves stand in words.toml."""

import re
import tomllib
from pathlib import Path

_TABLES = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def _words(table: str) -> tuple[str, ...]:
    """The words of a table, the longest first, as an alternation must try them."""
    return tuple(sorted(set(_TABLES[table].split()), key=lambda word: (-len(word), word)))


def _any(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, words))


_SIMPLIFIED = str.maketrans(dict(_TABLES["traditional"].split()))

JOINTS = frozenset(_words("joints"))
"""Words between one thing and the next, as good as a comma."""

KINDS = _words("kinds")
"""Goods whose name is often dropped behind that of the kind: 红富士 for 红富士苹果."""

_SECOND_THOUGHTS = (
    (r"(?:晚点|晚些|等|回头|稍后|到时).{0,4}(?:确认|确定|[说定看])|另(?!外)", "还没说定"),
    (r"[?]|吗|么(?!么)|能不能|可不可以|有没有|多少钱|怎么", "像是在问，还没定下来"),
    (r"改|换|变更|更正|写错", "像是改过，问清以哪个为准"),
    (r"取消|不要|不订|不买|退|撤|作废|不参|除", "有不要的，问清还要哪些"),
    (r"或|要么|随便|任选|混搭|拼", "没说定要哪样"),
    (r"如果|要是|有的话|没有就|看情况|待定|可能|大概|左右|也许|考虑|先看|暂定", "还没说定"),
    (r"同上|一样|照旧|跟上|同楼上|老样子|同前|同昨", "写的是“同上”，要问清是几份"),
    (r"重复|写重|接重|测试|占位|占个位|无效", "像是不作数，问清还要不要"),
    (r"再|又|追加|补|多|少|减|剩", "说的是增减，问清总共几份"),
    (r"各|每样|每种|都|全", "“各几份”要问清"),
    (r"几[份箱盒斤袋瓶个]|若干|一些|适量", "没写准数"),
    (r"帮(?!忙|我(?![爸妈公婆姐妹哥弟家邻]))|代|替", "像是替别人订的，问清是谁的"),
    (r"送(?![到去至上货人礼给])|赠", "送的怎么算要问清"),
)
_THOUGHTS = tuple((re.compile(pattern), reason) for pattern, reason in _SECOND_THOUGHTS)
_STRONG = re.compile(r".+?(?:不|没|取消|退[了掉]?\Z|改|再[加要来]|追加|作废|或者|同上|一样|[给帮代替].)")
_NOBODY = frozenset(_words("nobody"))
_ADDED = re.compile(rf".(?:{_any(_words('added'))})\Z")
_ALTERS = re.compile(
    r"[不没无别改换加减少多或再又各都全退除代替也还?]|取消|如果|要是|一样|同上"
    r"|重复|写重|测试|占|待|错|误|无效|空着|未定|想想|看看|问|等等|确认"
)

_ATOMS = (
    ("cancel", _words("taken_back")),
    ("note", _words("notes")),
    ("origin", _words("origins")),
    ("courtesy", _words("courtesy")),
    ("link", (*_words("links"), *_words("joints"))),
)
_KIND = {word.casefold(): kind for kind, words in reversed(_ATOMS) for word in words}
_ATOM = re.compile(rf"{_any(tuple(sorted(_KIND, key=lambda word: (-len(word), word))))}|.", re.I | re.S)
_MILDEST_LAST = ("odd", "cancel", "note", "origin", "courtesy", "link")
_MILD_NOT = re.compile(
    rf"{_any(tuple(word for word in _words('notes') if word[0] in '不别'))}"
    r"|(?:不要|别)(?:太|有|弄|压|碰|摔|挤|挑)?[大小熟生硬软甜酸肥瘦老嫩辣坏烂破碎青红黄绿黑白]的?"
    r"|(?:不要?|别)[加放](?:糖|盐|辣椒?|葱|姜|蒜|香菜|醋|油|冰)"
)
_LEADS_IN = re.compile(
    rf"(?:的|新鲜|{_any((*_words('links'), *_words('joints')))}|{_any(_words('origins'))})\Z", re.IGNORECASE
)

_REMARK = re.compile(
    rf"\A(?:请|麻烦|记得|最好|尽量|拜托|亲|老板|我|我们|我家|帮我|给我|帮忙)*(?:{_any(_words('remarks'))})"
    r"|(?:[拿取放送付转领装切剁用]|付款|转账|门口|过来|联系|好吃|好喝|新鲜|一趟)[了的吧啊哦哈]?\Z"
    r"|.[的点着了吃喝要带]\Z|带点|钱[了的]?\Z|\A确[定认]\Z|越.{1,3}越.|(?:现在|还是|就)(?:住|送上)|\A要.{1,3}的\Z"
)
_LONGEST_REMARK = 30
_OCCASION = re.compile(_any(_words("occasions")))
_REPORT = re.compile(r"到货|取货|提货|核销|汇总|统计|名单|清单|退款|缺货|通知|排名|榜")
_TRADE = re.compile(rf"[0-9](?:\.[0-9]+)? ?[元块斤]|{_any(_words('trade'))}")
_WISH = re.compile(r"(?<=..)(?<![不别没])(?:[我只就]?(?:要|想要|订|定|买|拿|来)了?)\Z")
_GOODS = frozenset(_words("goods"))
_GOODS_IN = re.compile(
    rf"(?:{_any(tuple(word for word in _words('goods') if len(word) > 1))})|(?:{_any(_words('goods'))})\Z"
)
_GOODS_LAST = re.compile(rf"(?:{_any(_words('goods'))})\Z")
_BRAND = re.compile(_any(_words("brands")))
_TITLE_LAST = re.compile(rf"(?:{_any(_words('titles'))})家?\Z")
_LONG_TITLES = tuple(word for word in _words("titles") if len(word) > 1)
_TITLE_THEN_MORE = re.compile(rf".+(?:{_any(_LONG_TITLES)})(?!家?\Z)[^\d\W]")


def simplified(text: str) -> str:
    """The text in simplified characters as far as chains need it, every place in it the same (雞蛋兩份)."""
    return text if text.isascii() else text.translate(_SIMPLIFIED)


def kind_of(words: str) -> str:
    """What words are: cancel (不要了谢谢), note (要小的), origin (山东), courtesy (谢谢), link (还要) or odd."""
    kinds = {_KIND.get(found[0].casefold(), "odd") for found in _ATOM.finditer(_MILD_NOT.sub("小的", words))}
    if "cancel" in kinds and "note" in kinds:  # 不要小的 takes nothing back
        return "odd"
    return next((kind for kind in _MILDEST_LAST if kind in kinds), "link")


def leads_in(words: str) -> bool:
    """Whether goods may follow words without a space and still be those goods: 要苹果, 山东苹果, but not 小番茄."""
    return _LEADS_IN.search(words) is not None


def second_thought(words: str) -> str | None:
    """The reason to ask, where words say that an order is not settled (改, 或者, 同上); None where they do not."""
    return next((reason for pattern, reason in _THOUGHTS if pattern.search(words)), None)


def unsettled(name: str) -> bool:
    """Whether a would-be name goes on into what changes an order: 王阿姨不要, 李姐代小陈, 王姐改."""
    return _STRONG.match(name) is not None


def says_more(name: str) -> bool:
    """Whether a would-be name is none (同上) or has a word too many behind it: 王姐李姐一起, 老周这次, 李姐的."""
    return name in _NOBODY or _ADDED.search(name) is not None


def is_other_occasion(title: str) -> bool:
    """Whether the words above the rows are about something else than goods (聚餐, 打卡), as chains often are."""
    return _OCCASION.search(title) is not None and _TRADE.search(title) is None


def is_trade(title: str) -> bool:
    """Whether the words above the rows speak of buying together, or of a price."""
    return _TRADE.search(title) is not None


def is_report(title: str) -> bool:
    """Whether the words above the rows announce the shop's own list (到货, 汇总) rather than ask for orders."""
    return _REPORT.search(title) is not None


def is_remark(words: str) -> bool:
    """Whether words behind an order only say what becomes of it (送到门厅, 已微信付款), though not each is known.

    They begin or end as such wishes do, change nothing, ask nothing and name no goods.
    """
    if len(words) > _LONGEST_REMARK or not _REMARK.search(words):
        return False
    if words.endswith("的") and ends_in_title(words[:-1]) and "我" not in words:  # 李姐的 is somebody else's
        return False
    return not (second_thought(words) or may_alter(words) or unsettled(words) or _GOODS_IN.search(words))


def may_alter(words: str) -> bool:
    """Whether a remark in brackets might change the order, so that it cannot be left unread."""
    return _ALTERS.search(_MILD_NOT.sub("", words)) is not None


def without_wish(name: str) -> str:
    """A would-be name without the wish that runs on behind it: 王阿姨要, 张三订了; 小来 keeps its 来."""
    return _WISH.sub("", name)


def ends_in_title(name: str) -> bool:
    """Whether a name ends in a title such as 阿姨 or 师傅, so that goods may follow it without a space."""
    return _TITLE_LAST.search(name) is not None and _BRAND.search(name) is None


def is_goods(name: str) -> bool:
    """Whether a would-be name ends in goods (王阿姨车厘子, 纯牛奶) or is a brand. 小鱼 and 糖糖 are people."""
    if name[:1] * 2 == name or (len(name) == 2 and name[0] in "小老阿" and name not in _GOODS):
        return False
    return _GOODS_LAST.search(name) is not None or _BRAND.search(name) is not None


def is_nickname(name: str) -> bool:
    """Whether a word can be nobody but a neighbour: 老管, 小傅, 阿毛."""
    return len(name) == 2 and name[0] in "小老阿" and name not in _GOODS and kind_of(name) == "odd"


def runs_on(name: str) -> bool:
    """Whether words follow a title inside one word (王阿姨车厘子), so that the name may have ended there."""
    return _TITLE_THEN_MORE.match(name) is not None
