"""Files shipped with xunzhen: samples, calendars, rule presets, speeds. No code but the one helper that finds them."""

from pathlib import Path


def data_path(*parts: str) -> Path:
    """Return the path of a shipped file, for example ``data_path("samples", "qinyuan")``."""
    return Path(__file__).parent.joinpath(*parts)
