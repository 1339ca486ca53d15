"""Django's settings. Values that differ between machines come from `config`."""

from treaty.config import config, database, secret_key

DEBUG = config().debug
SECRET_KEY = secret_key()
ALLOWED_HOSTS = config().allowed_hosts.split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in config().trusted_origins.split(",") if origin]
ROOT_URLCONF = "treaty.web.urls"
WSGI_APPLICATION = "treaty.web.wsgi.application"
FIRST_LOOKS = "treaty.web.ahead.look"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "team.Member"
DATABASES = {"default": database()}
TASKS = {"default": {"BACKEND": "treaty.jobs.backend.Leased"}}
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
APPEND_SLASH = False  # an analytics client takes any redirect for a delivery and loses the event

ROOMS = [
    "team",
    "journal",
    "agreement",
    "truth",
    "qualification",
    "handoff",
    "feedback",
    "sla",
    "attribution",
    "books",
    "rhythm",
    "connectors",
    "notify",
    "jobs",
    "web",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    *[f"treaty.{room}" for room in ROOMS],
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "treaty.web.security.ContentPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "treaty.web.errors.FormsOnly",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "treaty.web.context.bar",
            ],
            "builtins": ["treaty.web.templatetags.treaty"],
        },
    }
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "treaty.web.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = config().https
SECURE_HSTS_SECONDS = 31_536_000 if config().https else 0
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # framing is refused by the content policy, per route
    "security.W005",  # HSTS for other hosts of the domain, and
    "security.W021",  # its preloading, are for whoever runs the domain to decide
    "security.W008",  # the proxy redirects to https: an analytics client would take a redirect for a delivery
]
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = config().debug
DATA_UPLOAD_MAX_MEMORY_SIZE = 600_000  # the tracking routes read at most 500 KB; uploads stream to disk
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}},
}
