"""django-bolt with Django's ORM, started as `manage.py runbolt` starts it, in one process."""

import os
import socket
import sys
import threading
import time
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.management import call_command

database = urlsplit(os.environ["DATABASE_URL"])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tell_when_open(port):
    """It does not say by itself when it accepts."""
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                print(f"listening {port}", flush=True)
                return
        time.sleep(0.02)


settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    BOLT_API=["notes.api:api"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": database.hostname,
            "PORT": database.port,
            "USER": database.username,
            "PASSWORD": database.password,
            "NAME": database.path[1:],
            "CONN_MAX_AGE": None,
            # Django has psycopg prepare nothing unless it is asked to.
            "OPTIONS": {"server_side_binding": True, "prepare_threshold": 3},
        }
    },
    DEBUG=False,
    INSTALLED_APPS=["django_bolt", "notes"],
    LOGGING_CONFIG=None,
    ROOT_URLCONF="notes.urls",
    SECRET_KEY="of the benchmark",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    USE_TZ=True,
)
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
django.setup()

port = free_port()
threading.Thread(target=tell_when_open, args=(port,), daemon=True).start()
call_command("runbolt", host="127.0.0.1", port=port, no_admin=True)
