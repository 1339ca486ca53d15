"""The vendors there are."""

from treaty.connectors.vendors.hubspot import HubSpot
from treaty.connectors.vendors.marketo import Marketo
from treaty.connectors.vendors.pipedrive import Pipedrive
from treaty.connectors.vendors.salesforce import Salesforce
from treaty.connectors.vendors.talk import Vendor

VENDORS: dict[str, Vendor] = {vendor.name: vendor for vendor in (HubSpot(), Salesforce(), Pipedrive(), Marketo())}
