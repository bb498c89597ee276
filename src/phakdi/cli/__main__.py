"""``python -m phakdi.cli``: the command where scripts are not on the path."""

import sys

from phakdi.cli.main import main

sys.exit(main())
