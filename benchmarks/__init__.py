"""How fast Keting is, always against something measured in the same run: `make bench` prints it all as JSON."""

import quart  # noqa: F401 - before gateway.unneeded leaves it out: wechaty alone, which we measure against, serves with it
import quart_cors  # noqa: F401 - likewise
