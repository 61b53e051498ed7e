"""The `uservault` command as a process: its script runs this, and so does `python -m uservault`."""

from uservault.serving.collector import loading

with loading():
    from uservault.cli import app

if __name__ == "__main__":
    app()
