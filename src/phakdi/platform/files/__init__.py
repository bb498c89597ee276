"""The files room: what was uploaded or made to be downloaded, kept on disk with its digest."""
