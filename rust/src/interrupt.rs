//! Long loops ask now and then whether they should stop.

use std::cell::Cell;

use crate::error::{Error, Result};

/// Steps between two questions: some tens of microseconds of work, so that asking costs nothing.
const STRIDE: u32 = 1 << 14;

/// A caller's wish to stop, asked for once in a while.
pub struct Interrupt<'a> {
    wanted: &'a dyn Fn() -> bool,
    steps: Cell<u32>,
}

impl<'a> Interrupt<'a> {
    /// Stops the work once `wanted` answers true.
    pub fn new(wanted: &'a dyn Fn() -> bool) -> Self {
        Self { wanted, steps: Cell::new(0) }
    }

    /// Never stops the work.
    #[must_use]
    pub fn never() -> Interrupt<'static> {
        Interrupt::new(&|| false)
    }

    /// Counts one step of work.
    ///
    /// # Errors
    /// [`Error::Interrupted`] once the caller wants to stop.
    #[inline]
    pub fn step(&self) -> Result<()> {
        let steps = self.steps.get().wrapping_add(1);
        self.steps.set(steps);
        if steps.is_multiple_of(STRIDE) { self.ask() } else { Ok(()) }
    }

    /// Asks at once, if there is no work to count.
    ///
    /// # Errors
    /// [`Error::Interrupted`] if the caller wants to stop.
    pub fn ask(&self) -> Result<()> {
        if (self.wanted)() { Err(Error::Interrupted) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_within_one_stride() {
        let stop = Interrupt::new(&|| true);
        let steps = (0..2 * STRIDE).take_while(|_| stop.step().is_ok()).count();
        assert_eq!(steps as u32, STRIDE - 1);
    }

    #[test]
    fn never_stops() {
        let go_on = Interrupt::never();
        assert!((0..3 * STRIDE).all(|_| go_on.step().is_ok()));
    }
}
