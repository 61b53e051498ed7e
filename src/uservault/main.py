"""What `uvicorn uservault.main:app` serves."""

from uservault.app import create_app
from uservault.kit.configuration import BadSettings, load_settings

try:
    app = create_app(load_settings())
except BadSettings as error:
    raise SystemExit(f"uservault: bad settings\n{error}") from None
