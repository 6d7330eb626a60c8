//! One run of the greedy algorithm, by the way that suits the data.
//!
//! A row's gain never rises, so a gain computed earlier bounds it from above (Minoux, 1978). Rows wait in a [`Queue`]
//! by such bounds. Two kinds of data make bounds worthless, and both are noticed by the number of gains computed:
//!
//! * rows alike, which all have to be looked at again after each pick: they then wait as one ([`Alike`]);
//! * a tag that nearly all rows hold, which lowers the gains of all with each pick: rows then wait in a [`Trie`].
//!
//! Every way takes the same rows.

use std::hint::black_box;

use super::alike::{Alike, most_differ};
use super::fill::Picks;
use super::queue::Queue;
use super::rating::Rating;
use super::trie::Trie;
use super::units::Units;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::select::constraint::{Constraint, Limits};
use crate::select::objective::Gains;
use crate::select::problem::Problem;
use crate::tags::Place;

/// How many gains may be computed before bounds are held to be worth little.
#[derive(Debug, Clone, Copy)]
struct Patience {
    a_row: u64,
    a_pick: u64,
}

/// Well above what ordinary data need.
const PATIENCE: Patience = Patience { a_row: 3, a_pick: 24 };
/// Where more than this part of the rows is taken, rows alike wait as one from the beginning.
const PART: f64 = 0.4;
/// This many rows are enough to show whether most have the tags of others.
const SHOWN: usize = 1 << 12;
/// If more rows than this one after the other gain less than their bound says, and more than one in 16 of the open ones,
/// all open ones are rated again.
const FALLS: (usize, usize) = (1 << 12, 16);
/// Rows that are looked up together.
const BLOCK: usize = 64;

pub(super) struct Run<'a, G> {
    problem: &'a Problem<'a>,
    constraint: &'a Constraint<'a>,
    interrupt: &'a Interrupt<'a>,
    objective: G,
    limits: Limits<'a>,
    rating: Rating<'a>,
    patience: Patience,
    picks: Picks,
}

impl<'a, G: Gains> Run<'a, G> {
    pub(super) fn new(
        problem: &'a Problem<'a>,
        constraint: &'a Constraint<'a>,
        objective: G,
        interrupt: &'a Interrupt<'a>,
    ) -> Result<Self> {
        let rating = Rating::new(problem, constraint, &objective, interrupt)?;
        let limits = constraint.limits();
        Ok(Self {
            problem,
            constraint,
            interrupt,
            objective,
            limits,
            rating,
            patience: PATIENCE,
            picks: Picks::default(),
        })
    }

    /// Takes rows until none may join or adds anything.
    pub(super) fn all(mut self) -> Result<Picks> {
        self.walk()?;
        Ok(self.picks)
    }

    fn walk(&mut self) -> Result<()> {
        let n = self.problem.tags.len() as u64;
        let may_climb = self.objective.of_tags().is_some() && self.constraint.cost.is_none();
        let together = self.takes_much() || self.shows_many_alike()?;
        if !together {
            if self.queued(&mut Units::Single, self.patience.a_row * n)? {
                return Ok(());
            }
            if may_climb && most_differ(self.problem.tags, self.left(), self.limit(), self.interrupt)? {
                let single = Alike::single(self.left(), n as usize);
                return self.climbed(single);
            }
        }
        let alike = self.alike()?;
        let patience = if may_climb { self.patience.a_row * alike.len() as u64 } else { u64::MAX };
        let mut units = Units::Alike(alike);
        match (self.queued(&mut units, patience)?, units) {
            (false, Units::Alike(alike)) => self.climbed(alike),
            _ => Ok(()),
        }
    }

    fn takes_much(&self) -> bool {
        let n = self.problem.tags.len();
        self.constraint.cost.is_none() && self.constraint.budget as f64 >= PART * n as f64
    }

    /// Whether of some rows more than half have the tags of others.
    fn shows_many_alike(&self) -> Result<bool> {
        let tags = self.problem.tags;
        let step = tags.len() / SHOWN + 1;
        let some = (0..tags.len() as u32).step_by(step);
        let shown = some.len();
        Ok(2 * Alike::of(tags, some, self.limit(), self.interrupt)?.len() <= shown)
    }

    /// What has to be the same of rows that wait as one: of these the first is to be the best, and to join where any
    /// does.
    fn limit(&self) -> impl Fn(u32) -> (u32, u64) + use<'a, G> {
        let constraint = self.constraint;
        move |row| (constraint.quotas.map_or(0, |quotas| quotas.groups[row as usize]), constraint.cost_of(row))
    }

    /// The rows that may still be taken, the best of equals first.
    fn left(&self) -> impl Iterator<Item = u32> {
        let n = self.problem.tags.len() as u32;
        let mut left: Vec<bool> = (0..n).map(|row| self.problem.offers(row)).collect();
        for &row in &self.picks.rows {
            left[row as usize] = false;
        }
        let order = self.rating.order();
        let places = 0..order.map_or(n, |order| order.len() as u32);
        places
            .map(move |place| order.map_or(place, |order| order[place as usize]))
            .filter(move |&row| left[row as usize])
    }

    /// The rows that are left, those alike as one.
    fn alike(&self) -> Result<Alike> {
        let mut alike = Alike::of(self.problem.tags, self.left(), self.limit(), self.interrupt)?;
        if self.problem.quality.is_some() {
            alike.order_by(|row| self.objective.preference(row));
        }
        Ok(alike)
    }

    /// All units by the most that they could gain.
    fn queue(&self, units: &Units) -> Result<Queue> {
        let mut queue = Queue::default();
        let tags = self.problem.tags;
        for unit in 0..units.len(tags) as u32 {
            self.interrupt.step()?;
            let row = units.first(unit);
            if self.problem.offers(row) {
                let most = self.objective.most(row, tags.row(row as usize).len());
                queue.put_below(unit, self.rating.key(row, most));
            }
        }
        Ok(queue)
    }

    /// Takes rows from a queue; false where too many gains were computed for it.
    fn queued(&mut self, units: &mut Units, patience: u64) -> Result<bool> {
        let mut queue = self.queue(units)?;
        let tags = self.problem.tags;
        let already = self.picks.rows.len() as u64;
        let (mut computed, mut fallen) = (0, 0);
        while !self.limits.are_met() {
            let picked = self.picks.rows.len() as u64 - already;
            if computed > patience.saturating_add(self.patience.a_pick * picked) {
                return Ok(false);
            }
            let Some(top) = queue.top() else {
                let Some(bucket) = queue.open() else { break };
                computed += bucket.len() as u64;
                self.rate(&bucket, units, &mut queue)?;
                continue;
            };
            if fallen > FALLS.0.max(queue.open_len() / FALLS.1) {
                fallen = 0;
                computed += queue.open_len() as u64;
                self.rate(&queue.reopen(), units, &mut queue)?;
                continue;
            }
            self.interrupt.step()?;
            let row = self.rating.row(top.place.0);
            if !self.limits.admits(row) {
                // All that wait as one are of one group, and cost the same.
                queue.remove_top();
                continue;
            }
            computed += 1;
            let held = tags.row(row as usize);
            let gain = self.objective.gain(row, held);
            let key = self.rating.key(row, gain);
            if key < top.key {
                fallen += 1;
                queue.lower_top(key);
                continue;
            }
            fallen = 0;
            queue.remove_top();
            self.take(row, gain);
            if let Some(next) = units.next(top.unit) {
                // It holds the same tags.
                let gain = self.objective.gain(next, held);
                queue.put(self.rating.entry(top.unit, next, gain));
            }
        }
        Ok(true)
    }

    /// Computes what some units gain. Their rows, where the tags of these are, and the first of the tags are each looked
    /// up for many at a time, so that cache misses overlap instead of adding up.
    fn rate(&self, some: &[u32], units: &Units, queue: &mut Queue) -> Result<()> {
        let tags = self.problem.tags;
        let (mut rows, mut places) = ([0; BLOCK], [Place::default(); BLOCK]);
        for block in some.chunks(BLOCK) {
            for (row, &unit) in rows.iter_mut().zip(block) {
                *row = units.first(unit);
            }
            for (place, &row) in places.iter_mut().zip(&rows[..block.len()]) {
                *place = tags.place(row);
            }
            let places = &places[..block.len()];
            black_box(places.iter().fold(0, |all, &place| all ^ tags.slice(place).first().copied().unwrap_or(0)));
            for (place, &unit) in places.iter().zip(block) {
                self.interrupt.step()?;
                if self.limits.admits(place.row) {
                    let gain = self.objective.gain(place.row, tags.slice(*place));
                    queue.put(self.rating.entry(unit, place.row, gain));
                }
            }
        }
        Ok(())
    }

    /// Takes rows from a trie.
    fn climbed(&mut self, mut alike: Alike) -> Result<()> {
        let mut trie = Trie::new(self.problem.tags, &alike, self.interrupt)?;
        while !self.limits.are_met() {
            let Some(gains) = self.objective.of_tags() else { break };
            let Some(best) = trie.best(gains, &alike, &self.limits, &self.rating, self.interrupt)? else { break };
            let Some(row) = alike.first(best.unit) else { break };
            alike.take(best.unit);
            self.take(row, best.gain);
        }
        Ok(())
    }

    fn take(&mut self, row: u32, gain: u64) {
        self.objective.take(row, self.problem.tags.row(row as usize));
        self.limits.take(row);
        self.picks.rows.push(row);
        self.picks.gains.push(gain);
    }
}

#[cfg(test)]
mod tests;
