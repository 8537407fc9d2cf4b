"""How each released schema becomes the next one. A migration names its tables itself: it must mean the same forever."""
