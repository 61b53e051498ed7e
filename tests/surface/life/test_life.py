"""Whole lives of users, made up by hypothesis, on each database."""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.surface.life.machine import Machine
from tests.surface.life.world import world

STEADY = settings(  # the same lives every time
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=12,
    stateful_step_count=30,
    suppress_health_check=list(HealthCheck),
)


def test_goes_as_the_model_says(module_url: str) -> None:
    with world(module_url) as one:
        kind = type("MachineHere", (Machine,), {"world": one})

        run_state_machine_as_test(kind, settings=STEADY)
