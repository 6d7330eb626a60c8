"""Trouble: what to do when there is no answer."""

import re
import time
from collections.abc import Mapping

from instag.chat.advice import advice, hint
from instag.chat.lane import Job, Lane, lower_way
from instag.chat.pauses import jittered, span_of, wait_in
from instag.chat.question import Fault
from instag.chat.reading import HEATS
from instag.chat.refusal import Trouble
from instag.chat.state import RunState

__all__ = ["Troubles"]

LONGEST_BACKOFF = 30.0
# How many questions in a row may be refused perhaps because of their content: after the first answer, before it, and before
# it once every way to ask was tried. And how many refusals in a row may look as if every question would be refused.
DIFFERENT, DIFFERENT_AT_FIRST, SEARCHED, ENDING = 12, 3, 2, 5
# How often a single question may get "too many requests", and how many seconds it then waits while others go first.
ALONE, BEHIND = 12, 0.05
# After this many failures in a row without an answer, the endpoint is the cause and not the questions; if no more than LATE
# are left, these may all be bad.
AWAY, LATE = 8, 32
# Seconds of patience if only the last questions get no answer, and if the endpoint was never reached.
LONELY, NOBODY = 120.0, 360.0
# Failures before the first answer that mean that the address is not a chat endpoint, and after how many the run ends.
AT_FIRST, ODD = frozenset({"timeout", "unknown host", "broken packing"}), 5
# Failures that mean that the server is away, whatever the question.
AT_GATEWAY = re.compile(r"no connection|http (?:50[234]|52\d|530)")
# Failures that have nothing to do with the format of the request, so that another way is not tried at once; and words that
# mean that the server will be ready soon, so that no other way is tried at all.
SOON = re.compile(r"no connection|http (?:503|504|52\d|530)")
STARTING = re.compile(
    r"\bloading\b|being loaded|warm(?:ing|s)?[ -]?up|cold[ -]?start|start(?:ing|s)[ -]up|initiali[sz]ing|spinning up|"
    r"not (?:yet )?(?:ready|loaded)|scal(?:ing|es) (?:up|from)|加载|启动中|起動中|読み込み中",
    re.IGNORECASE,
)


class Troubles:
    """Handles what goes wrong: it waits, asks again, gives up a question, or ends the run."""

    def __init__(self, state: RunState) -> None:
        self._state = state

    def meet(
        self, job: Job, lane: Lane, trouble: Trouble, sent: float, version: int, headers: Mapping[str, str]
    ) -> None:
        """Handle trouble of any kind."""
        self._state.tally.trouble(trouble.reason)
        if trouble.kind == "busy":
            self._busy(job, lane, trouble, sent, wait_in(headers))
        elif trouble.kind == "stop":
            self._hopeless(job, lane, trouble)
        elif trouble.kind == "own":
            self._state.refuse(job, trouble)
        elif trouble.kind == "unwritten":
            self._unwritten(job, lane, trouble)
        elif trouble.kind == "barred" and not (
            trouble.reason == "http 404" and self._rephrased(job, lane, trouble, version)
        ):
            self._barred(job, lane, trouble)
        elif trouble.kind == "refused":
            self._refused(job, lane, trouble, version)
        elif trouble.kind in {"away", "odd"}:
            self._away(job, lane, trouble, sent, version, trouble.wait if trouble.wait is not None else _asked(headers))

    def _rephrased(self, job: Job, lane: Lane, trouble: Trouble, version: int) -> bool:
        """Whether the question can be asked in another way, and is asked again."""
        form = lane.form
        if version != form.version or form.refused(trouble.words or trouble.detail, trouble.detail):
            self._state.scheduler.again(job, 0.0)
            return True
        return False

    def _refused(self, job: Job, lane: Lane, trouble: Trouble, version: int) -> None:
        """Handle a refusal of this request, for its format or its content."""
        if self._rephrased(job, lane, trouble, version):
            return
        if lane.form.probing:
            self._barred(job, lane, trouble)
            return
        if (way := lower_way(job, lane)) is None:
            self._state.refuse(job, trouble)
        else:
            # The servers behind a gateway may differ.
            job.way = way
            self._state.scheduler.again(job, 0.0)

    def _barred(self, job: Job, lane: Lane, trouble: Trouble) -> None:
        """Handle a refusal that is about this question or about all: whether others are answered will show."""
        lane.aside[job.key] = job, trouble
        # Fewer are needed once every way to ask was tried.
        searched = trouble.kind == "refused" or trouble.reason == "http 404"
        if len(lane.aside) < (DIFFERENT if lane.ever else SEARCHED if searched else DIFFERENT_AT_FIRST):
            return
        self.bar(lane)

    def bar(self, lane: Lane) -> None:
        """End the run if everything would be refused, as it seems by the last refusals."""
        trouble = next(reversed(lane.aside.values()))[1]
        for each, _ in lane.aside.values():
            self._state.scheduler.again(each, 0.0)
        count = len(lane.aside)
        lane.aside.clear()
        many = f"{count} different questions in a row were refused, the last for this: " if count > 1 else ""
        self._state.close(lane, f"{many}{trouble.reason}: {trouble.detail}{advice(lane, trouble)}")

    def _hopeless(self, job: Job, lane: Lane, trouble: Trouble) -> None:
        """Handle a refusal that concerns all questions: at the start it ends the run, later it may be temporary."""
        lane.ending += 1
        if not lane.ever or lane.ending >= ENDING:
            self._state.close(lane, f"{trouble.reason}: {trouble.detail}")
            self._state.scheduler.again(job, 0.0)
            return
        lane.gate.hold(jittered(self._state.limits.backoff * 2.0**lane.ending), time.monotonic())
        self._state.scheduler.again(job, 0.0)

    def _unwritten(self, job: Job, lane: Lane, trouble: Trouble) -> None:
        """Ask again if the server rejected what the model wrote: the model may do better."""
        form = lane.form
        if form.probing and form.unread("not JSON"):
            self._state.scheduler.again(job, 0.0)
        elif job.unread < max(self._state.limits.reask, 1):
            if form.temperature is not None:
                job.temperature = max(form.temperature, HEATS[min(job.unread, len(HEATS) - 1)])
            job.unread += 1
            self._state.tally.reasked += 1
            self._state.scheduler.again(job, 0.0)
        else:
            self._state.refuse(job, trouble)

    def _busy(self, job: Job, lane: Lane, trouble: Trouble, sent: float, wait: float | None) -> None:
        """Handle "too many requests": the gate closes for all."""
        scheduler, gate, now = self._state.scheduler, lane.gate, time.monotonic()
        self._state.tally.throttled += 1
        wait = trouble.wait if wait is None else wait
        if gate.close(wait, sent, now):
            lane.closing.clear()
            if wait is None:
                lane.window.throttled()
            else:
                lane.learned.throttled(wait, now)
        lane.closing[job.key] = job
        lonely = lane.ever and scheduler.exhausted and scheduler.only <= 1
        why = gate.hopeless(now)
        if job.alone >= ALONE or (lonely and why):
            job.fault = Fault(job.key, trouble.reason, trouble.detail, job.tries + job.alone)
            self._state.give_up(job)
            return
        # Other questions go first.
        scheduler.again(job, max(gate.wait(now), 0.0) + BEHIND)
        if why:
            self._state.close(lane, f"{trouble.reason}, {why}: {trouble.detail}", patience=True)

    def _away(self, job: Job, lane: Lane, trouble: Trouble, sent: float, version: int, wait: float | None) -> None:  # noqa: C901 - each says something else
        """Handle the lack of an answer: by chance, because of the question, or because the server is away."""
        now, words = time.monotonic(), trouble.words or trouble.detail
        lane.window.faltered()
        job.fault = Fault(job.key, trouble.reason, trouble.detail, job.tries + 1)
        # A question that failed in an earlier run most likely fails because of its content.
        known = job.key in self._state.failed and not AT_GATEWAY.search(trouble.reason)
        job.suspect = job.suspect or known
        if lane.outage.since is not None:
            self._still_away(job, lane, trouble, wait, now)
            return
        if not lane.ever and self._at_first(job, lane, trouble):
            return
        if version != lane.form.version and lane.form.probing:
            self._state.scheduler.again(job, 0.0)
            return
        if not lane.searched and lane.form.probing and not (SOON.match(trouble.reason) or _starting(trouble, wait)):
            if lane.form.refused(words, trouble.detail):
                self._state.tally.retries += 1
                self._state.scheduler.again(job, 0.0)
                return
            lane.searched = True
        job.tries += 1
        lane.faults.append(job)
        job.suspect = job.suspect or (trouble.reason == "timeout" and self._overtaken(lane, sent, now))
        if self._down(job, lane, trouble):
            self._rest(job, lane, trouble, wait, now)
        elif job.tries < self._state.limits.attempts:
            self._state.tally.retries += 1
            backoff = min(self._state.limits.backoff * 2.0 ** (job.tries - 1), LONGEST_BACKOFF)
            if wait is not None:
                lane.gate.hold(min(wait, self._state.limits.patience), now)
            self._state.scheduler.again(job, jittered(backoff))
        elif job.suspect:
            self._fail(job)
        elif self._alone:
            self._rest(job, lane, trouble, wait, now)
        else:
            lane.spent[job.key] = job

    def _still_away(self, job: Job, lane: Lane, trouble: Trouble, wait: float | None, now: float) -> None:
        """Handle a request during an outage that got no answer."""
        if trouble.reason != "no connection" and not _starting(trouble, wait):
            lane.form.cycle()
        if trouble.reason != "no connection":
            lane.resting.append(job)
        lane.outage.failed(_why(trouble), wait, now)
        # Another question is tried next: this one may be the cause.
        self._state.scheduler.again(job, self._pause(lane, now))
        self._impatient(lane, now)

    def _overtaken(self, lane: Lane, sent: float, now: float) -> bool:
        """Whether others were answered while a question was not."""
        return now - lane.heard < self._state.limits.timeout / 2 or (lane.heard > sent and lane.in_flight == 1)

    def _fail(self, job: Job) -> None:
        """Give up a question after all its attempts."""
        self._state.give_up(job)
        assert job.fault is not None  # noqa: S101 - that is why
        self._state.end(self._state.breaker.failed(job.fault, refused=False, known=self._state.known(job)))

    def _at_first(self, job: Job, lane: Lane, trouble: Trouble) -> bool:
        """Whether, before the first answer, the address is surely not the right one."""
        if (trouble.reason not in AT_FIRST and trouble.kind != "odd") or job.suspect:
            return False
        lane.odd += 1
        if lane.odd < (self._state.limits.attempts if trouble.reason == "timeout" else ODD):
            self._state.tally.retries += 1
            self._state.scheduler.again(job, jittered(min(self._state.limits.backoff * lane.odd, LONGEST_BACKOFF)))
            return True
        self._state.scheduler.again(job, 0.0)
        self._state.close(lane, f"{trouble.reason}: {trouble.detail}{advice(lane, trouble)}")
        return True

    def _down(self, job: Job, lane: Lane, trouble: Trouble) -> bool:
        """Whether the endpoint is away, and the question not the cause."""
        if trouble.reason == "no connection":
            return True
        if job.suspect:
            return False
        return not lane.ever or len({each.key for each in lane.faults if not each.suspect}) >= AWAY

    @property
    def _alone(self) -> bool:
        """Whether there is no other question that could show that the endpoint answers."""
        scheduler = self._state.scheduler
        return scheduler.exhausted and not scheduler.waiting and scheduler.in_flight <= 1

    def _rest(self, job: Job, lane: Lane, trouble: Trouble, wait: float | None, now: float) -> None:
        """Begin an outage: leave the endpoint alone for a while, then ask one question at a time.

        Failures meanwhile do not count as attempts.
        """
        for each in lane.faults:
            each.tries = max(each.tries - 1, 0)
        if trouble.reason != "no connection":
            lane.resting.extend(lane.faults)
        lane.faults.clear()
        scheduler, most = self._state.scheduler, float("inf")
        if not lane.ever and trouble.reason == "no connection":
            most = NOBODY
        elif lane.ever and scheduler.exhausted and scheduler.only <= LATE and not AT_GATEWAY.search(trouble.reason):
            most = LONELY
        lane.outage.begin(_why(trouble), wait, now, most)
        for each in (job, *(spent for spent in lane.spent.values() if spent is not job)):
            scheduler.again(each, self._pause(lane, now))
        lane.spent.clear()
        self._impatient(lane, now)

    def _pause(self, lane: Lane, now: float) -> float:
        """Seconds until a question is asked again after an outage cost it its answer; another endpoint is asked at once."""
        others = (other for other in self._state.lanes if other is not lane)
        at_once = any(other.gone is None and other.outage.since is None for other in others)
        return 0.0 if at_once else lane.outage.wait(now) + BEHIND

    def _impatient(self, lane: Lane, now: float) -> None:
        """Stop asking an endpoint if patience with it has ended."""
        if not lane.outage.over(now):
            return
        scheduler = self._state.scheduler
        if lane.ever and scheduler.exhausted and scheduler.only <= LATE and not AT_GATEWAY.search(lane.outage.why):
            # The last questions may be the cause: they have failed, and all others are answered.
            lane.outage.end()
            for job in scheduler.left():
                self._state.give_up(job)
            return
        since = span_of(now - (lane.outage.since or now))
        self._state.close(lane, f"no answer for {since}: {lane.outage.why}{hint(lane)}", patience=True)


def _why(trouble: Trouble) -> str:
    return f"{trouble.reason}: {trouble.detail}"


def _starting(trouble: Trouble, wait: float | None) -> bool:
    """Whether a server says that it will be ready soon, such as one that is loading its model."""
    return wait is not None or bool(STARTING.search(trouble.words or trouble.detail))


def _asked(headers: Mapping[str, str]) -> float | None:
    return wait_in(headers) if "retry-after" in headers or "retry-after-ms" in headers else None
