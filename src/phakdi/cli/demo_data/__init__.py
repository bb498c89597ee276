"""A believable chain of cafés, made up: the same seed and day give the same people and purchases. No outside data."""

from phakdi.cli.demo_data.files import Demo, write_files
from phakdi.cli.demo_data.stores import STORES

__all__ = ["STORES", "Demo", "write_files"]
