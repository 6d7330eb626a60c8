"""Reading: what to do with an answer, and with one that cannot be read."""

import time
from dataclasses import replace

from instag.chat.lane import Job, Lane, lower_way
from instag.chat.question import TOO_LARGE, Reply, Unreadable
from instag.chat.spending import BYTES_A_TOKEN
from instag.chat.state import RunState

__all__ = ["HEATS", "Reading"]

# Temperatures of the second and third attempt at an answer that can be read; how much longer one that was cut off may
# be; and the least share of an answer that has to be other than white space, or else it is blank.
HEATS, LONGER, BLANK = (0.3, 0.7), 4, 0.2
# After this many questions that were answered only in a lower way, all are asked in it.
DIFFERING = 3


class Reading:
    """Takes the answers of a run, and writes them to the journal first, since they were paid for."""

    def __init__(self, state: RunState) -> None:
        self._state = state

    def answered(self, job: Job, lane: Lane, reply: Reply, sent: float) -> None:
        """Take an answer, and the time when its question was sent."""
        try:
            problem = self._problem(reply)
        except BaseException:
            self._state.journal.append(reply)
            raise
        if problem is None:
            self._understood(job, lane)
        probing = lane.form.probing
        again = problem is not None and self._reask(job, lane, reply, problem)
        if again:
            reply = replace(reply, unread=job.unread)
        # First into the journal: it was paid for.
        self._state.journal.append(reply)
        self._pay(job, lane, reply)
        self._heard(job, lane, sent)
        if again:
            self._state.tally.reasked += 1
            self._state.scheduler.again(job, 0.0)
        else:
            self._note_setup(lane)
            tally = self._state.tally
            tally.answered += 1
            tally.unread += problem is not None
            tally.cut += problem is not None and problem.reason == "length"
        known = problem is not None and (job.key in self._state.replied or (again and (probing or _blank(reply))))
        words = self._state.breaker.answered(problem, known=known)
        self._state.end(words and f"{self._state.whose(lane)}: {words}")

    def _understood(self, job: Job, lane: Lane) -> None:
        """Record that an answer could be read, so that this way to ask works, at least for this question."""
        if job.way is None:
            lane.form.understood()
        elif job.way in lane.form.lower:
            lane.lower[job.key] = job.way
            if len(lane.lower) >= DIFFERING:
                lane.form.step_down(max(lane.lower.values()), "several questions were answered only without it")
                lane.lower.clear()

    def _problem(self, reply: Reply) -> Unreadable | None:
        try:
            self._state.read(reply)
        except Unreadable as problem:
            return problem.with_traceback(None)
        return None

    def _reask(self, job: Job, lane: Lane, reply: Reply, problem: Unreadable) -> bool:
        """Whether and how to ask a question again if its answer cannot be read; each time is counted."""
        form, reason = lane.form, problem.reason
        if reason == "length" and _blank(reply):
            reason = "blank"
        if form.probing and form.unread(reason):
            job.unread = min(job.unread + 1, self._state.limits.reask)
            return True
        again = False
        if reason in {"refused", "filtered", TOO_LARGE}:
            pass
        elif reason == "blank" and (way := lower_way(job, lane)) is not None:
            job.way, again = way, True
        elif reason in {"length", "blank"}:
            again = self._longer(job, lane)
        elif reply.finish_reason in {"stop", "length", None}:
            again = job.unread < self._state.limits.reask
            if again and form.temperature is not None:
                job.temperature = max(form.temperature, HEATS[min(job.unread, len(HEATS) - 1)])
        else:
            # The server broke off, whatever it calls that.
            again = job.unread + 1 < self._state.limits.attempts
        job.unread += again
        return again

    def _longer(self, job: Job, lane: Lane) -> bool:
        """Ask once more with a higher limit if an answer was cut off and the cost allows it."""
        limit = job.limit or lane.form.limit
        if job.limit is not None or limit is None or not self._state.limits.reask:
            return False
        if not self._state.scheduler.spending.affords(
            self._state.scheduler.spending.most_of(len(job.messages), LONGER * limit)
        ):
            return False
        job.limit = LONGER * limit
        self._state.tally.note(f"answers that were cut off are asked for once more with max_tokens={job.limit:,}")
        return True

    def _pay(self, job: Job, lane: Lane, reply: Reply) -> None:
        self._state.scheduler.spending.pay(reply, len(job.messages))
        used = reply.prompt_tokens + reply.completion_tokens
        lane.pace.correct(used - len(job.messages) // BYTES_A_TOKEN if used else 0)
        self._state.tally.prompt_tokens += reply.prompt_tokens
        self._state.tally.completion_tokens += reply.completion_tokens

    def _heard(self, job: Job, lane: Lane, sent: float) -> None:
        """Record that the endpoint answers, so that failures of other questions meanwhile were their own."""
        now = time.monotonic()
        if lane.outage.since is not None:
            lane.outage.end()
            lane.window.restart()
            # These questions may have been the cause: their failures count from now on.
            for each in lane.resting:
                each.suspect = each is not job
            lane.resting.clear()
        lane.ever, lane.heard, lane.ending = True, now, 0
        lane.gate.passed()
        lane.learned.answered(now)
        lane.window.answered(now - sent)
        for each in lane.faults:
            each.suspect = True
        lane.faults.clear()
        for each in lane.spent.values():
            self._state.give_up(each)
        lane.spent.clear()
        if len(lane.closing) == 1:
            for each in lane.closing.values():
                each.alone += each is not job
        lane.closing.clear()
        self._state.settle(lane)

    def _note_setup(self, lane: Lane) -> None:
        if not lane.form.probing and lane.form.found:
            self._state.journal.note_setup(lane.endpoint.base_url, lane.form.setup)


def _blank(reply: Reply) -> bool:
    """Whether an answer is almost only white space, as some models write under a grammar."""
    content = reply.content or ""
    return len("".join(content.split())) < BLANK * len(content)
