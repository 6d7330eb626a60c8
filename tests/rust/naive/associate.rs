//! Association rules as their definition has them: count everything, compare, keep.

use std::collections::{BTreeMap, BTreeSet};

use instag::{Bounds, Rule};

pub(crate) fn associate(rows: &[Vec<u32>], bounds: &Bounds) -> Vec<Rule> {
    let sets: Vec<BTreeSet<u32>> = rows.iter().map(|row| row.iter().copied().collect()).collect();
    let mut counts: BTreeMap<Vec<u32>, u32> = BTreeMap::new();
    for set in &sets {
        for itemset in subsets(set, bounds.max_antecedent as usize + 1) {
            *counts.entry(itemset).or_default() += 1;
        }
    }
    let mut rules = BTreeSet::new();
    for (itemset, &n_both) in counts.iter().filter(|(itemset, _)| itemset.len() > 1) {
        for &consequent in itemset {
            let left: Vec<u32> = itemset.iter().copied().filter(|&tag| tag != consequent).collect();
            let n_antecedent = counts[&left];
            if n_both >= bounds.min_support && f64::from(n_both) / f64::from(n_antecedent) >= bounds.min_confidence {
                let n_consequent = counts[&vec![consequent]];
                let also = left.get(1).copied();
                rules.insert(Rule { antecedent: left[0], also, consequent, n_antecedent, n_consequent, n_both });
            }
        }
    }
    rules.into_iter().collect()
}

/// The subsets of 1 to `most` tags, each in order.
fn subsets(set: &BTreeSet<u32>, most: usize) -> Vec<Vec<u32>> {
    let mut all: Vec<Vec<u32>> = vec![vec![]];
    for &tag in set {
        let with: Vec<_> = all.iter().filter(|s| s.len() < most).map(|s| [s.as_slice(), &[tag]].concat()).collect();
        all.extend(with);
    }
    all.into_iter().filter(|subset| !subset.is_empty()).collect()
}
