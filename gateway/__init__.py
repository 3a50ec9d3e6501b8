"""How words travel: the one place that knows wechaty, and the paced sender."""
