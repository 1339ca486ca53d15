"""The vendors there are, and those that can be written to."""

from treaty.connectors.vendors import hubspot_writes, marketo_writes, pipedrive_writes, salesforce_writes
from treaty.connectors.vendors.hubspot import HubSpot
from treaty.connectors.vendors.marketo import Marketo
from treaty.connectors.vendors.pipedrive import Pipedrive
from treaty.connectors.vendors.salesforce import Salesforce
from treaty.connectors.vendors.talk import Vendor
from treaty.connectors.vendors.writer import Writer

VENDORS: dict[str, Vendor] = {vendor.name: vendor for vendor in (HubSpot(), Salesforce(), Pipedrive(), Marketo())}
WRITERS: dict[str, Writer] = {
    "hubspot": hubspot_writes.WRITER,
    "salesforce": salesforce_writes.WRITER,
    "pipedrive": pipedrive_writes.WRITER,
    "marketo": marketo_writes.WRITER,
}
