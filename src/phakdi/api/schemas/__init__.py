"""What goes over the wire, as typed values; `phakdi.api.openapi` describes them to others."""
