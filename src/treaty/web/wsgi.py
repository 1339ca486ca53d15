"""The web process's entry point, for granian: `treaty.web.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treaty.settings")
application = get_wsgi_application()
