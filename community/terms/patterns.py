"""How each part of a group buy's terms is written: patterns only, over what `normalise` has brought to one form."""

import re

from community.deadline import CLOCK, DAY, SPAN
from community.money import PRICE
from community.quantity import COUNTERS, NUMBER, NUMERALS
from community.terms.later import Later


def _unnamed(*patterns: Later) -> str:
    """The patterns as one alternative without groups, to be looked ahead for inside another pattern."""
    return "|".join(re.sub(r"\(\?P<\w+>", "(?:", pattern.pattern) for pattern in patterns)


UNIT = f"[{COUNTERS}斤]"
_COUNT = rf"(?<![0-9.:])(?P<number>{NUMBER}) ?(?P<unit>{UNIT})?"
_PLAIN = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_AMOUNT = rf"(?:-?{PRICE}|-?{_PLAIN}(?![0-9.]))"
_WHEN = rf"(?:{SPAN}|{DAY}[ 的]*{CLOCK}|{DAY}|{CLOCK})"
_EDGE = r"\s,;。|"

AFTER_CLOSE = {"当天": 0, "当日": 0, "次日": 1, "隔天": 1, "第二天": 1}
"""Days that are counted from the day of the close."""

_ON = rf"(?:{'|'.join(AFTER_CLOSE)}|{DAY})"
_ON_THEN = rf"{_ON}(?!(?<=[0-9])[0-9]|[楼店门栋幢座院区库柜窗-])"  # 3号楼 and 3-2-501 are places
_RANGE = rf"{CLOCK} ?[-~—到至]{{1,2}} ?{CLOCK}"
_HOURS = rf"(?:{_RANGE}|{CLOCK})"

# --- when it opens, closes and arrives, and how the goods reach people ---

_BROUGHT = (
    "送货上门|送上门|送货到家门口|送货到(?:家|门)口?|送到(?:家门口|门口|家里|家|楼下)"
    "|配送(?:上门|到家|到户|到门)|上门配送"
)
DELIVERY = Later(
    rf"(?P<no>不|不能|不可以?|无法|没有|无)?(?:可以?|支持|提供|免费|包)?(?:{_BROUGHT}|(?<=[不法])(?:送货|配送))"
    "(?:服务|也行|也可以?|均可|都行|都可以?|皆可)?"
)

_ENDS = rf"(?=[{_EDGE}\])】]|\Z)"
_HERE = r"(?:到货|送达|送到|发货|自提(?!点)|提货|取货)"
ARRIVES = Later(
    rf"(?:预计|大概|大约)? ?(?P<day>{_ON}) ?(?:{CLOCK})? ?(?:左右)?(?:{_BROUGHT}|{_HERE}|[能可]?到店?{_ENDS})"
    rf"|{_HERE}(?:时间|日期)?[: ]?(?P<on>{_ON})(?: ?{CLOCK})?"
)
_THAT_DAY = "(?:当天|当日)(?:内|就)?(?:要|得|请|必须|尽快|来)?取(?:走|完|掉|清)?"
SAME_DAY = Later(rf"(?:(?<![^{_EDGE}])(?:到货|货到|到了)后?{_THAT_DAY}货?|{_THAT_DAY})(?=[{_EDGE}()\[\]、]|\Z)")
"""Goods that do not keep: 当天取, 到货当天取走; 当天取货 is when they arrive."""

CLOSES = Later(
    rf"(?P<when>{_WHEN}) ?(?:之前|以前|前)? ?(?:截单|截止|截团|收单|关团|结束|截)"
    rf"|(?:截止|截单|截团)(?:时间|日期)?(?:到|于|在)?[: ]{{0,2}}(?P<at>{_WHEN})(?:之前|以前|前)?"
)
TIMED = Later(rf"(?P<when>{SPAN}|{DAY}[ 的]*{CLOCK}|(?<![0-9:]){CLOCK})(?! ?(?:开团|开始|起))(?P<at>)")
"""A moment without a word beside it: the close, where nothing else says when that is."""

_BEGUN = rf"(?=\Z|[\W\d]|{DAY}|截|满|限)"
_BEGINS = (
    "(?:准时|正式)?(?:(?:开团|开抢|开售|起售)[啦了哦]?"
    rf"|(?:开始(?:接龙|接单|下单|预订|预定|抢购|团购|开团)?|开){_BEGUN})"
)
_OPEN_AT = Later(rf"(?P<when>{SPAN}|(?:{DAY}[ 的]*)?(?<![0-9:]){CLOCK}) ?{_BEGINS}")
OPENS = Later(
    rf"{_OPEN_AT.pattern}|(?P<day>{DAY}) ?(?:开团|开抢|开售)(?=\Z|[\W\d])"
    rf"|(?P<now>(?:现在|马上|立即|立刻|即刻|即时)(?:就|起)?{_BEGINS})"
    rf"|(?:(?:开团|开始|开抢|开售)(?:时间|日期)[: ]{{0,2}}|(?:开团|开抢): ?)(?P<at>{_WHEN})"
)

# --- where the goods are ---

SHELF = Later(
    rf"(?P<asked>(?:用|走|扣|从)(?:店里|店铺)?的?库存(?:里?[扣出卖])?)"
    rf"|(?<![^{_EDGE}{COUNTERS}斤元])现货(?:供应|发售|现卖)?(?![^{_EDGE}])"
)
"""用库存, 现货: out of the shop's own stock."""

# --- how many it takes, how many one may have ---

REACHED = "(?:就|即|可)?(?:起?成团|起团|开团|起订|起送|起拼|起(?![售购卖步订送拼]))"
TARGET = Later(
    rf"(?:满|够)? ?{_COUNT}(?P<people>人)?(?:{REACHED}| {REACHED}(?![0-9{NUMERALS}人份数]))"
    rf"|(?:成团|起订)(?:人数|份数|数量|数)?[: ]{{0,2}}(?P<late>{NUMBER}) ?(?:{UNIT}|(?P<heads>人))"
)
TARGET_MONEY = Later(
    rf"(?:满|够|达到?|凑满) ?(?P<money>{PRICE}) ?(?:就|即|可|才)?(?:成团|起团|开团)"
    rf"|(?<![^{_EDGE}])(?P<plain>{PRICE})(?:就|即|可|才)?(?:成团|起团)(?! ?(?:[0-9{NUMERALS}:]|人数|份数|数))"
    rf"|成团(?:金额|总额|额)[: ]{{0,2}}(?P<late>{_AMOUNT})",
    re.IGNORECASE,
)
_HOME = "(?:每户|每家|每个家庭|一户|一家|单户|同户)"
_NO_MORE = r"(?! ?(?:限|最多))"
LIMIT = Later(
    rf"(?P<every>每样|每种|每款|每个?品|各)? ?(?P<home>{_HOME})? ?(?:每个?人|单人|一人)? ?(?:限购|最多|限) ?:?"
    rf"(?P<inner>{_HOME})?(?:每人)? ?{_COUNT}(?: ?(?:/|(?:每|一)(?=[人户家]{_NO_MORE}))(?:人|(?P<outer>户|家)))?"
    rf"|(?:每人|(?P<own>{_HOME}))(?P<each>{NUMBER}){UNIT}"
)

# --- what belongs to one item ---

_SOME = rf"(?<![0-9.:])(?P<number>{NUMBER})(?![0-9.{NUMERALS}]) ?(?P<unit>{UNIT})?"
_MANY = rf"(?:买满|买够|凑满|满|够|买) ?{_SOME}"
_ABOVE = "(?: ?(?:及|或|含)?以上)"
_EACH = rf"(?:每{UNIT}|单价)(?:只要|只需|仅需|仅)?[: ]{{0,2}}{_AMOUNT}"
_PER = rf"(?:{PRICE}(?<={UNIT})|{_PLAIN} ?(?:/|每|一) ?{UNIT})"
_THEN = r" ?[,:]? ?(?:就|则|都)?"


def _tier(many: str, price: str) -> Later:
    return Later(rf"{many}{_THEN}{price}", re.IGNORECASE)


TIER = _tier(rf"{_MANY}{_ABOVE}?", rf"(?P<price>{_EACH}|{_PER})")
TIER_FROM = _tier(rf"(?:买满|满|够|买)? ?{_SOME} ?(?:起(?:批|购|订)?|{_ABOVE})", rf"(?P<price>{_EACH}|{_PER}|{PRICE})")
"""3份起27.9元/份 is a step in the price only beside another price: alone it is a target and the price itself."""

PER_PORTION = Later(rf"^(?:每{UNIT}|单价)(?:只要|只需|仅需|仅)?[: ]*|(?<=[0-9]) ?(?:/|每|一) ?{UNIT}$")
"""What stands around the amount in a tier's price."""

TOTAL = Later(rf"{_MANY}(?<={UNIT}){_ABOVE}? ?[,:]? ?{PRICE}(?! ?{REACHED})", re.IGNORECASE)
"""A price for several together or for each of them: to be asked about, beside another price."""

NO_TIER = Later(
    rf"(?:满|买) ?(?:{PRICE}|{NUMBER} ?{UNIT}?) ?(?:(?:立减|再减|减|优惠) ?{_AMOUNT}|打? ?{_PLAIN}折)"
    rf"|(?:满|够) ?{PRICE} ?(?:起送|配送|包邮|免运费|免配送费|送货|送上门|送到)|{PRICE}起送",
    re.IGNORECASE,
)
"""Money off and a minimum to deliver, which nobody reckons here."""

COST = Later(rf"(?:成本价?|进货价|拿货价|进价)[: ]{{0,2}}(?P<cost>{_AMOUNT})", re.IGNORECASE)

_GOODS = rf"(?:{PRICE}|{NUMBER} ?{UNIT}|限|满|每|自提|送|成本|别名|群:)"
_ALSO = rf" ?(?:[、/]|[,;](?! ?{_GOODS})) ?"
_ALIAS = rf"(?:(?![0-9]+(?:\.[0-9]+)? ?(?:元|块|{UNIT}))[^{_EDGE}:、/()\[\]【】])+"
ALIASES = Later(rf"(?:别名 ?:?|(?:又叫|也叫|俗称|简称) ?:) ?(?P<names>{_ALIAS}(?:{_ALSO}{_ALIAS})*)")

_ROOM = rf"(?:“[^”\n]+”|\"[^\"\n]+\"|[^{_EDGE}、“\"]+)"
_NEXT_ROOM = rf"(?: ?(?:、|[,;](?! ?{_GOODS})) ?| (?=[^{_EDGE}、]+群(?:[{_EDGE}、]|\Z)))"
_ALL = "(?:全部|所有|各个?|每个)的?群(?:里|内)?(?:都|一起|同时|同步){0,2}(?:开团|开|可参加|可接龙|有效)?"
ROOMS = Later(
    rf"(?<![^{_EDGE}])(?:(?P<all>{_ALL}|群: ?(?:全部|所有)群?)"
    rf"|(?:开团|参加|适用|哪些)?群: ?(?P<names>{_ROOM}(?:{_NEXT_ROOM}{_ROOM})*))(?![^{_EDGE}])"
)
ROOM_BREAK = Later(r" ?[、,;] ?|(?<=群)[ 和跟及与]")
"""Between two names of rooms, since a name may hold a blank: 幸福里 1群."""

ALIAS_BREAK = Later(rf"[{_EDGE}、/]+")

STOCK = Later(rf"(?:库存|总量|一共|总共|共|限量|现货|备货|现有|只有|余)[: ]?有? ?{_COUNT}")
COUNTED = Later(
    rf"(?:(?<![0-9.*×/~{NUMERALS}-])(?<![0-9a-z][*x×])(?P<number>[0-9]{{1,12}}) ?"
    rf"|(?<!\S)(?P<spoken>(?!一{UNIT})[{NUMERALS}]{{1,9}})(?={UNIT}(?!\S)))(?P<unit>{UNIT})(?![装/*x×每起a-z0-9])",
    re.IGNORECASE,
)
_ASKED = rf"(?:(?:团购|拼团|接龙|团|特|单|售|优惠|现|群|原)?价格?|仅售|仅|只要|每{UNIT})"
PRICES = Later(
    rf"{_ASKED}?[: ]{{0,2}}"
    rf"(?:(?<!\A)|(?=[0-9¥￥r]))(?<![0-9.{NUMERALS}])(?<![0-9][~至到-])"
    rf"(?P<price>(?:(?<!\S)[-−–负] ?)?{PRICE})",  # 三元牛奶 is milk
    re.IGNORECASE,
)
BARE_PRICE = Later(r"(?<!\S)(?P<price>[0-9]{1,9}(?:\.[0-9]{1,9})?)(?!\S)")

AT_HAND = Later(rf"现货(?=[: ]?有? ?{NUMBER})")
"""现货30份: how many there are, and that they are on the shelf."""

# --- names and specifications ---

MARKER = Later(
    r"(?:[0-9]\ufe0f?\u20e3|[①-⑳]|[0-9]{1,2}[.、)．）](?![0-9])|[(（][0-9]{1,2}[)）]|[A-Za-z][.、):：）．]|[-•·*—▪◆●]+)\s*"
)
"""What people number their lines with, as typed."""

EVENT = Later(r"(?<!\S)\S{0,15}(?:专场|专区|特卖|秒杀|福利|合集)\S{0,6}(?!\S)")
"""A title that may hold a price of its own: 9.9元专场."""

_SIZE = rf"(?:[0-9]+(?:\.[0-9]+)?|[{NUMERALS}半]{{1,3}})"
_MEASURE = (
    "(?:公斤|千克|毫升|kg|ml|cm|mm|斤|克|两|升|枚|颗|粒|片|抽|张|米|寸|层|块|个|只|头|朵|条|根|支|瓶|罐|听|袋|包|盒|箱|板|提|桶|筐|篮"
    "|卷|件|套|双|串|把|捆|份|杯|盘|g|l)"
)
_SPEC = (
    rf"(?:净重|毛重|大约|约|每{_MEASURE})?{_SIZE}(?:[-~至到]{_SIZE})? ?{_MEASURE}装?"
    rf"(?:(?:[*x×/+]|每)(?:{_SIZE})?{_MEASURE}?装?){{0,4}}(?:左右|以上)?"
)
SPEC_WORD = Later(rf"[(\[【]?{_SPEC}(?:{_SPEC})?[)\]】]?", re.IGNORECASE)
COMMA_SPEC = Later(rf"[,;](?={SPEC_WORD.pattern}(?:[\s,;]|\Z))", re.IGNORECASE)
PORTIONS = Later(rf"{_SIZE} ?份")
"""A second number of portions is no size."""

TITLE_THEN_SPEC = Later(
    rf"(?P<title>.*?[^\s0-9.*x×~(\[【-])(?P<spec>[(\[【]?(?=[0-9]|约|净重){_SPEC}[)\]】]?)", re.IGNORECASE
)
SPEC_THEN_TITLE = Later(rf"(?P<spec>[0-9][^\s]{{0,20}}?{_MEASURE}装)(?P<title>[^\s0-9/*x×].*)", re.IGNORECASE)

# --- where it is fetched ---

_FETCH = (
    "(?:(?:可以?|支持|仅限?|只能?|统一|需要?|请)?(?:到店|来店|门店)?(?:里|内)?"
    "(?:自提|提货|取货)(?:点|地点|地址|处|时间|日期|也行|也可以?|均可|都行|都可以?|皆可|即可)?)"
)
_SPEC_AFTER = rf"(?<=[{_EDGE}])(?![{NUMERALS}0-9]+层(?![^{_EDGE}])){SPEC_WORD.pattern}(?![^{_EDGE}])"
_ENDS = (
    _unnamed(SHELF, CLOSES, TARGET, TARGET_MONEY, LIMIT, TIER, TIER_FROM, COST, DELIVERY, ALIASES, ROOMS, STOCK)
    + rf"|(?:{DAY}[ 的]*)?{CLOCK} ?(?:准时|正式)?(?:开团|开抢|开售)"
    + rf"|(?:预计|大概|大约)? ?{_ON} ?(?:{CLOCK})? ?(?:到货|送达|送到|发货)(?!时间|日期)"
    + rf"|(?:到货|发货)(?:时间|日期)?[: ]?{_ON}|(?<=:[0-9][0-9] ){DAY}[ 的]*{CLOCK}"
    + rf"|(?<=[{_EDGE}])(?:(?:{_ASKED}[: ]{{0,2}})?(?:(?=[0-9¥￥r]){PRICE}|{PRICE}(?![^\W\d]))"
    + rf"|(?:[0-9]{{1,6}}|[{NUMERALS}]{{1,4}}) ?{UNIT}(?![^\W\d])|{_PLAIN}(?![^{_EDGE}])"
    + "|(?:自提|提货|取货)(?:点|地点|地址|处|时间)?:)"
    + rf"|{_SPEC_AFTER}"
)
_BEFORE_FETCH = (
    rf"(?:(?P<day>{_ON}) ?(?:(?P<hours>{_HOURS}) ?)?|(?P<range>{_RANGE}) ?)(?:左右|开始|起|以后|之后|后)? ?"
    rf"(?={_FETCH}(?! ?: ?{_ON_THEN}))(?:(?<! )|(?={_FETCH}(?!:)))"
)
PICKUP = Later(
    rf"(?P<before>{_BEFORE_FETCH})?{_FETCH}(?:在|是|为)?"
    rf"(?:(?(before)[: ]{{1,2}}(?!{DAY}[ 的]*{CLOCK})|[: ]{{0,2}})(?:(?!{_ENDS})(?P<on>{_ON_THEN})(?:的|[{_EDGE}])?)?"
    rf"(?P<place>(?!{_ENDS})[^\n]+?)??(?=[ ,;。、|/或和()\[\]【】]*(?:\Z|\n|{_ENDS})))?",
    re.IGNORECASE,
)
"""自提：店门口 16:00-20:30, 后天16:00-20:30自提 店门口; a moment before 自提：… is somebody else's."""

_NO_PLACE = rf"{_ON_THEN}|{_HOURS}|{_FETCH}|{PRICE}|[0-9]+ ?{UNIT}(?!元)"
PLACE_FIRST = Later(
    rf"(?<=[{_EDGE}])(?P<when>(?:{_ON_THEN} ?)?+(?:{_HOURS} ?)?+)(?!{_NO_PLACE})"
    rf"(?P<place>(?:(?![限满截送:]|成团|开团|到货|发货)[^{_EDGE}]){{1,12}}?)(?:自提|提货|取货)(?=[{_EDGE}:0-9]|\Z)"
)
"""店门口自提: to be read as 自提 店门口."""

HOURS_ALONE = Later(_HOURS)
