"""Makes the catalogues of words before the package is built; everything else is in pyproject.toml."""

import runpy

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithWords(build_py):
    """Builds Python's modules once the catalogues are made."""

    def run(self) -> None:
        """Make the catalogues, then build."""
        runpy.run_path("tools/messages")["compile_all"]()
        super().run()


setup(cmdclass={"build_py": BuildWithWords})
