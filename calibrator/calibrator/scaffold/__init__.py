"""Starting points that run on the simulated bench at once: a procedure, a unit under test, a driver."""

from calibrator.scaffold._uut import write_uut
from calibrator.scaffold._write import check_id, class_name, write_driver, write_procedure

__all__ = ["check_id", "class_name", "write_driver", "write_procedure", "write_uut"]
