"""The intake door alone, behind the same middleware as the whole site."""

from treaty.settings import *  # noqa: F403 a settings module is made of its names

ROOT_URLCONF = "treaty.web.intake.urls"
