//! Selection by gain in the words of its definition: every row at every step, and every selection there is.

use instag::{Constraint, Curve, Problem};

const UNIT: f64 = 4_294_967_296.0;

/// F in floats, and what each row may do to it.
pub(crate) struct Plain<'a> {
    problem: &'a Problem<'a>,
    constraint: &'a Constraint<'a>,
    /// φ at whole numbers, or with a spread at sixteenths, from increments that are whole parts of 2^32 and never rise.
    curve: Vec<f64>,
    parts: f64,
}

impl<'a> Plain<'a> {
    pub(crate) fn new(problem: &'a Problem<'a>, constraint: &'a Constraint<'a>, len: usize) -> Self {
        let at = |x: f64| match problem.curve {
            Curve::Power(0.5) => x.sqrt(),
            Curve::Power(1.0) => x,
            Curve::Power(a) => libm::pow(x, a),
            Curve::Log => libm::log1p(x),
            Curve::Capped(slope) => x.min(1.0) + slope * x,
            _ => unreachable!("there is no other curve"),
        };
        let (mut total, mut least) = (0.0, f64::INFINITY);
        let mut curve = vec![0.0];
        let parts = if problem.spread.is_some() { 16 } else { 1 };
        for n in 0..len * parts {
            let fixed = |n: usize| (at(n as f64 / parts as f64) * UNIT).round();
            let step = fixed(n + 1) - fixed(n);
            least = least.min(step).max(1.0);
            total += least;
            curve.push(total / UNIT);
        }
        Self { problem, constraint, curve, parts: parts as f64 }
    }

    fn weight(&self, tag: u32) -> f64 {
        self.problem.weights.map_or(1.0, |weights| weights[tag as usize])
    }

    fn quality(&self, row: u32) -> f64 {
        // As the core has it: in parts of 2^16.
        let quality = self.problem.quality.map_or(1.0, |quality| quality[row as usize]);
        if quality > 0.0 { (quality * 65536.0).round().max(1.0) / 65536.0 } else { 0.0 }
    }

    fn at(&self, count: f64) -> f64 {
        let count = count * self.parts;
        let whole = count as usize;
        self.curve[whole] + (count - whole as f64) * (self.curve[whole + 1] - self.curve[whole])
    }

    /// How much a count of one tag is of another, in parts of 2^16 as the core has it.
    fn shares(&self, tag: u32) -> Vec<(u32, f64)> {
        self.problem.spread.map_or_else(
            || vec![(tag, 65536.0)],
            |spread| {
                let range = spread.offsets[tag as usize] as usize..spread.offsets[tag as usize + 1] as usize;
                range.map(|nth| (spread.tags[nth], f64::from(spread.shares[nth]))).collect()
            },
        )
    }

    fn counts(&self, rows: &[u32]) -> Vec<f64> {
        let mut counts = vec![0.0; self.problem.tags.n_tags()];
        for (tag, &before) in (0..).zip(self.problem.before.unwrap_or_default()) {
            for (near, share) in self.shares(tag) {
                counts[near as usize] += (before * share).floor() / 65536.0;
            }
        }
        for &row in rows {
            let mut shares = vec![0.0; counts.len()];
            for &tag in self.problem.tags.row(row as usize) {
                for (near, share) in self.shares(tag) {
                    shares[near as usize] += share;
                }
            }
            for (count, share) in counts.iter_mut().zip(shares) {
                *count += (self.quality(row) * share).floor() / 65536.0;
            }
        }
        counts
    }

    /// What rows add to what was there before.
    pub(crate) fn value(&self, rows: &[u32]) -> f64 {
        let (before, after) = (self.counts(&[]), self.counts(rows));
        (0..before.len()).map(|tag| self.weight(tag as u32) * (self.at(after[tag]) - self.at(before[tag]))).sum()
    }

    fn cost(&self, row: u32) -> u64 {
        self.constraint.cost.map_or(1, |cost| cost.costs[row as usize])
    }

    /// What is spent, and what each group has, earlier rows included.
    fn spent(&self, rows: &[u32]) -> (u64, Vec<u64>) {
        let mut groups = self.constraint.quotas.map_or_else(Vec::new, |quotas| quotas.before.to_vec());
        for &row in rows {
            if let Some(quotas) = self.constraint.quotas {
                groups[quotas.groups[row as usize] as usize] += self.cost(row);
            }
        }
        (rows.iter().map(|&row| self.cost(row)).sum(), groups)
    }

    /// Whether all lower quotas can still be met, by rows that fit exactly.
    pub(crate) fn may_grow_to(&self, rows: &[u32]) -> bool {
        let (spent, groups) = self.spent(rows);
        let mut missing = 0;
        if let Some(quotas) = self.constraint.quotas {
            for (group, &has) in groups.iter().enumerate() {
                let joined = rows.iter().any(|&row| quotas.groups[row as usize] as usize == group);
                if joined && has > quotas.at_most[group] {
                    return false;
                }
                missing += quotas.at_least[group].saturating_sub(has);
            }
        }
        spent + missing <= self.constraint.budget
    }

    /// Whether a selection keeps the budget and all quotas.
    pub(crate) fn allows(&self, rows: &[u32]) -> bool {
        let (_, groups) = self.spent(rows);
        let enough =
            |(group, &has): (usize, &u64)| self.constraint.quotas.is_none_or(|quotas| has >= quotas.at_least[group]);
        self.may_grow_to(rows) && groups.iter().enumerate().all(enough)
    }

    fn offers(&self, row: u32) -> bool {
        let available = self.problem.available.is_none_or(|available| available[row as usize]);
        available && !self.problem.tags.row(row as usize).is_empty()
    }

    /// Whether each of these was at its step one of the rows whose gain for cost is highest, but for rounding; and
    /// whether none is left that could follow.
    pub(crate) fn follows(&self, rows: &[u32]) -> (bool, bool) {
        let exponent = self.constraint.cost.map_or(0.0, |cost| cost.exponent);
        let rates = |rows: &[u32]| -> Vec<f64> {
            let held = self.value(rows);
            let rate = |row: u32| {
                let with = [rows, &[row]].concat();
                let may = self.offers(row) && !rows.contains(&row) && self.may_grow_to(&with);
                let gain = if may { self.value(&with) - held } else { 0.0 };
                gain / (self.cost(row) as f64).powf(exponent)
            };
            (0..self.problem.tags.len() as u32).map(rate).collect()
        };
        let best = |rates: &[f64]| rates.iter().copied().fold(0.0, f64::max);
        let is_best = |step: usize| {
            let rates = rates(&rows[..step]);
            rates[rows[step] as usize] >= best(&rates) * (1.0 - 1e-6)
        };
        ((0..rows.len()).all(is_best), best(&rates(rows)) <= 1e-9)
    }

    /// The best of all selections that are allowed.
    pub(crate) fn best(&self) -> f64 {
        let offered: Vec<u32> = (0..self.problem.tags.len() as u32).filter(|&row| self.offers(row)).collect();
        let subsets = (0..1u32 << offered.len()).map(|mask| {
            offered.iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1).map(|(_, &row)| row).collect::<Vec<_>>()
        });
        let allowed = subsets.filter(|rows| self.allows(rows));
        allowed.map(|rows| self.value(&rows)).fold(f64::NEG_INFINITY, f64::max)
    }

    /// The best of the greedy steps, each with one more row that fits.
    pub(crate) fn filled(&self, greedy: &[u32]) -> f64 {
        let mut best = self.value(greedy);
        for step in 0..=greedy.len() {
            for row in (0..self.problem.tags.len() as u32).filter(|&row| self.offers(row)) {
                let with = [&greedy[..step], &[row]].concat();
                if !greedy[..step].contains(&row) && self.may_grow_to(&with) {
                    best = best.max(self.value(&with));
                }
            }
        }
        best
    }
}
