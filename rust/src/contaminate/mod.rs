//! Contamination: texts that hold the items of a benchmark, or most of them.
//!
//! A word weighs `ln((N + 1) / (df + ½))`, where `df` of the `N` texts have it: what everybody says weighs little. A text
//! is a hit if 0.6 of an item's weight lies in runs of eight words that the text has too, or 0.7 in runs of four.
//! An item of fewer words than a run is one run, whole.

mod items;
mod runs;
mod words;

use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::parallel;
use items::Items;
use runs::{Runs, Search, Shares};
use words::Numbers;
pub(crate) use words::is_unspaced;

/// Items of fewer words say too little without their numbers.
const WITHOUT_NUMBERS: usize = 15;
/// Texts that are worth a thread.
const SHARE: usize = 1 << 12;

/// A text that holds an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Contamination {
    /// The text.
    pub text: u32,
    /// The item that it shares most with.
    pub item: u32,
    /// The share of the item's weight in runs of eight words.
    pub long: f64,
    /// The share of the item's weight in runs of four words.
    pub short: f64,
    /// Whether it is a hit only if numbers are not looked at.
    pub masked: bool,
    /// The words in runs of four, with `…` between one run and the next.
    pub words: String,
}

/// Finds the texts that hold one of the items, in order, each with the item that it shares most with.
///
/// With `any_numbers` items of fifteen words or more are found with other numbers too. The result does not depend on
/// the number of threads, nor on the order of the texts.
///
/// ```
/// use instag::{Interrupt, contamination};
///
/// let item = "Penny has $20 and buys 4 pairs of socks. How much money is left?";
/// let pool = ["Write a poem about the sea.", "Solve this: penny has 20 and buys 4 pairs of socks, how much money is left"];
/// let found = contamination(&pool, &[item], false, &Interrupt::never())?;
/// assert_eq!((found[0].text, found[0].item, found[0].long), (1, 0, 1.0));
/// # Ok::<(), instag::Error>(())
/// ```
///
/// # Errors
/// [`Error::Interrupted`](crate::Error::Interrupted) if the caller wants to stop.
pub fn contamination(
    texts: &[&str],
    items: &[&str],
    any_numbers: bool,
    interrupt: &Interrupt,
) -> Result<Vec<Contamination>> {
    let mut found = search(texts, &Items::new(items, Numbers::Kept, 1, interrupt)?, interrupt)?;
    if any_numbers {
        let masked = search(texts, &Items::new(items, Numbers::Masked, WITHOUT_NUMBERS, interrupt)?, interrupt)?;
        let known: Vec<u32> = found.iter().map(|hit| hit.text).collect();
        let more = masked.into_iter().filter(|hit| known.binary_search(&hit.text).is_err());
        found.extend(more.map(|hit| Contamination { masked: true, ..hit }));
        found.sort_by_key(|hit| hit.text);
    }
    Ok(found)
}

fn search(texts: &[&str], items: &Items, interrupt: &Interrupt) -> Result<Vec<Contamination>> {
    let counted = parallel::map(parallel::shares(texts.len(), SHARE), interrupt, |share, interrupt| {
        let (mut holders, mut last) = (vec![0u32; items.n_words()], vec![u32::MAX; items.n_words()]);
        let (mut buffer, mut words) = (String::new(), Vec::new());
        for text in share {
            words.clear();
            items.read(texts[text], &mut buffer, &mut words);
            for &word in words.iter().filter(|&&word| word != items::NONE) {
                if std::mem::replace(&mut last[word as usize], text as u32) != text as u32 {
                    holders[word as usize] += 1;
                }
                interrupt.step()?;
            }
            interrupt.step()?;
        }
        Ok(holders)
    })?;
    let weights: Vec<f64> =
        (0..items.n_words()).map(|word| weight(counted.iter().map(|part| part[word]).sum(), texts.len())).collect();
    let runs = Runs::new(items, &weights, interrupt)?;
    let found = parallel::map(parallel::shares(texts.len(), SHARE), interrupt, |share, interrupt| {
        let (mut buffer, mut words, mut search) = (String::new(), Vec::new(), Search::default());
        let mut found = Vec::new();
        for text in share {
            words.clear();
            items.read(texts[text], &mut buffer, &mut words);
            if let Some(Shares { item, long, short }) = runs.best(&words, &mut search) {
                let words = runs.shared(item, &words, &mut search);
                found.push(Contamination { text: text as u32, item, long, short, masked: false, words });
            }
            for _ in 0..=words.len() {
                interrupt.step()?;
            }
        }
        Ok(found)
    })?;
    Ok(found.into_iter().flatten().collect())
}

#[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^32 texts")]
fn weight(holders: u32, texts: usize) -> f64 {
    ((texts as f64 + 1.0) / (f64::from(holders) + 0.5)).ln()
}
