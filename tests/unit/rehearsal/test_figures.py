from agent.rehearsal.figures import Distribution, distribution


def test_percentiles_are_interpolated_and_rounded():
    found = distribution([0.1, 0.2, 0.3, 0.4, 0.5])
    assert found == Distribution(n=5, p50=0.3, p95=0.48, p99=0.496, max=0.5)


def test_one_measurement_is_its_own_tail():
    assert distribution([1.5]) == Distribution(n=1, p50=1.5, p95=1.5, p99=1.5, max=1.5)


def test_nothing_measured_is_said_so():
    assert distribution([]).model_dump() == {"n": 0, "p50": None, "p95": None, "p99": None, "max": None}
