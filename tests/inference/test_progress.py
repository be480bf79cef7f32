"""Rate and time left."""

import pytest

from gallus.inference.progress import Pace, duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (45.2, "45 s"),
        (59.6, "1 min"),
        (200.0, "3 min 20 s"),
        (3599.9, "1 h"),
        (7500.0, "2 h 5 min"),
        (86399.0, "1 d"),
        (273600.0, "3 d 4 h"),
    ],
)
def test_durations_have_two_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_rate_counts_this_run_only(monkeypatch: pytest.MonkeyPatch) -> None:
    pace = Pace(done=40, start_s=100.0)
    monkeypatch.setattr("time.monotonic", lambda: 110.0)
    assert pace.per_second(60) == pytest.approx(2.0)
    assert pace.message(60, 100) == "2 chunks/s, 20 s left"
    assert pace.message(42, 100) == "5 s a chunk, 4 min 50 s left"
    assert pace.message(40, 100) == "no chunk finished yet"
