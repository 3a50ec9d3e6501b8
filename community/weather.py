"""The day's weather as a post says it: plain values, Chinese words for the codes, one line of advice."""

from dataclasses import dataclass

WORDS: dict[int, str] = {
    0: "晴",
    1: "晴间少云",
    2: "多云",
    3: "阴",
    45: "有雾",
    48: "冻雾",
    51: "毛毛雨",
    53: "毛毛雨",
    55: "细雨绵绵",
    56: "冻毛毛雨",
    57: "冻毛毛雨",
    61: "小雨",
    63: "中雨",
    65: "大雨",
    66: "冻雨",
    67: "强冻雨",
    71: "小雪",
    73: "中雪",
    75: "大雪",
    77: "米雪",
    80: "小阵雨",
    81: "阵雨",
    82: "强阵雨",
    85: "小阵雪",
    86: "大阵雪",
    95: "雷阵雨",
    96: "雷阵雨夹小冰雹",
    99: "雷阵雨夹冰雹",
}
"""WMO weather interpretation codes (WW): all 28 that Open-Meteo's documentation lists, as a forecast says them."""

FOG = frozenset({45, 48})
ICE = frozenset({48, 56, 57, 66, 67})
SNOW = frozenset({71, 73, 75, 77, 85, 86})
THUNDER = frozenset({95, 96, 99})
RAIN = frozenset(WORDS) - {0, 1, 2, 3} - FOG - SNOW


@dataclass(frozen=True, slots=True)
class Weather:
    """One day: `low` and `high` in whole °C, `rain` the highest probability of rain or snow in %, `wind` in km/h."""

    code: int  # one of WORDS
    low: int
    high: int
    rain: int | None = None
    wind: int | None = None

    @property
    def words(self) -> str:
        """The sky in a word or two: 小雨."""
        return WORDS[self.code]

    @property
    def advice(self) -> str:
        """What to mind today, at most two things in one short line; empty on a day that needs no advice."""
        return "；".join(_advice(self)[:2])


def _advice(day: Weather) -> list[str]:
    """Everything worth minding, the most urgent first. Gusty means force 6 and up: 39 km/h on the Beaufort scale."""
    likely = day.rain is not None and day.rain >= 50
    rules = (
        (day.code in ICE, "路面容易结冰，出门慢一点"),
        (day.code in THUNDER, "打雷时别在树下躲雨"),
        (day.code in SNOW, "雪天路滑，老人孩子慢慢走"),
        (day.code in RAIN or (likely and day.code not in SNOW | ICE), "出门记得带伞"),
        (day.high >= 35, "中午尽量少晒，多喝水"),
        (day.wind is not None and day.wind >= 39, "风大，阳台上的东西收一收"),
        (day.code in FOG, "雾天骑车开车慢一点"),
        (day.low <= 0, "早晚冷，添件厚衣服"),
        (day.high - day.low >= 12, "早晚温差大，带件外套"),
    )
    return [line for applies, line in rules if applies]
