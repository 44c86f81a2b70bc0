"""Who measures does not authorise, unless the laboratory's recorded policy says otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from calibrator.certificates._bodies import Body
from calibrator.certificates._missing import Missing
from calibrator.certificates._model import Certificate

__all__ = ["separation"]


def separation(model: Certificate, lab: Body) -> Iterator[Missing]:
    """Yield what is missing where one person measured a live run and authorises its document.

    `lab` is lab.toml as the run recorded it; a run recorded before there was such a policy keeps to none.
    """
    policy = lab.get("policy")
    if model.simulated or policy is None or not policy.get("separate_people", True):
        return
    worked = {person.id for person in model.performed_by}
    for person in model.authorised_by:
        if person.id in worked:
            yield Missing(
                "not-separate",
                f"{person.name} has measured and would authorise the document alone",
                "ISO/IEC 17025:2017, 4.1.4",
                "Let another signatory authorise it; or write [policy] separate_people = false and a reason "
                "into lab.toml before the run, which records it.",
            )
