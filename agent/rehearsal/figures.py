"""Figures as Viva prints them: how many measurements, their median, their tail and the largest."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from pydantic import BaseModel, ConfigDict


class Distribution(BaseModel):
    """Measurements of one thing, in the unit its name carries; the percentiles are None when there are none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    max: float | None = None


def distribution(values: Iterable[float], digits: int = 4) -> Distribution:
    """Summarise measurements; percentiles are interpolated linearly between neighbours, rounded to `digits`."""
    found = np.asarray(list(values), dtype=np.float64)
    if not found.size:
        return Distribution(n=0)
    p50, p95, p99 = (round(float(value), digits) for value in np.percentile(found, (50, 95, 99)))
    return Distribution(n=int(found.size), p50=p50, p95=p95, p99=p99, max=round(float(found.max()), digits))
