"""Sweeping: files of the uploads that no row speaks of any more are removed; whatever is in use stays."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlmodel import col

from community import claim_photo, uploads
from community.db import Database, Tx, prepare
from community.groupbuy import picture
from community.outbox import Outbox

LEFT = timedelta(days=2)
"""How long a file stays that nothing speaks of: what has just been kept is spoken of only after the commit."""


class _Image(NamedTuple):
    image: str


_is = col(Outbox.status)
_TO_SHOW = prepare(
    _Image,
    select(col(Outbox.image)).where(
        col(Outbox.image).is_not(None), or_(_is == "queued", _is == "sending", _is == "uncertain")
    ),
)


def sweep(database: Database, now: datetime) -> int:
    """Remove the posters, sheets and photos that nothing speaks of and that are older than LEFT; how many."""
    kept = uploads.beside(database)
    old = kept.older_than((now - LEFT).timestamp())
    with database.reading() as tx:
        spoken_of = in_use(tx)
    left = [name for name in old if name not in spoken_of]
    for name in left:
        kept.drop(name)
    return len(left)


def in_use(tx: Tx) -> set[str]:
    """The names of all uploads that something still to be shown, a claim, a group buy or a product speaks of."""
    to_show = (row.image for row in tx.all(_TO_SHOW))
    return {*to_show, *claim_photo.names(tx), *picture.in_use(tx)}
