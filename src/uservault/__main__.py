"""The `uservault` command as a process: its script runs this, and so does `python -m uservault`."""

from uservault.serving.collector import loading


def main() -> None:
    # Not at the top: the processes of several workers import this module, and need no commands.
    with loading():
        from uservault.cli import app  # noqa: PLC0415
    app()


if __name__ == "__main__":
    main()
