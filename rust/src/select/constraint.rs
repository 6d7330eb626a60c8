//! Which selections are allowed: a budget of rows or of what they cost, and quotas of groups.

use super::problem::length;
use crate::error::{Error, Result};
use crate::tags::TagSets;

/// What a selection may hold. Without a cost every row costs 1.
#[derive(Debug, Clone, Copy)]
pub struct Constraint<'a> {
    /// The most that all rows may cost together.
    pub budget: u64,
    /// What the rows cost.
    pub cost: Option<Cost<'a>>,
    /// What groups of rows may cost, and have to.
    pub quotas: Option<Quotas<'a>>,
}

/// What each row costs, and how much that matters.
#[derive(Debug, Clone, Copy)]
pub struct Cost<'a> {
    /// What each row costs: 1 or more.
    pub costs: &'a [u64],
    /// Rows are taken by gain / cost^exponent.
    pub exponent: f64,
}

/// Bounds on what each group costs, earlier rows included.
#[derive(Debug, Clone, Copy)]
pub struct Quotas<'a> {
    /// The group of each row.
    pub groups: &'a [u32],
    /// For each group the least that its rows cost together, if there are enough.
    pub at_least: &'a [u64],
    /// For each group the most.
    pub at_most: &'a [u64],
    /// For each group what earlier rows cost.
    pub before: &'a [u64],
}

impl<'a> Constraint<'a> {
    /// A budget of this many rows.
    #[must_use]
    pub fn count(budget: u64) -> Self {
        Self { budget, cost: None, quotas: None }
    }

    /// Whether some group has to have something.
    pub(crate) fn has_lower_quotas(&self) -> bool {
        self.quotas.is_some_and(|quotas| quotas.at_least.iter().any(|&least| least > 0))
    }

    pub(crate) fn check(&self, tags: &TagSets) -> Result<()> {
        if let Some(Cost { costs, exponent }) = self.cost {
            length("cost", costs.len(), tags.len(), "rows")?;
            if !(0.0..=1.0).contains(&exponent) {
                return Err(Error::Malformed(format!("cost: expected an exponent from 0 to 1; found {exponent}")));
            }
            if let Some(row) = costs.iter().position(|&cost| cost == 0) {
                return Err(Error::Malformed(format!("cost: expected 1 or more; found 0 at {row}")));
            }
            if costs.iter().try_fold(0u64, |total, &cost| total.checked_add(cost)).is_none() {
                return Err(Error::TooMany("cost: all rows together cost 2^64 or more".into()));
            }
        }
        if let Some(Quotas { groups, at_least, at_most, before }) = self.quotas {
            length("groups", groups.len(), tags.len(), "rows")?;
            length("at_most", at_most.len(), at_least.len(), "groups")?;
            length("before", before.len(), at_least.len(), "groups")?;
            if let Some(group) = groups.iter().find(|&&group| group as usize >= at_least.len()) {
                return Err(Error::Malformed(format!(
                    "groups: expected groups below {}; found {group}",
                    at_least.len()
                )));
            }
            let missing = at_least.iter().zip(before).map(|(least, before)| least.saturating_sub(*before));
            let missing = missing.fold(0u64, u64::saturating_add);
            if missing > self.budget {
                return Err(Error::Malformed(format!(
                    "at_least: expected at most the budget of {} together; found {missing}",
                    self.budget
                )));
            }
        }
        Ok(())
    }

    /// What a row costs.
    #[inline]
    pub(crate) fn cost_of(&self, row: u32) -> u64 {
        self.cost.map_or(1, |cost| cost.costs[row as usize])
    }

    pub(crate) fn limits(&self) -> Limits<'a> {
        let (mut room, mut missing) = (Vec::new(), Vec::new());
        if let Some(Quotas { at_least, at_most, before, .. }) = self.quotas {
            room.extend(at_most.iter().zip(before).map(|(most, before)| most.saturating_sub(*before)));
            missing.extend(at_least.iter().zip(before).map(|(least, before)| least.saturating_sub(*before)));
        }
        // What is missing is set aside, so that no other group takes it.
        let free = self.budget.saturating_sub(missing.iter().sum());
        Limits { constraint: *self, free, room, missing }
    }
}

/// What a selection that grows may still take.
///
/// A row may join a selection while its group has room and the budget holds what all groups still miss. For rows of
/// equal cost those selections are the independent sets of a matroid, and every one of them that cannot grow has
/// what each group is to have at least. A row that may not join never may again.
#[derive(Debug, Clone)]
pub(crate) struct Limits<'a> {
    constraint: Constraint<'a>,
    /// What is left of the budget once the lower bounds of all groups are set aside.
    free: u64,
    /// What each group may still take.
    room: Vec<u64>,
    /// What each group still misses.
    missing: Vec<u64>,
}

impl Limits<'_> {
    /// The most that a row may cost in order to join.
    #[inline]
    pub(crate) fn most(&self, row: u32) -> u64 {
        match self.constraint.quotas {
            None => self.free,
            Some(quotas) => {
                let group = quotas.groups[row as usize] as usize;
                self.room[group].min(self.free.saturating_add(self.missing[group]))
            }
        }
    }

    #[inline]
    pub(crate) fn admits(&self, row: u32) -> bool {
        self.constraint.cost_of(row) <= self.most(row)
    }

    /// Takes `cost`, which may be a part of what the row costs.
    pub(crate) fn spend(&mut self, row: u32, cost: u64) {
        let mut over = cost;
        if let Some(quotas) = self.constraint.quotas {
            let group = quotas.groups[row as usize] as usize;
            let owed = cost.min(self.missing[group]);
            self.missing[group] -= owed;
            self.room[group] -= cost;
            over -= owed;
        }
        self.free -= over;
    }

    pub(crate) fn take(&mut self, row: u32) {
        self.spend(row, self.constraint.cost_of(row));
    }

    /// Whether nothing may join any more.
    pub(crate) fn are_met(&self) -> bool {
        self.free == 0 && self.missing.iter().all(|&missing| missing == 0)
    }
}
