"""What `uvicorn uservault.main:app` serves."""

from uservault.serving.collector import loading

with loading():
    from uservault.app import create_app
    from uservault.serving.process import own_process
    from uservault.settings.loading import BadSettings, load_settings
    from uservault.telemetry.starting import PlainStart

    try:
        app = own_process(create_app(load_settings()))
        app.add_middleware(PlainStart)
    except BadSettings as error:
        raise SystemExit(f"uservault: bad settings\n{error}") from None
