FROM python:3.13-slim AS build
# Groups of requirements/ in addition to the base: docker build --build-arg EXTRAS="postgres redis s3" .
ARG EXTRAS="postgres redis"
WORKDIR /app
RUN python3 -m venv --without-pip /venv
COPY requirements requirements
RUN set -- && for group in base $EXTRAS; do set -- "$@" --requirement "requirements/$group.txt"; done \
    && pip --python /venv/bin/python install --quiet --no-cache-dir --no-compile --disable-pip-version-check \
    --require-hashes "$@" \
    && echo base $EXTRAS >/venv/groups
COPY . .
# The container cannot write next to the code, and starts faster with bytecode. Trusted unseen,
# because copying an image from place to place may change the times that Python compares.
# Without what libraries test themselves with.
RUN find /venv -type d -name testing -prune -exec rm -r {} + \
    && /venv/bin/python -m compileall -q --invalidation-mode unchecked-hash . /venv/lib

FROM python:3.13-slim
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /app carafe \
    && install --directory --mode 700 --owner carafe --group carafe /app/instance
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
# TMPDIR: with a read-only root there may be no /tmp.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 APP_ENV=production HOST=0.0.0.0 TMPDIR=/dev/shm
USER 10001
VOLUME /app/instance
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "bin/healthy"]
CMD ["bin/start"]
