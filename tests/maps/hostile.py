"""Names that have broken pages: templates, scripts, control characters. NUL is not here: the model refuses it."""

NAMES = (
    "{{ 7*7 }}",
    '{{ cycler.__init__.__globals__.os.mkdir("x") }}',
    "{% village",
    "{# x",
    "${alert(1)}",
    "`",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "'\">",
    "two\r\nlines",
    "\u202evillage",
    "𠡩村",
    "=1+1",
)
