"""Lines to the server: who opens one must soon say what he wants, and where all are taken the silent ones go first.

uvicorn waits for ever for the head of a request, and refuses everybody once some hundred lines are open, whoever holds
them: strangers who say nothing could keep a whole province out.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 20.0  # from the first byte of a head to the last, or from the opening of the line
BODY_SECONDS = 60.0  # between two pieces of a body; a bad line may take long for all of it
MOST_LINES = 800  # below what a process may usually hold open (1,024)


class PatientLine(H11Protocol):
    """A line of HTTP that is closed when it owes something for too long."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.silent_since: float | None = None  # moment of the loop; None: it owes no head
        self.alarm: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; where all lines are taken, end the one that has owed a head for longest."""
        super().connection_made(transport)
        self._wait_for_head()
        if len(self.connections) > MOST_LINES:
            lines = cast(list[PatientLine], list(self.connections))
            silent = [line for line in lines if line.silent_since is not None]  # this one is among them
            min(silent, key=lambda line: line.silent_since or 0.0).end()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._forgive()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what comes."""
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            if self.silent_since is None:
                self._wait_for_head()
        elif self.cycle.more_body:
            self._forgive()
            self.alarm = self.loop.call_later(BODY_SECONDS, self.end)
        else:
            self._forgive()

    def on_response_complete(self) -> None:
        """Rest: a line on which nothing has begun is closed by uvicorn, later."""
        self._forgive()
        super().on_response_complete()

    def end(self) -> None:
        """Close the line at once."""
        self._forgive()
        self.transport.abort()

    def _wait_for_head(self) -> None:
        self._forgive()
        self.silent_since = self.loop.time()
        self.alarm = self.loop.call_later(HEAD_SECONDS, self.end)

    def _forgive(self) -> None:
        self.silent_since = None
        if self.alarm is not None:
            self.alarm.cancel()
            self.alarm = None
