# docker build -t msgaudit . && docker run --rm -v "$PWD:/project:ro" msgaudit scan .
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY auditor auditor
COPY checks checks
COPY reports reports
RUN python -m venv /opt/msgaudit && /opt/msgaudit/bin/pip install --no-cache-dir .

FROM python:3.13-slim
COPY --from=build /opt/msgaudit /opt/msgaudit
ENV PATH=/opt/msgaudit/bin:$PATH
# For --diff-base; git does not trust the folder of another user by itself.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory /project \
    && useradd --create-home msgaudit
USER msgaudit
WORKDIR /project
ENTRYPOINT ["msgaudit"]
