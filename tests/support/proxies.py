"""Real proxies in front of the service, each in a folder of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.programs import ProgramMissing, go_without, program
from tests.support.server import Server, free_port, own_folder

# nginx as Debian's package has it, but for what a server of one's own needs.
NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log stderr;
events {{}}
http {{
  access_log off; default_type application/octet-stream;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  {http}
  server {{
    listen 127.0.0.1:{port};
    {locations}
  }}
}}
"""
HAPROXY = """
defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
frontend front
  bind 127.0.0.1:{port}
  stats enable
  stats uri /haproxy
  default_backend uservault
{backend}
"""
BACKEND = """
backend uservault
  {lines}
  server uservault 127.0.0.1:{port} check inter 200ms
"""
HEADERS = "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"


@contextmanager
def nginx(locations: str, http: str = "") -> Iterator[Server]:
    """nginx with these locations, and these lines beside its server."""
    binary = _installed("nginx")
    with own_folder() as folder:
        port = free_port()
        file = folder / "nginx.conf"
        file.write_text(NGINX.format(folder=folder, port=port, http=http, locations=locations))
        command = [binary, "-p", folder, "-e", "stderr", "-c", file]
        with Server(f"http://127.0.0.1:{port}", port, folder, command).running() as server:
            yield server


@contextmanager
def haproxy(port: int, lines: str) -> Iterator[Server]:
    """HAProxy before a port, with these lines in its backend."""
    with haproxy_with(BACKEND.format(lines=lines, port=port)) as server:
        yield server


@contextmanager
def haproxy_with(backend: str) -> Iterator[Server]:
    """HAProxy with this backend, whose name is `uservault`."""
    binary = _installed("haproxy")
    with own_folder() as folder:
        port = free_port()
        file = folder / "haproxy.cfg"
        file.write_text(HAPROXY.format(port=port, backend=backend))
        command = [binary, "-db", "-f", file]
        with Server(f"http://127.0.0.1:{port}", port, folder, command).running() as server:
            yield server


def _installed(name: str) -> object:
    try:
        return program(name)
    except ProgramMissing as missing:
        go_without(missing)
