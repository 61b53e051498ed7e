"""Measures what a hash costs on this machine, and which cost fits a target."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import median
from time import thread_time
from typing import TypeAlias

from uservault.passwords.hasher import hashing
from uservault.settings.passwords import MAX_ROUNDS, MIN_PRODUCTION_ROUNDS, PasswordSettings

SAMPLES = 3
TRIAL_ROUNDS = 8  # takes some 20 ms; each further round doubles it


@dataclass(frozen=True, slots=True)
class Cost:
    """The seconds of one core that a hash by these settings takes."""

    settings: PasswordSettings
    seconds: float


Measure: TypeAlias = Callable[[PasswordSettings], Cost]


def measured(settings: PasswordSettings) -> Cost:
    """The median of a few hashes, made one after the other."""
    hash = hashing(settings)
    hash("warm-up")  # loads the library
    return Cost(settings, median(_seconds(hash) for _ in range(SAMPLES)))


def bcrypt_for(target: float, measure: Measure = measured) -> Cost:
    """The highest cost within `target` seconds, or the lowest that production accepts."""
    trial = measure(PasswordSettings(rounds=TRIAL_ROUNDS)).seconds
    every = range(MIN_PRODUCTION_ROUNDS, MAX_ROUNDS + 1)
    fitting = [rounds for rounds in every if trial * 2 ** (rounds - TRIAL_ROUNDS) <= target]
    return measure(PasswordSettings(rounds=max(fitting, default=MIN_PRODUCTION_ROUNDS)))


def argon2id(measure: Measure = measured) -> Cost | None:
    """The cost of our one setting of Argon2id. None if its library is not installed."""
    return measure(PasswordSettings(scheme="argon2id")) if find_spec("argon2") else None


def recommended(target: float, bcrypt: Cost, argon2: Cost | None) -> Cost:
    """Argon2id if it can be had: graphics cards gain less on it than on bcrypt."""
    return argon2 if argon2 and argon2.seconds <= target else bcrypt


def _seconds(hash: Callable[[str], str]) -> float:
    began = thread_time()  # of a core: what else runs here does not count
    hash(os.urandom(8).hex())
    return thread_time() - began
