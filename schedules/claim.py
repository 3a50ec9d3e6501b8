"""Claims by the clock: photos are kept no longer than somebody may need them."""

from datetime import time

from community import claim_photo
from schedules.chores import daily

FORGET_PHOTOS = daily("忘掉早先的售后照片", time(3, 46), claim_photo.forget_old)
