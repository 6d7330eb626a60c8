//! Association rules between tags: a → b where nearly every sample that holds a holds b too.
//!
//! A rule is reported if its support `n_both`, the samples that hold all its tags, is at least a count, and its
//! confidence, `n_both / n_antecedent`, at least a share. Both are bounds on the one integer `n_both`: [`Bounds`] turns
//! them into the least count that will do, and from there on everything is counting.
//!
//! A tag is looked at only while it can still reach that count: [`companions`] says how. If the confidence is high, this
//! costs little more than the inverted lists; if it is low, at most one look at every pair of tags in every sample.
//!
//! [`companions`]: companions::Companions::of

mod companions;

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::postings::Postings;
use crate::tags::TagSets;
use companions::Companions;

/// Tags that are nearly always accompanied by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// The tag on the left, of two the one with the lower code.
    pub antecedent: u32,
    /// The second tag on the left, if there are two.
    pub also: Option<u32>,
    /// The tag on the right.
    pub consequent: u32,
    /// The samples that hold what is on the left.
    pub n_antecedent: u32,
    /// The samples that hold the consequent.
    pub n_consequent: u32,
    /// The samples that hold both sides: the support.
    pub n_both: u32,
}

/// What a rule has to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// The least support, as a number of samples; at least 1.
    pub min_support: u32,
    /// The least confidence, from 0 to 1.
    pub min_confidence: f64,
    /// The most tags on the left, 1 or 2.
    pub max_antecedent: u32,
}

impl Bounds {
    fn check(&self) -> Result<()> {
        let found = |what: String| Err(Error::Malformed(what));
        if self.min_support == 0 {
            return found("min_support: expected at least 1; found 0".into());
        }
        if !(0.0..=1.0).contains(&self.min_confidence) {
            return found(format!("min_confidence: expected a share from 0 to 1; found {}", self.min_confidence));
        }
        if !(1..=2).contains(&self.max_antecedent) {
            return found(format!("max_antecedent: expected 1 or 2; found {}", self.max_antecedent));
        }
        Ok(())
    }

    /// The least `n_both` of a rule whose left side `n` samples hold.
    ///
    /// A confidence is compared as everyone compares it, `n_both as f64 / n as f64 >= min_confidence`. Division rounds
    /// monotonically, so the counts that pass are exactly those from some least one up. Counts are far below 2^53, so
    /// the product, rounded down, is never above that one, and asking the question itself finds it in a step or two.
    /// So 99 of 100 is 0.99, and 693 of 700 too.
    fn least(&self, n: u32) -> u32 {
        let passes = |both: u32| f64::from(both) / f64::from(n) >= self.min_confidence;
        #[allow(clippy::cast_sign_loss, reason = "neither factor is negative")]
        let mut least = (f64::from(n) * self.min_confidence) as u32;
        while least < n && !passes(least) {
            least += 1;
        }
        least.max(self.min_support)
    }
}

/// The rules between the tags of all samples, ordered by their codes: left side, then right side.
///
/// A rule with two tags on the left is reported whether or not one of them alone would do. To find these, every pair
/// of tags that `min_support` samples hold together is treated like a tag: time grows by the number of such pairs,
/// each at about the cost of one tag, and by one look at every pair of tags in every sample. Memory stays linear.
///
/// ```
/// use instag::{Bounds, Interrupt, TagSets, associate};
///
/// // Wherever tag 0 is, tag 1 is too; tag 1 goes without.
/// let tags = TagSets::new(&[0, 2, 4, 5], &[0, 1, 1, 0, 1], 2)?;
/// let bounds = Bounds { min_support: 2, min_confidence: 0.99, max_antecedent: 1 };
/// let rules = associate(&tags, &bounds, &Interrupt::never())?;
/// assert_eq!((rules.len(), rules[0].antecedent, rules[0].consequent), (1, 0, 1));
/// assert_eq!((rules[0].n_antecedent, rules[0].n_consequent, rules[0].n_both), (2, 3, 2));
/// # Ok::<(), instag::Error>(())
/// ```
///
/// # Errors
/// [`Error::Malformed`] if a bound is out of range, [`Error::Interrupted`] if the caller wants to stop.
pub fn associate(tags: &TagSets, bounds: &Bounds, interrupt: &Interrupt) -> Result<Vec<Rule>> {
    bounds.check()?;
    let holders = tags.holders();
    let mut companions = Companions::new(tags, interrupt);
    let (mut singles, mut pairs) = (Postings::new(tags), Postings::new(tags));
    let mut rules = Vec::new();
    singles.fill_all(tags, bounds.min_support, interrupt)?;
    for (first, rows) in singles.iter() {
        let mut mine = |also: Option<u32>, rows: &[u32]| {
            let n_antecedent = rows.len() as u32;
            companions.of(rows, bounds.least(n_antecedent), [first, also.unwrap_or(first)], |consequent, n_both| {
                let n_consequent = holders[consequent as usize];
                rules.push(Rule { antecedent: first, also, consequent, n_antecedent, n_consequent, n_both });
            })
        };
        mine(None, rows)?;
        if bounds.max_antecedent > 1 {
            pairs.fill(tags, rows.iter().copied(), bounds.min_support, first + 1, interrupt)?;
            for (second, rows) in pairs.iter() {
                mine(Some(second), rows)?;
            }
        }
    }
    rules.sort_unstable();
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn least(n: u32, min_confidence: f64) -> u32 {
        Bounds { min_support: 1, min_confidence, max_antecedent: 1 }.least(n)
    }

    #[test]
    fn a_confidence_is_compared_in_floating_point() {
        assert_eq!([least(99, 0.99), least(100, 0.99), least(101, 0.99), least(700, 0.99)], [99, 99, 100, 693]);
        for min_confidence in [0.0, 1e-9, 0.1, 0.29, 0.3, 1.0 / 3.0, 0.5, 0.7, 0.9, 0.99, 1.0 - 1e-16, 1.0] {
            for n in (1..2_000).chain([999_983, u32::MAX]) {
                let least = least(n, min_confidence);
                assert!(f64::from(least) / f64::from(n) >= min_confidence, "{least} of {n} is {min_confidence}");
                assert!(least == 1 || f64::from(least - 1) / f64::from(n) < min_confidence, "so is less");
            }
        }
    }

    #[test]
    fn says_which_bound_is_out_of_range() {
        let message = |min_support, min_confidence, max_antecedent| {
            Bounds { min_support, min_confidence, max_antecedent }.check().unwrap_err().to_string()
        };
        assert_eq!(message(0, 0.5, 1), "min_support: expected at least 1; found 0");
        assert_eq!(message(1, 99.0, 1), "min_confidence: expected a share from 0 to 1; found 99");
        assert_eq!(message(1, f64::NAN, 1), "min_confidence: expected a share from 0 to 1; found NaN");
        assert_eq!(message(1, 0.5, 3), "max_antecedent: expected 1 or 2; found 3");
    }
}
