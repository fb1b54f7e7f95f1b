"""The part of the centre that speaks: assessments and operators in, messages and answers out. No clock, no disk.

Nothing goes out by itself. Each message is a draft until two different people have released it (one can cancel); a
release makes a new message with the same content, its own number and the words of its own instant.
"""

from typing import Any

import msgspec

from tocsin.core.constants import NS
from tocsin.core.records.inputs import Operator
from tocsin.core.records.network import Asset, Assets
from tocsin.core.records.outputs import Assessment
from tocsin.core.records.warnings import (
    Cue,
    OperatorAnswer,
    WarningGrade,
    WarningKind,
    WarningMessage,
    WarningReference,
)
from tocsin.dissemination import policy
from tocsin.dissemination.compose import message
from tocsin.dissemination.feeds import Propagate, due_cues
from tocsin.dissemination.policy import Settings, Thread

Out = list[WarningMessage | OperatorAnswer]
HANDLED = ("acknowledge", "release", "cancel")
"""Actions of an operator that this part answers; the degraded mode belongs to assessment."""


class Dissemination:
    """The threads of all events of one centre, of one data mode."""

    def __init__(self, data_mode: str, assets: Assets, settings: Settings | None = None) -> None:
        self.data_mode = data_mode
        self.settings = settings or Settings()
        self._assets: dict[str, Asset] = {asset.id: asset for asset in assets.asset}
        self._threads: dict[str, Thread] = {}

    def on_assessment(self, assessment: Assessment, now: int) -> list[WarningMessage]:
        """Return the drafts that an assessment calls for at an instant (TAI ns): none or one."""
        thread = self._threads.get(assessment.event)
        if thread is None:
            thread = self._threads[assessment.event] = Thread(assessment.event)
        assessment = thread.assessment = policy.gathered(thread, assessment)
        decision = policy.decide(thread, assessment, now, self.settings)
        thread.due = decision == "later"
        if decision == "say":
            return [self._say(thread, assessment, now)]
        if decision == "close":
            return [self._end(thread, assessment, now, "closing")]
        if decision == "cancel":
            return [self._end(thread, assessment, now, "cancellation")]
        return []

    def on_tick(self, now: int) -> list[WarningMessage]:
        """Return the updates whose interval is over."""
        out = []
        for event in sorted(self._threads):
            thread = self._threads[event]
            if not thread.due or thread.assessment is None:
                continue
            decision = policy.decide(thread, thread.assessment, now, self.settings)
            if decision == "say":
                out.append(self._say(thread, thread.assessment, now))
            thread.due = decision == "later"
        return out

    def cues(self, assessment: Assessment, propagate: Propagate, now: int) -> list[Cue]:
        """Return the cues due for the objects of an event whose assessment `on_assessment` has taken."""
        thread = self._threads.get(assessment.event)
        if thread is None or thread.assessment is None:
            return []
        return due_cues(thread, thread.assessment, propagate, now, self.settings)

    def on_operator(self, operator: Operator) -> Out:
        """Return the answer to an operator, and the message that his word sends out, if any.

        `subject` is an event or a message id. Refusals are answers, not errors.
        """
        if operator.action not in HANDLED:
            return []
        person = " ".join(operator.person.split())
        thread = self._find(operator.subject)
        if operator.data_mode != self.data_mode:
            return [self._answer(operator, thread, False, f"this centre holds {self.data_mode} data only")]
        if not person:
            return [self._answer(operator, thread, False, "a person has to be named")]
        if thread is None:
            return [self._answer(operator, thread, False, f"nothing was said about {operator.subject!r}")]
        if operator.action == "acknowledge":
            thread.acknowledged = thread.acknowledged or (person, operator.received)
            return [self._answer(operator, thread, True, f"acknowledged by {person}")]
        if operator.action == "cancel":
            return self._cancel(thread, operator, person)
        return self._release(thread, operator, person)

    def state(self) -> dict[str, Any]:
        """Return plain data from which `load` makes an equal one."""
        return {"threads": [msgspec.to_builtins(self._threads[event]) for event in sorted(self._threads)]}

    def load(self, data: dict[str, Any]) -> None:
        """Take the place of another one whose `state` this is."""
        threads = msgspec.convert(data["threads"], list[Thread])
        self._threads = {thread.event: thread for thread in threads}

    def acknowledged(self, event: str) -> tuple[str, int] | None:
        """Return who acknowledged an event first, and when (TAI ns)."""
        thread = self._threads.get(event)
        return thread.acknowledged if thread is not None else None

    # --- messages -----------------------------------------------------------------------------------------------

    def _say(self, thread: Thread, assessment: Assessment, now: int) -> WarningMessage:
        kind: WarningKind = "update" if thread.messages else "alert"
        grade: WarningGrade = "warning" if policy.grade(assessment.level) == "warning" else "information"
        said = self._draft(thread, assessment, now, kind, grade)
        thread.told = policy.told_of(assessment, now, self.settings)
        thread.cancelled = None
        return said

    def _end(self, thread: Thread, assessment: Assessment, now: int, grade: WarningGrade) -> WarningMessage:
        said = self._draft(thread, assessment, now, "cancel" if grade == "cancellation" else "update", grade)
        thread.told = None
        thread.messages = list(thread.released)
        return said

    def _draft(
        self, thread: Thread, assessment: Assessment, now: int, kind: WarningKind, grade: WarningGrade
    ) -> WarningMessage:
        said = self._message(thread, assessment, now, kind, grade, tuple(thread.messages))
        if grade != thread.draft_grade:
            thread.approvals = {}  # a word for an information is none for a warning, nor for its end
        thread.draft, thread.draft_grade, thread.draft_assessment = said.id, grade, assessment
        thread.due = False
        thread.messages.append(WarningReference(said.id, said.sent_utc))
        return said

    def _message(
        self, thread: Thread, assessment: Assessment, now: int, kind: WarningKind, grade: WarningGrade,
        references: tuple[WarningReference, ...], released: bool = False, people: tuple[str, ...] = (), note: str = "",
    ) -> WarningMessage:  # fmt: skip
        thread.number += 1
        return message(
            assessment, number=thread.number, kind=kind, grade=grade, now=now, assets=self._assets,
            settings=self.settings, references=references, released=released, released_by=people, note=note,
        )  # fmt: skip

    # --- people -------------------------------------------------------------------------------------------------

    def _find(self, subject: str) -> Thread | None:
        thread = self._threads.get(subject)
        if thread is None:
            thread = self._threads.get(subject.rpartition("-")[0])
        return thread if thread is not None and thread.number else None

    def _answer(self, operator: Operator, thread: Thread | None, accepted: bool, text: str) -> OperatorAnswer:
        return OperatorAnswer(operator.id, thread.event if thread is not None else "", accepted, text)

    def _release(self, thread: Thread, operator: Operator, person: str) -> Out:
        now = operator.received
        if not thread.draft or thread.draft_assessment is None:
            return [self._answer(operator, thread, False, "there is no draft to release")]
        if operator.subject not in (thread.event, thread.draft):
            text = f"{operator.subject} is not the newest draft; that is {thread.draft}"
            return [self._answer(operator, thread, False, text)]
        if thread.draft_grade == "cancellation":
            return self._cancel(thread, operator, person)
        closing = thread.draft_grade == "closing"
        if closing and not thread.released:
            return [self._answer(operator, thread, False, "no warning is outside that could be ended")]
        oldest = now - int(self.settings.approval_valid_s * NS)
        thread.approvals = {who: at for who, at in thread.approvals.items() if at >= oldest}
        others = [who for who in thread.approvals if who.casefold() != person.casefold()]
        if not others:
            if thread.approvals:
                return [self._answer(operator, thread, False, "the second word has to come from another person")]
            thread.approvals[person] = now
            return [self._answer(operator, thread, True, "one of two; a second person is needed")]
        people = (others[0], person)
        kind: WarningKind = "update" if thread.released else "alert"
        grade: WarningGrade = "closing" if closing else "warning" if thread.draft_grade == "warning" else "information"
        sent = self._message(
            thread, thread.draft_assessment, now, kind, grade, tuple(thread.released), released=True, people=people
        )
        reference = WarningReference(sent.id, sent.sent_utc)
        thread.released = [] if closing else [*thread.released, reference]
        thread.messages = [] if closing else [*thread.messages, reference]
        thread.draft, thread.draft_grade, thread.draft_assessment, thread.approvals = "", "", None, {}
        return [self._answer(operator, thread, True, f"released by {people[0]} and {people[1]} as {sent.id}"), sent]

    def _cancel(self, thread: Thread, operator: Operator, person: str) -> Out:
        assessment = thread.assessment
        if assessment is None or (thread.told is None and not thread.released):
            return [self._answer(operator, thread, False, "there is no warning to cancel")]
        outside = bool(thread.released)
        references = tuple(thread.released if outside else thread.messages)
        note = f"Reason given: {operator.text}" if operator.text else ""
        sent = self._message(
            thread, assessment, operator.received, "cancel", "cancellation", references, outside, (person,), note
        )
        thread.cancelled = thread.told or thread.cancelled
        thread.told, thread.due = None, False
        thread.messages, thread.released, thread.approvals = [], [], {}
        thread.draft, thread.draft_grade, thread.draft_assessment = "", "", None
        return [self._answer(operator, thread, True, f"cancelled by {person} as {sent.id}"), sent]
