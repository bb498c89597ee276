"""Members' browsers, for tests."""

import re

from django.test import Client

from phakdi.engagement.messaging.models import Message
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.vault import unseal


def visitor(language="en", **headers):
    """Return a browser that nobody is signed in in."""
    return Client(headers={"accept-language": language, **headers})


def code_of(shop):
    """Return the code in the shop's last message."""
    with organization_scope(shop):
        message = Message.objects.filter(organization_id=shop).order_by("-id").first()
        return re.search(r"\d{6}", unseal(message.sealed))[0]


def walk_in(shop, slug, contact, client=None):
    """Bring a browser up to a proved phone or e-mail; return it with the answer."""
    client = client or visitor()
    client.post(f"/m/{slug}/enter/", {"contact": contact})
    return client, client.post(f"/m/{slug}/code/", {"code": code_of(shop)})
