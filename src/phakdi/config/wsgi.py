"""The web application as servers load it."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "phakdi.config.settings")
_pages = get_wsgi_application()
import_module(settings.ROOT_URLCONF)  # now, so that the first caller does not wait for it
_api = import_module("phakdi.api")  # after Django is set up
application = _api.Front(_pages, _api.api.doors("/api/v1/"))

# What is loaded by now stays: it need not be looked through again and again. A request leaves few cycles behind, so looking
# for them less often takes a third off what a batch of a thousand activities costs.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
