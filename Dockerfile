# Two stages: the second has what runs, and nothing that builds or installs.
FROM python:3.13-slim AS build
WORKDIR /build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements/run.txt requirements/build.txt requirements/
RUN python -m venv tools \
 && python -m venv --without-pip /opt/uservault \
 && tools/bin/pip install --require-hashes -r requirements/build.txt \
 && tools/bin/pip --python /opt/uservault/bin/python install --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md LICENSE openapi.json ./
COPY src src
COPY alembic alembic
RUN tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
 && tools/bin/pip --python /opt/uservault/bin/python install --no-deps dist/*.whl

FROM python:3.13-slim
RUN rm -rf /usr/local/bin/pip* /usr/local/lib/python3.13/ensurepip \
    /usr/local/lib/python3.13/site-packages/pip* \
 && install --directory --owner 10001 --group 10001 /data
COPY --from=build /opt/uservault /opt/uservault
ENV PATH=/opt/uservault/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    USERVAULT_ENV=production \
    USERVAULT_SERVER__HOST=0.0.0.0 \
    USERVAULT_SERVER__PORT=5000 \
    USERVAULT_LOG__FILE=
# The one place it may write to, and only SQLite does: the rest can be mounted read-only.
WORKDIR /data
USER 10001:10001
EXPOSE 5000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"USERVAULT_SERVER__PORT\"]}/healthz', timeout=2)"]
ENTRYPOINT ["uservault"]
CMD ["serve"]
