//! The exact greedy algorithm: of all rows that may join, take the one that gains most, or most for what it costs.
//!
//! A row's gain never rises, so a gain computed earlier bounds it from above (Minoux, 1978). Rows wait in a [`Queue`]
//! by such bounds. Two kinds of data make bounds worthless, and both are noticed by the number of gains computed:
//!
//! * rows alike, which all have to be looked at again after each pick: they then wait as one ([`Alike`]);
//! * a tag that nearly all rows hold, which lowers the gains of all with each pick: rows then wait in a [`Trie`].
//!
//! Every way takes the same rows.

use std::hint::black_box;

use super::alike::Alike;
use super::fill::{self, Picks};
use super::queue::Queue;
use super::rating::Rating;
use super::trie::Trie;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::select::constraint::{Constraint, Limits};
use crate::select::objective::{Counted, Gains, Propagated, Weighed};
use crate::select::problem::Problem;
use crate::tags::{Place, TagSets};

/// Samples in order of selection.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// The rows that were taken.
    pub rows: Vec<u32>,
    /// What each of them added to the objective, when it was taken.
    pub gains: Vec<f64>,
    /// Whether the last row was taken because it still fitted, in place of others: every other is in the selection of
    /// every larger budget.
    pub filled: bool,
}

/// Chooses what is best by the objective, within the constraint.
///
/// Ties go to the earlier row, or by the seed. Where rows have a cost, the selection is at last compared with those that end earlier, with one more row that fits
/// (Greedy+Max). A row that would add nothing is not taken.
///
/// ```
/// use instag::{Constraint, Curve, Interrupt, Problem, TagSets, choose};
///
/// let tags = TagSets::new(&[0, 3, 5, 6], &[0, 1, 2, 0, 1, 3], 4)?;
/// let problem = Problem::new(&tags, Curve::Power(0.5));
/// let chosen = choose(&problem, &Constraint::count(2), &Interrupt::never())?;
/// assert_eq!(chosen.rows, [0, 2]);
/// assert_eq!(chosen.gains, [3.0, 1.0]);
/// # Ok::<(), instag::Error>(())
/// ```
///
/// # Errors
/// [`crate::Error::Malformed`] where an array or number is not what it has to be, [`crate::Error::TooMany`] where
/// something counts too much, [`crate::Error::Interrupted`] where the caller wants to stop.
pub fn choose(problem: &Problem, constraint: &Constraint, interrupt: &Interrupt) -> Result<Selection> {
    problem.check()?;
    constraint.check(problem.tags)?;
    let rows = if constraint.cost.is_none() { constraint.budget } else { u64::MAX };
    match (problem.spread, problem.quality) {
        (Some(spread), _) => {
            chosen(problem, constraint, || Propagated::new(problem, spread, rows, interrupt), interrupt)
        }
        (None, Some(quality)) => chosen(problem, constraint, || Weighed::new(problem, quality, rows), interrupt),
        (None, None) => chosen(problem, constraint, || Counted::new(problem, rows), interrupt),
    }
}

fn chosen<G: Gains>(
    problem: &Problem,
    constraint: &Constraint,
    objective: impl Fn() -> Result<G>,
    interrupt: &Interrupt,
) -> Result<Selection> {
    let objective_then = objective()?;
    let unit = objective_then.unit();
    let mut run = Run::new(problem, constraint, objective_then, interrupt)?;
    run.all()?;
    let mut picks = run.picks;
    let mut filled = false;
    if constraint.cost.is_some() && !constraint.has_lower_quotas() {
        filled = fill::fill(problem, constraint, objective()?, &mut picks, interrupt)?;
    }
    let gains = picks.gains.into_iter().map(|gain| gain as f64 / unit).collect();
    Ok(Selection { rows: picks.rows, gains, filled })
}

/// How many gains may be computed before bounds are held to be worth little.
#[derive(Debug, Clone, Copy)]
struct Patience {
    a_row: u64,
    a_pick: u64,
}

/// Well above what data of the ordinary kind take.
const PATIENCE: Patience = Patience { a_row: 3, a_pick: 24 };
/// Where more than this part of the rows is taken, rows alike wait as one from the beginning.
const PART: f64 = 0.4;
/// Rows that are looked up together.
const BLOCK: usize = 64;

struct Run<'a, G> {
    problem: &'a Problem<'a>,
    constraint: &'a Constraint<'a>,
    interrupt: &'a Interrupt<'a>,
    objective: G,
    limits: Limits<'a>,
    rating: Rating,
    patience: Patience,
    picks: Picks,
}

impl<'a, G: Gains> Run<'a, G> {
    fn new(
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
    fn all(&mut self) -> Result<()> {
        let n = self.problem.tags.len() as u64;
        let many = self.constraint.cost.is_none() && self.constraint.budget as f64 >= PART * n as f64;
        if !many && self.queued(&mut Units::Single, self.patience.a_row * n)? {
            return Ok(());
        }
        let alike = self.alike()?;
        let patience = if self.objective.of_tags().is_none() || self.constraint.cost.is_some() {
            u64::MAX
        } else {
            self.patience.a_row * alike.len() as u64
        };
        let mut units = Units::Alike(alike);
        if self.queued(&mut units, patience)? {
            return Ok(());
        }
        self.climbed(units)
    }

    /// The rows that are left, those alike as one.
    fn alike(&self) -> Result<Alike> {
        let Self { problem, constraint, rating, .. } = self;
        let mut left: Vec<bool> = (0..problem.tags.len() as u32).map(|row| problem.offers(row)).collect();
        for &row in &self.picks.rows {
            left[row as usize] = false;
        }
        // Of rows alike the first has to be the best, and to join where any does: costs part them.
        let limit = |row: u32| {
            let group = constraint.quotas.map_or(0, |quotas| quotas.groups[row as usize]);
            (group, constraint.cost_of(row))
        };
        let is_left = |row: &u32| left[*row as usize];
        let mut alike = match rating.order() {
            None => Alike::of(problem.tags, (0..problem.tags.len() as u32).filter(is_left), limit, self.interrupt),
            Some(order) => Alike::of(problem.tags, order.iter().copied().filter(is_left), limit, self.interrupt),
        }?;
        if problem.quality.is_some() {
            alike.order_by(|row| self.objective.preference(row));
        }
        Ok(alike)
    }

    /// Takes rows from a queue; false where too many gains were computed for it.
    fn queued(&mut self, units: &mut Units, patience: u64) -> Result<bool> {
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
        let already = self.picks.rows.len() as u64;
        let mut computed = 0u64;
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
            self.interrupt.step()?;
            let (unit, row) = (top.unit, units.first(top.unit));
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
                queue.lower_top(key);
                continue;
            }
            queue.remove_top();
            self.take(row, gain);
            if let Some(next) = units.next(unit) {
                // It holds the same tags.
                let gain = self.objective.gain(next, held);
                queue.put(self.rating.entry(unit, next, gain));
            }
        }
        Ok(true)
    }

    /// Computes what the units of a bucket gain. Their rows, where the tags of these are, and the first of the tags are
    /// each looked up for many at a time, so that cache misses overlap instead of adding up.
    fn rate(&self, bucket: &[u32], units: &Units, queue: &mut Queue) -> Result<()> {
        let tags = self.problem.tags;
        let (mut rows, mut places) = ([0; BLOCK], [Place::default(); BLOCK]);
        for block in bucket.chunks(BLOCK) {
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
    fn climbed(&mut self, units: Units) -> Result<()> {
        let Units::Alike(mut alike) = units else { return Ok(()) };
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

/// What waits in a queue: rows by themselves, or those that are alike as one.
enum Units {
    Single,
    Alike(Alike),
}

impl Units {
    fn len(&self, tags: &TagSets) -> usize {
        match self {
            Self::Single => tags.len(),
            Self::Alike(alike) => alike.len(),
        }
    }

    /// The row that stands for a unit. A queue holds none that is used up.
    #[inline]
    fn first(&self, unit: u32) -> u32 {
        match self {
            Self::Single => unit,
            Self::Alike(alike) => alike.first(unit).unwrap_or(0),
        }
    }

    /// Goes on to the next row.
    fn next(&mut self, unit: u32) -> Option<u32> {
        match self {
            Self::Single => None,
            Self::Alike(alike) => {
                alike.take(unit);
                alike.first(unit)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::select::constraint::Quotas;
    use crate::select::objective::Curve;

    /// Rows by each of the ways: one by one, those alike as one, from the trie, and each from the middle on.
    fn ways(problem: &Problem, constraint: &Constraint) -> Vec<Vec<u32>> {
        let never = Interrupt::never();
        let run = |patience: Patience| {
            let objective = Counted::new(problem, constraint.budget).unwrap();
            let mut run = Run::new(problem, constraint, objective, &never).unwrap();
            run.patience = patience;
            run
        };
        let endless = Patience { a_row: u64::from(u32::MAX), a_pick: 0 };
        let mut found = Vec::new();
        let mut single = run(endless);
        assert!(single.queued(&mut Units::Single, u64::MAX).unwrap());
        found.push(single.picks.rows);
        let mut alike = run(endless);
        let mut units = Units::Alike(alike.alike().unwrap());
        assert!(alike.queued(&mut units, u64::MAX).unwrap());
        found.push(alike.picks.rows);
        let mut trie = run(endless);
        let units = Units::Alike(trie.alike().unwrap());
        trie.climbed(units).unwrap();
        found.push(trie.picks.rows);
        for (a_row, a_pick) in [(0, 0), (0, 1), (1, 1), (0, 3)] {
            let mut mixed = run(Patience { a_row, a_pick });
            mixed.all().unwrap();
            found.push(mixed.picks.rows);
        }
        found
    }

    /// A tag that all rows hold, and one of each: every pick lowers all bounds, and a queue would look at all rows again.
    #[test]
    fn patience_ends_where_bounds_are_worth_nothing() {
        let codes: Vec<u32> = (1..=300).flat_map(|tag| [0, tag]).collect();
        let offsets: Vec<i64> = (0..=300).map(|row| 2 * row).collect();
        let tags = TagSets::new(&offsets, &codes, 301).unwrap();
        let (problem, constraint) = (Problem::new(&tags, Curve::Power(0.5)), Constraint::count(200));
        let never = Interrupt::never();
        for (a_row, ends) in [(0, false), (1, false), (u64::from(u32::MAX), true)] {
            let objective = Counted::new(&problem, 200).unwrap();
            let mut run = Run::new(&problem, &constraint, objective, &never).unwrap();
            run.patience = Patience { a_row, a_pick: 2 };
            assert_eq!(run.queued(&mut Units::Single, a_row * 300).unwrap(), ends);
            assert_eq!(run.picks.rows.len() == 200, ends);
        }
    }

    proptest! {
        #[test]
        fn every_way_takes_the_same_rows(
            rows in prop_oneof![
                proptest::collection::vec(proptest::collection::vec(0..6u32, 0..5), 1..40),
                // A tag of all, and one of each.
                proptest::collection::vec((1..50u32).prop_map(|tag| vec![0, tag]), 1..60),
                proptest::collection::vec(proptest::collection::vec((0..40u32).prop_map(|x| x * x / 60), 0..9), 1..120),
            ],
            budget in 0..80u64,
            seed in any::<Option<u64>>(),
            exponent in prop_oneof![Just(0.5), Just(0.3), Just(1.0)],
            most in 0..20u64,
            least in 0..3u64,
        ) {
            let codes: Vec<u32> = rows.concat();
            let mut offsets = vec![0];
            offsets.extend(rows.iter().scan(0, |end, row| { *end += row.len() as i64; Some(*end) }));
            let tags = TagSets::new(&offsets, &codes, 50).unwrap();
            let problem = Problem { seed, ..Problem::new(&tags, Curve::Power(exponent)) };
            let groups: Vec<u32> = (0..rows.len() as u32).map(|row| row % 3).collect();
            let quotas = Quotas { groups: &groups, at_least: &[least, 0, 0], at_most: &[budget, most, budget], before: &[0; 3] };
            for quotas in [None, Some(quotas).filter(|_| least <= budget)] {
                let constraint = Constraint { quotas, ..Constraint::count(budget) };
                let found = ways(&problem, &constraint);
                prop_assert!(found.iter().all(|rows| rows == &found[0]), "{found:?}");
            }
        }
    }
}
