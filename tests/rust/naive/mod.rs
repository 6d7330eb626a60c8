//! Slow, plain twins of the core: each follows the words of the definition and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use instag::{Method, Ranking};

pub(crate) type Sets = Vec<BTreeSet<u32>>;

pub(crate) fn rank(rows: &[Vec<u32>], method: Method, budget: usize) -> Ranking {
    let sets: Sets = rows.iter().map(|row| row.iter().copied().collect()).collect();
    let mut ranking = match method {
        Method::ComplexityFirst => complexity_first(&sets, budget),
        Method::Coverage => coverage(&sets, budget),
        Method::Complexity => {
            let rows = by_complexity(&sets);
            let rounds = vec![1; rows.len()];
            Ranking { rows, rounds }
        }
        _ => unreachable!("a random order has no definition but its seed"),
    };
    ranking.rows.truncate(budget);
    ranking.rounds.truncate(budget);
    ranking
}

/// InsTag, Algorithm 1, line by line.
fn complexity_first(sets: &Sets, budget: usize) -> Ranking {
    let mut ranking = Ranking::default();
    let mut remaining = by_complexity(sets);
    for round in 1.. {
        if ranking.rows.len() >= budget || remaining.is_empty() {
            break;
        }
        let mut covered = BTreeSet::new();
        for row in std::mem::take(&mut remaining) {
            let set = &sets[row as usize];
            if ranking.rows.len() < budget && !set.is_subset(&covered) {
                covered.extend(set);
                ranking.rows.push(row);
                ranking.rounds.push(round);
            } else {
                remaining.push(row);
            }
        }
    }
    ranking
}

/// The best sample of all, again and again.
fn coverage(sets: &Sets, budget: usize) -> Ranking {
    let mut ranking = Ranking::default();
    let mut remaining = by_complexity(sets);
    let mut round = 1;
    let mut covered: BTreeSet<u32> = BTreeSet::new();
    while ranking.rows.len() < budget && !remaining.is_empty() {
        let gain = |row: &u32| sets[*row as usize].difference(&covered).count();
        let best = remaining.iter().map(gain).max().unwrap_or(0);
        if best == 0 {
            covered.clear();
            round += 1;
            continue;
        }
        // Ties go to more tags, then to the earlier row: the order that `remaining` is in.
        let place = remaining.iter().position(|row| gain(row) == best).expect("the best is one of them");
        let row = remaining.remove(place);
        covered.extend(&sets[row as usize]);
        ranking.rows.push(row);
        ranking.rounds.push(round);
    }
    ranking
}

fn by_complexity(sets: &Sets) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..sets.len() as u32).filter(|&row| !sets[row as usize].is_empty()).collect();
    rows.sort_by_key(|&row| (usize::MAX - sets[row as usize].len(), row));
    rows
}

/// The tags that each sample was the first of its round to hold.
pub(crate) fn novelty(rows: &[Vec<u32>], ranking: &Ranking) -> Vec<BTreeSet<u32>> {
    let mut covered: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    let picks = ranking.rows.iter().zip(&ranking.rounds);
    picks
        .map(|(&row, &round)| {
            let covered = covered.entry(round).or_default();
            rows[row as usize].iter().copied().filter(|&tag| covered.insert(tag)).collect()
        })
        .collect()
}
