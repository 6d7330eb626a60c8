//! Work side by side: the one way in which threads are used, and stopped.
//!
//! Whatever is done here depends neither on the number of threads nor on which of them is first. If fewer threads can be
//! had than were asked for, they do the work of all.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, sync_channel};
use std::thread::{self, Builder, available_parallelism};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

/// How long the caller waits for the others before it asks again whether to stop.
const PAUSE: Duration = Duration::from_millis(10);

/// The threads for work of some size, each with at least `least` of it; at least one.
pub(crate) fn threads(size: usize, least: usize) -> usize {
    available_parallelism().map_or(1, usize::from).min(size / least.max(1)).max(1)
}

/// A range for each thread, even and in order; a single one, maybe empty, if the work is not worth more.
pub(crate) fn shares(size: usize, least: usize) -> Vec<Range<usize>> {
    let threads = threads(size, least);
    let share = size.div_ceil(threads);
    (0..threads).map(|nth| (nth * share).min(size)..((nth + 1) * share).min(size)).collect()
}

/// What `work` makes of each part, in the order of the parts, on a thread for each.
///
/// # Errors
/// That of the first part that fails, whichever failed first in time; [`Error::Interrupted`] if the caller wants to
/// stop. Parts after one that failed are stopped.
pub(crate) fn map<P: Send, T: Send>(
    parts: Vec<P>,
    interrupt: &Interrupt,
    work: impl Fn(P, &Interrupt) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let mut done: Vec<Option<Result<T>>> = parts.iter().map(|_| None).collect();
    let helpers = parts.len().saturating_sub(1);
    // Parts from this one on need not be done.
    let end = AtomicUsize::new(parts.len());
    let parts = Mutex::new(parts.into_iter().enumerate());
    let next = || {
        let part = parts.lock().ok()?.next()?;
        (part.0 < end.load(Ordering::Relaxed)).then_some(part)
    };
    // The caller has a part to itself, however quick the others are: it asks at the same steps every time.
    let mut first = next();
    thread::scope(|scope| {
        let (send, receive) = mpsc::channel();
        for _ in 0..helpers {
            let send = send.clone();
            let (next, end, work) = (&next, &end, &work);
            let helper = move || {
                while let Some((nth, part)) = next() {
                    let stopped = || end.load(Ordering::Relaxed) <= nth;
                    let outcome = work(part, &Interrupt::new(&stopped));
                    if outcome.is_err() {
                        end.fetch_min(nth, Ordering::Relaxed);
                    }
                    if send.send((nth, outcome)).is_err() {
                        break;
                    }
                }
            };
            let _ = Builder::new().spawn_scoped(scope, helper);
        }
        drop(send);
        let stop = |error: Error| {
            end.store(0, Ordering::Relaxed);
            error
        };
        while let Some((nth, part)) = first.take().or_else(next) {
            let outcome = work(part, interrupt);
            match outcome {
                Err(Error::Interrupted) => return Err(stop(Error::Interrupted)),
                Err(_) => _ = end.fetch_min(nth, Ordering::Relaxed),
                Ok(_) => {}
            }
            done[nth] = Some(outcome);
        }
        loop {
            match receive.recv_timeout(PAUSE) {
                Ok((nth, outcome)) => done[nth] = Some(outcome),
                Err(RecvTimeoutError::Timeout) => interrupt.ask().map_err(stop)?,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    })?;
    // Every part before the first that failed was done, so the first that is missing comes after an error.
    done.into_iter().map(|outcome| outcome.unwrap_or(Err(Error::Interrupted))).collect()
}

/// Runs `work` on some threads and hands what they send to `take`, on this thread and in no promised order.
///
/// Each run of `work` takes what there is left to do, until there is nothing left or its sender says that no more is
/// wanted. It runs here too in the end, for what no thread has taken.
///
/// # Errors
/// That of `take`, which ends the work. `take` asks the caller whether to stop.
pub(crate) fn stream<T: Send>(
    threads: usize,
    work: impl Fn(&mut dyn FnMut(T) -> bool) + Sync,
    mut take: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    if threads > 1 {
        thread::scope(|scope| {
            let (send, receive) = sync_channel(2 * threads);
            for _ in 0..threads {
                let (work, send) = (&work, send.clone());
                let helper = move || work(&mut |sent| send.send(sent).is_ok());
                let _ = Builder::new().spawn_scoped(scope, helper);
            }
            drop(send);
            // Returning early hangs up on the threads, which ends them.
            receive.iter().try_for_each(&mut take)
        })?;
    }
    let mut outcome = Ok(());
    work(&mut |sent| {
        outcome = take(sent);
        outcome.is_ok()
    });
    outcome
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;

    #[test]
    fn shares_are_all_there_is() {
        for size in [0, 1, 7, 1_000, 1_001] {
            let shares = shares(size, 10);
            assert_eq!((shares[0].start, shares[shares.len() - 1].end), (0, size));
            assert!(shares.windows(2).all(|pair| pair[0].end == pair[1].start));
        }
        assert_eq!(shares(9, 10).len(), 1);
        assert_eq!(threads(1_000, 0), available_parallelism().map_or(1, usize::from));
    }

    #[test]
    fn parts_come_back_in_order() {
        let parts: Vec<usize> = (0..40).collect();
        let twice = map(parts, &Interrupt::never(), |part, _| Ok(2 * part)).unwrap();
        assert_eq!(twice, (0..40).map(|part| 2 * part).collect::<Vec<_>>());
        assert_eq!(map(Vec::<u8>::new(), &Interrupt::never(), |_, _| Ok(())), Ok(vec![]));
    }

    #[test]
    fn the_first_part_that_fails_says_why() {
        // The last part fails at once, the second as soon as the last has.
        let failed = AtomicBool::new(false);
        let outcome = map(vec![0, 1, 2], &Interrupt::never(), |part, interrupt| match part {
            0 => Ok(()),
            1 => {
                while !failed.load(Ordering::Relaxed) {
                    interrupt.step()?;
                    thread::yield_now();
                }
                Err(Error::Malformed("second".into()))
            }
            _ => {
                failed.store(true, Ordering::Relaxed);
                Err(Error::Malformed("third".into()))
            }
        });
        assert_eq!(outcome, Err(Error::Malformed("second".into())));
    }

    #[test]
    fn a_failure_stops_the_parts_after_it() {
        let outcome: Result<Vec<()>> = map(vec![0, 1], &Interrupt::never(), |part, interrupt| {
            if part == 0 {
                return Err(Error::Malformed("first".into()));
            }
            loop {
                interrupt.step()?;
            }
        });
        assert_eq!(outcome, Err(Error::Malformed("first".into())));
    }

    #[test]
    fn all_stop_when_asked() {
        // Whoever has which part: the caller asks while it works, and while it waits for the others.
        for slow in [0, 1] {
            let stop = || true;
            let outcome: Result<Vec<()>> = map(vec![0, 1], &Interrupt::new(&stop), |part, interrupt| {
                loop {
                    if part != slow {
                        return Ok(());
                    }
                    interrupt.step()?;
                }
            });
            assert_eq!(outcome, Err(Error::Interrupted));
        }
    }

    #[test]
    fn a_stream_ends_with_the_work_or_the_taker() {
        for threads in [1, 4] {
            let next = AtomicUsize::new(0);
            let work = |send: &mut dyn FnMut(usize) -> bool| {
                while let nth @ 0..1_000 = next.fetch_add(1, Ordering::Relaxed) {
                    if !send(nth) {
                        return;
                    }
                }
            };
            let mut sum = 0;
            let outcome = stream(threads, work, |sent| {
                sum += sent;
                Ok(())
            });
            assert_eq!((outcome, sum), (Ok(()), 499_500));
            next.store(0, Ordering::Relaxed);
            assert_eq!(stream(threads, work, |_| Err(Error::Interrupted)), Err(Error::Interrupted));
            assert!(next.load(Ordering::Relaxed) < 1_000);
        }
    }
}
