"""Webhooks: one signed JSON message for each thing that happened, as Standard Webhooks says.

The id stays the same at each try, so the receiver knows it again. Any answer of 2xx is taken for received; 410 ends it.
"""

import json
from typing import Any

from treaty.moments import to_us
from treaty.notify.messages import Message
from treaty.notify.transports import Declined, NotNow, Parcel, wait_of
from treaty.outward import Call, Outward
from treaty.signatures import standard_signature

PER_SECOND = 10.0


def body(message: Message, ref: str) -> bytes:
    return json.dumps(
        {
            "id": ref,
            "type": f"notice.{message.kind}",
            "data": {
                "headline": message.headline,
                "sentences": list(message.sentences),
                "fields": {field.name: field.value for field in message.fields},
                "links": [{"words": link.words, "href": link.href} for link in message.links],
                "records": dict(message.data),
            },
        },
        ensure_ascii=False,
    ).encode()


def send(outward: Outward, parcel: Parcel) -> Any:
    """Raises Declined, NotNow, and what `Outward` raises."""
    raw, stamp = body(parcel.message, parcel.ref), str(to_us(parcel.at) // 1_000_000)
    signed = [standard_signature(secret, parcel.ref, stamp, raw) for secret in parcel.secrets["secrets"]]
    headers = {
        "Content-Type": "application/json", "webhook-id": parcel.ref, "webhook-timestamp": stamp, "webhook-signature": " ".join(signed),
    }  # fmt: skip
    answer = outward.send(Call("POST", parcel.secrets["url"], headers=headers, content=raw))
    if 200 <= answer.status < 300:
        return {"status": answer.status}
    if answer.status == 410:
        raise Declined("the receiver answered 410: it wants no more of these")
    raise NotNow(f"the receiver answered {answer.status}", in_doubt=answer.status >= 500, after=wait_of(answer))
