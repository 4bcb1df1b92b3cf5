"""Rate limits of one caller."""

from __future__ import annotations

import pytest

from qa.errors import TooMany
from qa.web.middleware.rate_limit import RateLimiter


def test_each_caller_has_a_limit() -> None:
    limiter = RateLimiter(per_minute=3, concurrent=2)
    with limiter.limit("a"), limiter.limit("a"):
        with pytest.raises(TooMany, match="are running"), limiter.limit("a"):
            pass
        with limiter.limit("b"):
            pass
    with limiter.limit("a"):
        pass
    with pytest.raises(TooMany, match="in a minute") as error, limiter.limit("a"):
        pass
    assert 1 <= error.value.seconds <= 60
