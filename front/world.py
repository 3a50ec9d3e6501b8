"""Whether a database holds a real shop or a play: neighbours who do not exist never mix with those who do."""

WORLD = "world"
"""The setting that says which."""
SIMULATED = "simulated"
WECHAT = "wechat"
OWNER = "店主"
"""The owner of a simulated shop."""
