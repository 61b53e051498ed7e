"""Measures UserVault beside other services: make bench-peers, which installs them.

python -m bench.peers [--quick] [--users N] [--out FILE] [measure …]
"""

from bench.peers.contestants import with_all
from bench.peers.crowd import busy
from bench.peers.installed import versions
from bench.peers.measures import logins, pages, reads
from bench.peers.sweep import sizes
from bench.program import Measures, Program

MEASURES: Measures = {
    "read": with_all(reads),
    "list": with_all(pages),
    "login": with_all(logins),
    "busy": with_all(busy),
    "sizes": sizes,
}

if __name__ == "__main__":
    Program("bench.peers", MEASURES, lambda: {"peers": versions()}).main()
