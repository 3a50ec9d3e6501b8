"""What the clock says: *.toml are the shop's posts, clock.py runs them, chores.py are the bot's own."""
