"""A laboratory's own procedures, drivers, models and regulations: folders that `calibrator.toml` names.

Such a folder is met through the same entry-point groups as an installed package, so that every check of the
one is a check of the other. `plug_in(home)` is called by every command and by the engine.
"""

from calibrator.plugins._approval import Approval, approvals, approve
from calibrator.plugins._finder import plug_in, plugged, unapproved
from calibrator.plugins._folder import PlugIn, read_folder

__all__ = [
    "Approval",
    "PlugIn",
    "approvals",
    "approve",
    "plug_in",
    "plugged",
    "read_folder",
    "unapproved",
]
