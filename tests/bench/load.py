"""A bounded load on loopback, and what it cost the server: requests a second, CPU a request, pauses."""

import asyncio
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

CLIENTS = 16
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """What one kind of request cost."""

    per_second: float
    cpu: float  # microseconds of the server's CPU for one request
    median: float  # milliseconds
    worst: float  # milliseconds

    def of(self, ceiling: "Cost") -> str:
        """This as a share of the ceiling, by CPU and by rate."""
        return f"{ceiling.cpu / self.cpu:6.0%} by CPU, {self.per_second / ceiling.per_second:6.0%} by rate"


def cpu_of(pid: int) -> float:
    """Seconds of CPU a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


async def _one(
    port: int, requests: int, make: Callable[[int], bytes], expected: bytes, times: list[float]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(requests):
        began = time.perf_counter()
        writer.write(make(number))
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 " + expected):
            raise RuntimeError(f"the server answered {head[:200]!r}")
        lower = head.lower()
        place = lower.find(b"content-length:")
        length = int(lower[place + 15 : lower.index(b"\r\n", place)]) if place >= 0 else 0
        await reader.readexactly(length)
        times.append((time.perf_counter() - began) * 1000)
    writer.close()


async def press(
    pid: int, port: int, makers: Sequence[Callable[[int], bytes]], each: int, expected: bytes = b"200"
) -> Cost:
    """Send `each` requests over every connection, one connection a maker, and measure."""
    await asyncio.gather(*(_one(port, 10, make, expected, []) for make in makers[:1] if expected == b"200"))
    times: list[float] = []
    before, began = cpu_of(pid), time.perf_counter()
    await asyncio.gather(*(_one(port, each, make, expected, times) for make in makers))
    wall, used = time.perf_counter() - began, cpu_of(pid) - before
    return Cost(len(times) / wall, used / len(times) * 1e6, statistics.median(times), max(times))


def get(path: str, cookie: str = "") -> Callable[[int], bytes]:
    """The same GET again and again."""
    line = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n"
    request = (line + (f"cookie: {cookie}\r\n" if cookie else "") + "\r\n").encode()
    return lambda _number: request
