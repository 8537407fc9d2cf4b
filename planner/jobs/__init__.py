"""Who runs a search, where, and what survives a crash.

``worker`` claims jobs and watches over them; ``child`` is the process that reads uploads and searches, and that may
crash; ``children`` starts it and talks to it; ``messages`` is what they say.
"""
