"""Fills an empty database from data/sample/: two rooms, a few residents, goods with deals for the coming days."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from community import people, product
from community.db import Count, Tx, prepare
from community.events import Person, Place
from community.money import read_cents
from community.people import Room
from community.product import Product

_ON_SALE = timedelta(days=30)
"""How long the sample's goods have been sold at their prices, so that a crossed-out price can be tried at once."""

_ROOMS = prepare(Count, select(func.count()).select_from(Room))
_PRODUCTS = prepare(Count, select(func.count()).select_from(Product))


def is_empty(tx: Tx) -> bool:
    """Whether nothing has ever happened in this shop."""
    return not tx.count(_ROOMS) and not tx.count(_PRODUCTS)


def residents(folder: Path) -> list[tuple[str, str]]:
    """The sample's (name, room) pairs."""
    return [(row["name"], row["room"]) for row in _rows(folder / "residents.csv")]


def fill_shelves(tx: Tx, folder: Path, today: date) -> int:
    """Put the sample's goods on the shelf and its deals on the coming days; how many goods."""
    goods = _rows(folder / "products.csv")
    for row in goods:
        price, since = read_cents(row["price"]), today - _ON_SALE
        product.add_product(tx, row["name"], row["spec"], row["unit"], price, since=since)
    for row in _rows(folder / "deals.csv"):
        product.set_deal(tx, row["product"], today + timedelta(days=int(row["day"])), read_cents(row["price"]))
    return len(goods)


def open_rooms(tx: Tx, rooms: dict[Place, list[Person]], now: datetime) -> None:
    """Switch the bot on in these rooms and know who is there."""
    for place, members in rooms.items():
        people.known_room(tx, place, now)
        people.switch(tx, place.id, on=True, now=now)
        for person in members:
            people.meet(tx, person, now)
            people.come(tx, place.id, person.id, now)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
