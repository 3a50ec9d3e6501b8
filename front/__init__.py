"""The front door's rooms: settings, wiring, the transcript player and the terminal. bot.py is the door itself."""
