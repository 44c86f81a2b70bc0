"""A scale that a person reads: its display, its keys, and the small weights up to the changeover point."""

from __future__ import annotations

import pytest

from calibrator_drivers._errors import UnexpectedReply
from calibrator_drivers.clock import RealClock
from calibrator_drivers.typed import ClassIIIScale15kg, Question, open_typed


class Person:
    """Answers what it is told to, and keeps what it was asked."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[Question] = []

    def __call__(self, question: Question) -> str:
        self.asked.append(question)
        return self.answers.pop(0)


def scale(person: Person) -> ClassIIIScale15kg:
    opened = open_typed("class_iii_scale_15kg", person, clock=RealClock(), name="scale")
    assert isinstance(opened, ClassIIIScale15kg)
    return opened


def test_the_display_shows_whole_intervals_and_small_weights_are_tenths() -> None:
    person = Person("4712", "ok", "8005", "2.5", "8005")
    driver = scale(person)
    assert driver.identify().serial == "4712"
    driver.zero()
    assert driver.read().value == 8005.0
    driver.configure_mass(changeover=True)
    assert driver.read().value == 2.5
    driver.configure_mass(changeover=False)
    assert driver.read().unit == "g"
    assert [question.kind for question in person.asked] == ["who", "dial", "look", "add", "look"]
    assert "0.5 g" in person.asked[3].text
    assert "0.5 g" in person.asked[3].zh


@pytest.mark.parametrize(
    ("typed", "said"),
    [("8003", "read to 5 g"), ("16000", "ends at"), ("80O5", "")],
)
def test_what_the_display_cannot_show_is_asked_again(typed: str, said: str) -> None:
    person = Person(typed, "8005")
    assert scale(person).read().value == 8005.0
    assert person.asked[1].kind == "again"
    assert said in person.asked[1].text


def test_a_sum_that_is_not_likely_is_taken_when_it_is_told_twice() -> None:
    person = Person("5.0", "0.5", "0.5")  # two digits changed places; what is told twice is taken
    driver = scale(person)
    driver.configure_mass(changeover=True)
    assert driver.read().value == 0.5
    assert all(question.kind == "add" for question in person.asked)
    assert "about 2.5 g is expected" in person.asked[1].text
    person = Person(*["25"] * 4)  # the point was left out
    driver = scale(person)
    driver.configure_mass(changeover=True)
    with pytest.raises(UnexpectedReply):
        driver.read()


def test_a_multi_interval_scale_takes_the_interval_of_the_load() -> None:
    person = Person("4001", "4002", "1.0", "10003", "10005", "2.5", "6005")
    driver = open_typed("class_iii_scale_6_15kg", person, clock=RealClock(), name="scale")
    assert isinstance(driver, ClassIIIScale15kg)
    for expected, shown, small in ((4000.0, 4002.0, "0.2 g"), (10000.0, 10005.0, "0.5 g")):
        driver.configure_mass(changeover=False)
        driver.expect(expected, 30.0)
        assert driver.read().value == shown  # what is no multiple of 2 g, or of 5 g, was asked again
        driver.configure_mass(changeover=True)
        driver.read()
        assert small in person.asked[-1].text
    assert [question.kind for question in person.asked] == ["look", "again", "add"] * 2
    driver.configure_mass(changeover=False)
    driver.expect(6000.0, 30.0)  # at the end of the finer intervals either may be right
    assert driver.read().value == 6005.0
