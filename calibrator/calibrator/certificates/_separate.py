"""Who measures does not authorise, unless the laboratory's recorded policy says otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from calibrator.certificates._bodies import Body
from calibrator.certificates._missing import Missing
from calibrator.certificates._model import Certificate

__all__ = ["separation"]


def separation(model: Certificate, lab: Body, checked: Sequence[str] = ()) -> Iterator[Missing]:
    """Yield what is missing where one person has two of three parts: measure, check and authorise a live run.

    `checked` are the ids of those who checked the results as they are. `lab` is lab.toml as the run recorded
    it; a run recorded before there was such a policy keeps to none.
    """
    policy = lab.get("policy")
    if model.simulated or policy is None or not policy.get("separate_people", True):
        return
    worked = {person.id for person in model.performed_by}
    authorising = {person.id for person in model.authorised_by}
    if "without_secret" in policy and not set(checked) - worked - authorising:
        yield Missing(
            "not-checked",
            "Nobody but who measured and who authorises has checked the results",
            "ISO/IEC 17025:2017, 7.7.1",
            "Let a third person do so: calibrator check-run RUN --person ID; or write [policy] "
            "separate_people = false and a reason into lab.toml before the run, which records it.",
        )
    for person in model.authorised_by:
        if person.id in worked:
            yield Missing(
                "not-separate",
                f"{person.name} has measured and would authorise the document alone",
                "ISO/IEC 17025:2017, 4.1.4",
                "Let another signatory authorise it; or write [policy] separate_people = false and a reason "
                "into lab.toml before the run, which records it.",
            )
