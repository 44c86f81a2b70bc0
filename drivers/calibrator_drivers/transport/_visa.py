"""Every other VISA resource through plain pyvisa: GPIB, USB, VXI-11, HiSLIP, serial."""

from __future__ import annotations

from typing import Any

from calibrator_drivers._errors import ConnectFailed, ConnectionLost, ReadTimeout

__all__ = ["VisaLink"]

_OPEN_TIMEOUT_MS = 2000


class VisaLink:
    """One pyvisa session, on the VISA library that the machine has."""

    def __init__(self, resource: str, *, name: str, library: str = "") -> None:
        self._resource = resource
        self._name = name
        self._library = library
        self._visa: Any = None

    def open(self) -> None:
        """Open the session; a former one is closed."""
        import pyvisa

        self.close()
        try:
            manager = pyvisa.ResourceManager(self._library)
            self._visa = manager.open_resource(self._resource, open_timeout=_OPEN_TIMEOUT_MS)
        except Exception as error:  # VISA libraries raise what they like when a device is not there
            raise ConnectFailed(
                f"Nothing answers: {error}",
                instrument=self._name,
                resource=self._resource,
                way_out="Check power, cable and address, then try `calibrator doctor`.",
            ) from error

    def send(self, message: bytes) -> None:
        """Send all bytes."""
        import pyvisa

        try:
            self._connected().write_raw(message)
        except (pyvisa.VisaIOError, OSError) as error:
            raise self._lost(error) from error

    def receive(self, terminator: bytes, timeout_s: float) -> bytes:
        """Return one message."""
        import pyvisa

        visa = self._connected()
        visa.read_termination = terminator.decode("ascii")
        visa.timeout = timeout_s * 1000.0
        try:
            return bytes(visa.read_raw())
        except pyvisa.VisaIOError as error:
            if error.error_code != pyvisa.constants.StatusCode.error_timeout:
                raise self._lost(error) from error
            raise ReadTimeout(
                f"No complete reply within {timeout_s:g} s",
                timeout_s=timeout_s,
                instrument=self._name,
                resource=self._resource,
                way_out="The next exchange begins with a device clear; check the instrument.",
            ) from error
        except OSError as error:
            raise self._lost(error) from error

    def drain(self) -> int:
        """Return 0: message-based interfaces keep replies to their messages (IEEE 488.2, 6.3.2)."""
        return 0

    def clear(self) -> None:
        """Send a device clear; where the interface has none, begin a new session."""
        import pyvisa

        try:
            self._connected().clear()
        except (pyvisa.VisaIOError, NotImplementedError, AttributeError, OSError, ConnectionLost):
            self.open()

    def close(self) -> None:
        """Close the session."""
        visa, self._visa = self._visa, None
        if visa is not None:
            visa.close()

    def _connected(self) -> Any:  # noqa: ANN401 - pyvisa's resource classes share no useful type
        if self._visa is None:
            raise self._lost("the session is closed")
        return self._visa

    def _lost(self, why: object) -> ConnectionLost:
        return ConnectionLost(
            f"The connection is lost: {why}",
            instrument=self._name,
            resource=self._resource,
            way_out="Check power and cable; a new connection never re-energises.",
        )
