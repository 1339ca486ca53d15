"""The web process's entry point, for granian: `treaty.web.wsgi:application`."""

import os
from wsgiref.types import WSGIApplication

from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from treaty.config import config
from treaty.processes import roomy
from treaty.web.intake.door import IntakeDoor


def behind(application: WSGIApplication, proxies: str) -> WSGIApplication:
    """The application seen through these proxies: the address it limits is the sender's, not the proxy's."""
    listed = [proxy.strip() for proxy in proxies.split(",") if proxy.strip()]
    if not listed:
        return application
    wrapped: WSGIApplication = wrap_wsgi_with_proxy_headers(application, listed)
    return wrapped


def with_room(application: WSGIApplication) -> WSGIApplication:
    """The application, each request with room for the calls it takes."""
    return lambda environ, start_response: roomy(application, environ, start_response)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treaty.settings")
application = behind(IntakeDoor(with_room(get_wsgi_application())), config().trusted_proxies)
