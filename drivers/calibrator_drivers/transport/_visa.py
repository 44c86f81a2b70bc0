"""Every other VISA resource through pyvisa, on the VISA library of the machine: GPIB, USB, VXI-11, HiSLIP."""

from __future__ import annotations

from typing import Any

from calibrator_drivers.clock import Deadline, RealClock

from ._failures import LONGEST_REPLY, Failures
from ._link import Step
from ._visa_py import (
    HislipExtras,
    close_left_open,
    first_cause,
    hislip_of,
    keep_half_replies,
    notice_a_lost_peer,
)

__all__ = ["VisaLink"]

_OPEN_TIMEOUT_MS = 2000
_CHUNK = 1 << 20
_CLOCK = RealClock()


class VisaLink:
    """One pyvisa session; `library` is what `pyvisa.ResourceManager` takes, "" for the machine's own."""

    ends_messages = True

    def __init__(self, resource: str, *, name: str, library: str = "") -> None:
        self.step = Step()
        self._resource = resource
        self._library = library
        self._fail = Failures(name, resource)
        self._visa: Any = None
        self._hislip: HislipExtras | None = None
        self._halves = bytearray()  # of replies that broke off, where the library hands them out

    def open(self) -> None:
        """Open the session; a former one is closed."""
        import pyvisa

        self.close()
        try:
            manager = pyvisa.ResourceManager(self._library)
            self._visa = manager.open_resource(self._resource, open_timeout=_OPEN_TIMEOUT_MS)
        except Exception as error:  # VISA libraries raise what they like when a device is not there
            close_left_open(error)
            raise self._fail.no_answer(first_cause(error)) from error
        notice_a_lost_peer(self._visa)
        keep_half_replies(self._visa, self._halves)
        self._hislip = hislip_of(self._visa)
        if self._hislip is None:
            self._visa.chunk_size = _CHUNK

    def send(self, message: bytes) -> None:
        """Send all bytes."""
        visa = self._connected()
        try:
            visa.write_raw(message)
        except Exception as error:  # pyvisa-py's HiSLIP raises RuntimeError, its RPC errors of its own
            raise self._fail.lost(_told(error)) from error

    def receive(self, terminator: bytes, timeout_s: float) -> bytes:
        """Return one message, or up to the terminator where one is named."""
        visa = self._connected()
        visa.read_termination = terminator.decode("ascii") or None
        deadline = self._set_timeout(timeout_s)
        try:
            reply = bytes(visa.read_raw())
        except Exception as error:
            raise self._broken(error, timeout_s, deadline, bytes(self._halves)) from error
        if terminator and len(reply) > LONGEST_REPLY:
            raise self._fail.endless(reply)
        return reply

    def receive_exactly(self, count: int, timeout_s: float) -> bytes:
        """Return `count` bytes, with the termination character switched off meanwhile."""
        import pyvisa

        visa = self._connected()
        full = pyvisa.constants.StatusCode.success_max_count_read
        visa.read_termination = None
        data = bytearray()
        while len(data) < count:
            deadline = self._set_timeout(timeout_s)
            try:
                with visa.ignore_warning(full):
                    part, _ = visa.visalib.read(visa.session, count - len(data))
            except Exception as error:
                raise self._broken(error, timeout_s, deadline, bytes(data)) from error
            if not part:
                raise self._fail.timeout(timeout_s, bytes(data))
            data += part
        return bytes(data)

    def drain(self) -> int:
        """Return 0: message-based interfaces keep replies to their messages (IEEE 488.2, 6.3.2)."""
        return 0

    def strays(self) -> bytes:
        """Return the half of a reply that broke off and was not told of yet."""
        half = bytes(self._halves)
        self._halves.clear()
        return half

    def clear(self) -> None:
        """Send a device clear; where the interface has none, or it fails, begin a new session as well."""
        visa = self._connected_or_none()
        if visa is None:
            self.open()
            return
        try:
            if self._hislip is not None:
                self._hislip.clear()
            else:
                self._set_timeout(_OPEN_TIMEOUT_MS / 1000.0)
                visa.clear()
        except Exception:  # noqa: BLE001 - whatever stands in the way of a clear, a new session is the way out
            self.open()

    def status_byte(self) -> int | None:
        """Return the status byte by serial poll; None where the interface has none (serial lines)."""
        visa = self._connected()
        if self._resource.upper().startswith("ASRL"):
            return None
        deadline = self._set_timeout(_OPEN_TIMEOUT_MS / 1000.0)
        try:
            return self._hislip.status_byte() if self._hislip is not None else int(visa.read_stb())
        except NotImplementedError:
            return None
        except Exception as error:
            raise self._broken(error, _OPEN_TIMEOUT_MS / 1000.0, deadline) from error

    def trigger(self) -> bool:
        """Send a group execute trigger; False where this VISA library has none for the interface."""
        visa = self._connected()
        try:
            if self._hislip is not None:
                self._hislip.trigger()
            else:
                visa.assert_trigger()
        except (NotImplementedError, AttributeError):
            return False
        except Exception as error:
            if _code(error) == "error_nonsupported_operation":
                return False
            raise self._fail.lost(_told(error)) from error
        return True

    def wait_for_service(self, timeout_s: float) -> int | None:
        """Wait for a service request where one reaches this program by itself: HiSLIP, VISA events."""
        visa = self._connected()
        if self._hislip is not None:
            deadline = Deadline.after(_CLOCK, timeout_s)
            try:
                status = self._hislip.wait_for_service(timeout_s)
            except Exception as error:
                raise self._broken(error, timeout_s, deadline) from error
            if status is None:
                raise self._fail.timeout(timeout_s)
            return status
        return None if _is_pyvisa_py(visa) else self._wait_for_event(visa, timeout_s)

    def close(self) -> None:
        """Close the session."""
        visa, self._visa, self._hislip = self._visa, None, None
        if visa is None:
            return
        try:
            visa.close()
        except Exception as error:  # noqa: BLE001 - a line that is gone cannot be closed any better
            _log_close(error)

    def _wait_for_event(self, visa: Any, timeout_s: float) -> int | None:  # noqa: ANN401 - as _connected
        import pyvisa

        kind, queue = pyvisa.constants.EventType.service_request, pyvisa.constants.EventMechanism.queue
        try:
            visa.enable_event(kind, queue)
        except (pyvisa.VisaIOError, NotImplementedError):
            return None
        deadline = Deadline.after(_CLOCK, timeout_s)
        try:
            visa.wait_on_event(kind, round(timeout_s * 1000.0))
            return int(visa.read_stb())
        except Exception as error:
            raise self._broken(error, timeout_s, deadline) from error
        finally:
            visa.disable_event(kind, queue)

    def _set_timeout(self, timeout_s: float) -> Deadline:
        self._visa.timeout = timeout_s * 1000.0
        return Deadline.after(_CLOCK, timeout_s)

    def _broken(
        self, error: Exception, timeout_s: float, deadline: Deadline, partial: bytes = b""
    ) -> Exception:
        """Tell a reply that is late from a peer that is gone."""
        if _code(error) == "error_timeout" or isinstance(error, TimeoutError):
            return self._fail.timeout(timeout_s, partial)
        if (
            _code(error) == "error_io" and deadline.passed()
        ):  # how pyvisa-py names a VXI-11 call without answer
            return self._fail.timeout(timeout_s, partial)
        return self._fail.lost(_told(error))

    def _connected(self) -> Any:  # noqa: ANN401 - pyvisa's resource classes share no useful type
        if self._visa is None:
            raise self._fail.lost("the session is closed")
        return self._visa

    def _connected_or_none(self) -> Any:  # noqa: ANN401 - as above
        return self._visa


def _is_pyvisa_py(visa: Any) -> bool:  # noqa: ANN401 - as above
    return type(visa.visalib).__module__.startswith("pyvisa_py")


def _code(error: Exception) -> str:
    return getattr(getattr(error, "error_code", None), "name", "")


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__


def _log_close(error: Exception) -> None:
    import logging

    logging.getLogger("calibrator_drivers.transport").info("closing a VISA session: %s", error)
