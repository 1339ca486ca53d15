"""What a test sees of the inbox: the events, once the worker has unpacked what the door kept."""

from treaty.connectors.models import Event
from treaty.connectors.parcels import unpack


def events():
    while unpack(10_000):
        pass
    return Event.objects.order_by("id")
