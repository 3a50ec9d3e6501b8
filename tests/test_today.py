"""What a day is called: dates known beforehand, and no date that makes a post fail."""

from datetime import date, timedelta

import pytest

from community.today import TERMS, today


def test_a_plain_monday_in_november() -> None:
    monday = today(date(2026, 11, 23))
    assert (monday.words, monday.weekday, monday.lunar) == ("11月23日", "星期一", "农历十月十五")
    assert (monday.season, monday.solar_term, monday.festival, monday.holiday) == ("小雪", None, None, None)
    assert (monday.off, monday.makeup) == (False, False)


@pytest.mark.parametrize(
    ("day", "lunar"),
    [
        (date(2025, 8, 1), "农历闰六月初八"),
        (date(2026, 2, 17), "农历正月初一"),
        (date(2027, 1, 15), "农历腊月初八"),
        (date(2026, 12, 22), "农历冬月十四"),
        (date(2028, 6, 25), "农历闰五月初三"),
    ],
)
def test_lunar_dates_as_people_say_them(day: date, lunar: str) -> None:
    assert today(day).lunar == lunar


@pytest.mark.parametrize(
    ("day", "festival"),
    [
        (date(2027, 1, 1), "元旦"),
        (date(2026, 3, 20), "龙抬头"),
        (date(2026, 2, 16), "除夕"),
        (date(2026, 3, 3), "元宵节"),
        (date(2026, 6, 21), "父亲节"),
        (date(2026, 10, 18), "重阳节"),
        (date(2027, 1, 15), "腊八节"),
        (date(2027, 1, 30), "北方小年"),
        (date(2027, 1, 31), "南方小年"),
        (date(2020, 10, 1), "中秋节、国庆节"),
        (date(2026, 4, 1), None),  # 愚人节 is nobody's festival here
        (date(2026, 10, 5), None),  # 世界住房日 neither
    ],
)
def test_festivals(day: date, festival: str | None) -> None:
    assert today(day).festival == festival


def test_a_solar_term_is_named_on_its_day_and_is_the_season_until_the_next() -> None:
    days = [today(date(2026, 11, 22) + timedelta(days=n)) for n in range(16)]
    assert [day.solar_term for day in days] == ["小雪", *[None] * 14, "大雪"]
    assert [day.season for day in days] == [*["小雪"] * 15, "大雪"]


@pytest.mark.parametrize(
    ("day", "holiday"),
    [
        (date(2026, 1, 1), "元旦"),
        (date(2026, 2, 20), "春节"),  # taken in lieu of a Saturday
        (date(2026, 4, 6), "清明节"),
        (date(2026, 9, 25), "中秋节"),
        (date(2026, 10, 4), "国庆节"),  # a Sunday inside the holiday
        (date(2028, 10, 3), "中秋节、国庆节"),
        (date(2027, 2, 6), "春节"),
        (date(2027, 10, 1), "国庆节"),
        (date(2035, 6, 10), "端午节"),
    ],
)
def test_public_holidays(day: date, holiday: str) -> None:
    assert (today(day).holiday, today(day).off, today(day).makeup) == (holiday, True, False)


def test_a_sunday_worked_for_the_national_holiday() -> None:
    sunday = today(date(2026, 9, 20))
    assert (sunday.weekday, sunday.off, sunday.makeup, sunday.holiday) == ("星期日", False, True, None)


def test_a_weekend_is_off_without_being_a_holiday() -> None:
    assert (today(date(2026, 11, 22)).off, today(date(2026, 11, 22)).holiday) == (True, None)


@pytest.mark.parametrize("day", [date(2027, 2, 9), date(2027, 2, 14), date(2027, 10, 4), date(2035, 3, 3)])
def test_beyond_the_published_years_nothing_is_guessed(day: date) -> None:
    assert (today(day).holiday, today(day).off, today(day).makeup) == (None, None, False)


@pytest.mark.parametrize("year", [1950, 2025, 2026, 2027, 2033, 2035, 2099])
def test_every_day_of_a_year_has_its_words(year: int) -> None:
    days = [today(date(year, 1, 1) + timedelta(days=n)) for n in range(365)]
    assert {day.season for day in days} == set(TERMS)
    assert sum(day.solar_term is not None for day in days) in {23, 24, 25}
    assert all(day.solar_term in {None, day.season} for day in days)
