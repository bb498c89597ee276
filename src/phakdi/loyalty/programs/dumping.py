"""Writing a document as a program file."""

from phakdi.loyalty.programs import yaml
from phakdi.loyalty.programs.document.program import ProgramDocument


def dump_program(document: ProgramDocument) -> str:
    """Return the program as YAML: only what is set, in the order of the document; reading it gives an equal document."""
    values = document.model_dump(mode="python", exclude_unset=True, by_alias=True)
    return yaml.write({"phakdi": document.phakdi, **values})
