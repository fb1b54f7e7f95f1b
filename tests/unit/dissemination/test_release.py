"""Two people release, one cancels; nothing goes out by itself."""

from tests.unit.dissemination.examples import ASSETS, assessment, at
from tocsin.core.records.inputs import Operator
from tocsin.core.records.warnings import OperatorAnswer, WarningMessage
from tocsin.dissemination.dissemination import Dissemination, Out


def real() -> Dissemination:
    part = Dissemination("real", ASSETS)
    part.on_assessment(assessment(60.0, data_mode="real"), at(60.0))
    return part


def act(part: Dissemination, seconds: float, action: str, person: str, subject: str = "E-0001", text: str = "") -> Out:
    operator = Operator(f"O-{seconds}", at(seconds), part.data_mode, action, person, subject, text)  # type: ignore[arg-type]
    return part.on_operator(operator)


def answer(out: Out) -> OperatorAnswer:
    assert isinstance(out[0], OperatorAnswer)
    return out[0]


def sent(out: Out) -> WarningMessage:
    assert isinstance(out[1], WarningMessage)
    return out[1]


def test_one_person_releases_nothing() -> None:
    out = act(real(), 70.0, "release", "Ada")
    assert answer(out).accepted and len(out) == 1


def test_the_same_person_twice_releases_nothing_whatever_the_spelling() -> None:
    part = real()
    act(part, 70.0, "release", "Ada  Byron")
    out = act(part, 75.0, "release", " ada byron")
    assert not answer(out).accepted and len(out) == 1


def test_two_people_release_an_alert_that_names_both() -> None:
    part = real()
    act(part, 70.0, "release", "Ada")
    message = sent(act(part, 75.0, "release", "Grace"))
    assert message.released and message.released_by == ("Ada", "Grace")
    assert (message.kind, message.references) == ("alert", ())
    assert "Draft" not in message.description and not message.headline.startswith("DRAFT")


def test_a_word_that_is_too_old_does_not_count() -> None:
    part = real()
    act(part, 70.0, "release", "Ada")
    out = act(part, 191.0, "release", "Grace")
    assert answer(out).accepted and len(out) == 1


def test_every_update_is_a_draft_until_released_again_and_then_refers_to_what_is_outside() -> None:
    part = real()
    act(part, 70.0, "release", "Ada")
    first = sent(act(part, 75.0, "release", "Grace"))
    (update,) = part.on_assessment(assessment(80.0, "confirmed", data_mode="real"), at(80.0))
    assert not update.released and update.headline.startswith("DRAFT")
    act(part, 81.0, "release", "Ada")
    second = sent(act(part, 82.0, "release", "Grace"))
    assert (second.kind, [r.id for r in second.references]) == ("update", [first.id])


def test_a_superseded_draft_cannot_be_released_by_its_id() -> None:
    part = real()
    part.on_assessment(assessment(80.0, "confirmed", data_mode="real"), at(80.0))
    out = act(part, 81.0, "release", "Ada", "E-0001-001")
    assert not answer(out).accepted and "E-0001-002" in answer(out).text


def test_one_person_cancels_what_is_outside() -> None:
    part = real()
    act(part, 70.0, "release", "Ada")
    first = sent(act(part, 75.0, "release", "Grace"))
    message = sent(act(part, 90.0, "cancel", "Ada", text="satellite launch, called by telephone"))
    assert (message.kind, message.released, message.released_by) == ("cancel", True, ("Ada",))
    assert [r.id for r in message.references] == [first.id]
    assert "called by telephone" in message.description


def test_what_a_person_cancelled_is_said_again_only_when_it_grows_worse() -> None:
    part = real()
    act(part, 90.0, "cancel", "Ada")
    assert part.on_assessment(assessment(100.0, data_mode="real"), at(100.0)) == []
    (again,) = part.on_assessment(assessment(110.0, "confirmed", data_mode="real"), at(110.0))
    assert again.kind == "alert" and not again.released


def test_a_withdrawn_warning_that_is_outside_waits_for_one_person_to_cancel_it() -> None:
    part = real()
    act(part, 70.0, "release", "Ada")
    act(part, 75.0, "release", "Grace")
    (draft,) = part.on_assessment(assessment(100.0, "withdrawn", data_mode="real"), at(100.0))
    assert draft.kind == "cancel" and not draft.released
    message = sent(act(part, 105.0, "release", "Grace", draft.id))
    assert message.kind == "cancel" and message.released_by == ("Grace",)


def test_refusals_are_answers() -> None:
    part = real()
    assert not answer(act(part, 70.0, "release", "Ada", "E-9")).accepted
    assert not answer(act(part, 70.0, "cancel", " ")).accepted
    wrong = part.on_operator(Operator("O", at(70.0), "simulated", "release", "Ada", "E-0001"))
    assert not answer(wrong).accepted
    assert part.on_operator(Operator("O", at(70.0), "real", "declare_degraded", "Ada", "E-0001")) == []


def test_the_first_to_acknowledge_is_remembered() -> None:
    part = real()
    act(part, 70.0, "acknowledge", "Ada")
    act(part, 80.0, "acknowledge", "Grace")
    assert part.acknowledged("E-0001") == ("Ada", at(70.0))


def test_approvals_survive_a_restart() -> None:
    part, other = real(), real()
    act(part, 70.0, "release", "Ada")
    other.load(part.state())
    assert sent(act(other, 75.0, "release", "Grace")).released_by == ("Ada", "Grace")
