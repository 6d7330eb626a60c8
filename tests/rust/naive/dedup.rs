//! What copies are, pair by pair.

use std::collections::BTreeSet;

/// What is compared of a text: its numbers in order, and its runs of five characters, in lower case.
struct Features {
    numbers: Vec<String>,
    runs: BTreeSet<String>,
}

impl Features {
    fn of(text: &str) -> Self {
        let text = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        let has_digit = |word: &&str| word.chars().any(|character| character.is_ascii_digit());
        Self { numbers: text.split(' ').filter(has_digit).map(str::to_owned).collect(), runs: runs(&text) }
    }

    /// The Jaccard similarity of the runs.
    fn jaccard(&self, other: &Self) -> f64 {
        let both = self.runs.intersection(&other.runs).count();
        let either = self.runs.len() + other.runs.len() - both;
        if either == 0 { 0.0 } else { f64::from(both as u32) / f64::from(either as u32) }
    }

    /// The same; 0 where the numbers differ.
    fn likeness(&self, other: &Self) -> f64 {
        if self.numbers == other.numbers { self.jaccard(other) } else { 0.0 }
    }
}

pub(crate) fn likeness(one: &str, other: &str) -> f64 {
    Features::of(one).likeness(&Features::of(other))
}

/// Each text that is like one that stays: the one that it is most like, and how much.
pub(crate) fn duplicates(texts: &[&str], order: &[u32], threshold: f64) -> Vec<(u32, u32, f64)> {
    let features: Vec<Features> = texts.iter().map(|text| Features::of(text)).collect();
    let mut found = Vec::new();
    let mut kept: Vec<u32> = Vec::new();
    for &row in order {
        let mut best: Option<(u32, f64)> = None;
        for &other in &kept {
            let likeness = features[row as usize].likeness(&features[other as usize]);
            if likeness >= threshold && best.is_none_or(|(_, most)| likeness > most) {
                best = Some((other, likeness));
            }
        }
        match best {
            Some((of, likeness)) => found.push((row, of, likeness)),
            None => kept.push(row),
        }
    }
    found.sort_unstable_by_key(|&(row, _, _)| row);
    found
}

/// For each text the first that it is tied to.
pub(crate) fn groups(texts: &[&str], threshold: f64) -> Vec<u32> {
    let features: Vec<Features> = texts.iter().map(|text| Features::of(text)).collect();
    let mut groups: Vec<u32> = (0..texts.len() as u32).collect();
    for one in 0..texts.len() {
        for other in 0..one {
            if features[one].jaccard(&features[other]) >= threshold {
                let (from, to) = (groups[one].max(groups[other]), groups[one].min(groups[other]));
                groups.iter_mut().filter(|group| **group == from).for_each(|group| *group = to);
            }
        }
    }
    groups
}

fn runs(text: &str) -> BTreeSet<String> {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() < 5 {
        return [text.to_owned()].into_iter().filter(|text| !text.is_empty()).collect();
    }
    characters.windows(5).map(|run| run.iter().collect()).collect()
}
