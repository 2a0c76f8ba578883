# The portal with its libraries, run by a user who owns nothing but /data. Without PORTAL_SECRET it does not serve:
# inside a container it has to listen on every address. To look at a demonstration on this machine only:
#   docker run -e PORTAL_DEMONSTRATION=true -p 127.0.0.1:8000:8000 IMAGE sh -c \
#     "python -m app migrate && python -m app seed && python -m app serve --host 0.0.0.0 --behind-my-own-door"
FROM python:3.13-slim AS build
WORKDIR /portal
COPY requirements.lock .
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.13-slim
RUN useradd --system --home-dir /data portal && install -d -o portal /data
WORKDIR /portal
COPY --from=build /portal/.venv .venv
COPY alembic.ini LICENSE ./
COPY migrations migrations
COPY locales locales
COPY templates templates
COPY app app
ENV PATH=/portal/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PORTAL_DATABASE_URL=sqlite+aiosqlite:////data/polyphony.sqlite3 \
    PORTAL_MAIL_FOLDER=/data/mail
USER portal
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
# Migrations are safe to start from several containers at once: they wait for one another.
CMD ["sh", "-c", "python -m app migrate && exec python -m app serve --host 0.0.0.0 --port 8000"]
