"""Phakdi: an open-source omnichannel loyalty CRM."""

__version__ = "0.1.0"
