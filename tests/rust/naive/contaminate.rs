//! The definition of contamination, word by word.

use std::collections::BTreeSet;

/// Text, item, shares in runs of eight and of four words.
pub(crate) type Hit = (u32, u32, f64, f64);

pub(crate) fn contamination(texts: &[&str], items: &[&str]) -> Vec<Hit> {
    let pool: Vec<Vec<String>> = texts.iter().map(|text| words(text)).collect();
    let mut found = Vec::new();
    for (row, text) in (0..).zip(&pool) {
        let mut best: Option<Hit> = None;
        for (nth, item) in (0..).zip(items.iter().map(|item| words(item))) {
            let (long, short) = (share(text, &item, 8, &pool), share(text, &item, 4, &pool));
            let is_hit = long + 1e-9 >= 0.6 || short + 1e-9 >= 0.7;
            if is_hit && best.is_none_or(|(_, _, best_long, best_short)| (short, long) > (best_short, best_long)) {
                best = Some((row, nth, long, short));
            }
        }
        found.extend(best);
    }
    found
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// The share of an item's weight in runs of so many words, or of all that it has.
fn share(text: &[String], item: &[String], run: usize, pool: &[Vec<String>]) -> f64 {
    if item.is_empty() || (item.len() < 3 && text != item) {
        return 0.0;
    }
    let run = run.min(item.len());
    let mut covered = BTreeSet::new();
    for place in 0..=item.len() - run {
        if text.windows(run).any(|there| *there == item[place..place + run]) {
            covered.extend(place..place + run);
        }
    }
    let weights: Vec<f64> = item.iter().map(|word| weight(word, pool)).collect();
    covered.into_iter().map(|place| weights[place]).sum::<f64>() / weights.iter().sum::<f64>()
}

fn weight(word: &String, pool: &[Vec<String>]) -> f64 {
    let holders = pool.iter().filter(|text| text.contains(word)).count() as u32;
    ((f64::from(pool.len() as u32) + 1.0) / (f64::from(holders) + 0.5)).ln()
}
