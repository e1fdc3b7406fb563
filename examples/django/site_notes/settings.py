import os

SECRET_KEY = os.environ["SESSION_SECRET"]
SECRET_KEY_FALLBACKS = os.environ["SESSION_SECRETS"].split(",")[1:]
DEBUG = False
# The stack's own proxies say which host names are served.
ALLOWED_HOSTS = ["*"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ROOT_URLCONF = "site_notes.urls"
INSTALLED_APPS = ["notes"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True


def database(port):
    return {
        "ENGINE": "django.db.backends.mysql",
        "HOST": os.environ["DB_HOST"],
        "PORT": os.environ[port],
        "USER": os.environ["DB_USER"],
        "PASSWORD": os.environ["DB_PASSWORD"],
        "NAME": os.environ["DB_NAME"],
        # A connection whose primary lost its role is noticed before the next request uses it.
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # The authority is the stack's own; certificates name other addresses than the proxy's.
        "OPTIONS": {"ssl": {"ca": os.environ["DB_CA_FILE"], "check_hostname": False}, "connect_timeout": 2},
    }


DATABASES = {"default": database("DB_PORT"), "replica": database("DB_READ_PORT")}
