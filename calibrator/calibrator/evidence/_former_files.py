"""What earlier versions of the program put into a bundle beside the evidence: by SHA-256, line ends as \\n.

Whoever changes check_bundle.py or bundle_readme.txt adds the hash of the former one; a test asks for it.
"""

from __future__ import annotations

from typing import Final

__all__ = ["FORMER", "NOW"]

FORMER: Final = frozenset(
    {
        "f436695c4fb53e8ce7f29a52a29bfdd45aa67dc35128c56f418edd0cdb95c984",
        "d2fb285388f6a4aa9a1d9c4e00b15e84a1789a4c45e702184a8886ce33fd9e24",
        "f1a17b0bc5027bfa8804bd20a611f750b3753896bacdea9dc0a34b442e5137ea",
        "e113fa0aa35490157d2115aeb45cbabcc998d192e4fad2f6710468aaabb8c8af",
        "94a8f8de7e1b270128ccb27ef8690ef7140bbe8a6421a5d1691b98d6b4260835",
        "d9054e3492f57f417f729f024325f43546683f87e3f917ce4f0e51cdb8c3fcf1",
        "de9524dda6c051e966aa23d6e1a047cda99279e49bfab21f64cece3a85841ca2",
    }
)
NOW: Final = {
    "check_bundle.py": "70c926d7656f8ec25014d781b6939b539fcf08915a3c986f11d587e9fd6cb727",
    "bundle_readme.txt": "cd8e647e31b63e56cf4292b83576413076d0dbb48798424f4a56d241ffda8481",
}
"""The files of this version: where one is changed, its hash here moves to `FORMER`."""
