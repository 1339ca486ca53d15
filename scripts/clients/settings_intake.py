"""The intake door alone, until (and unless) the whole site is there to be served."""

from importlib.util import find_spec

from treaty.settings import *  # noqa: F403 a settings module is made of its names

if find_spec("treaty.web.urls") is None:
    ROOT_URLCONF = "treaty.web.intake.urls"
