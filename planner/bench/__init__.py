"""Published instances solved with the product's own search, and judged without it.

Text files become a ``Benchmark`` (``formats``), that becomes the arrays of the search (``instances``), and what comes
back is judged in the instance's own terms (``check``) and written down (``results``).
"""
