"""Measures what there are bars for, each figure beside its reference.

python -m bench [--quick] [--users N] [--out FILE] [measure …]

It says which bars are missed, and fails only if a measure breaks.
"""

from bench.crowd import busy
from bench.hashing import login, register
from bench.lookup import lookup
from bench.program import Measures, Program
from bench.reading import list_, me, read
from bench.refreshing import refresh
from bench.starting import start
from bench.sweep import sizes
from bench.timing import timing

MEASURES: Measures = {
    "read": read,
    "me": me,
    "refresh": refresh,
    "login": login,
    "register": register,
    "busy": busy,
    "list": list_,
    "lookup": lookup,
    "sizes": sizes,
    "timing": timing,
    "start": start,
}

if __name__ == "__main__":
    Program("bench", MEASURES).main()
