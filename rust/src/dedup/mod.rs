//! Near-copies: texts that share nearly all of their runs of five characters.

mod buckets;
mod comparison;
mod crowds;
mod groups;
mod sketch;
mod text;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use buckets::{CROWD, Sketches};
use comparison::Comparison;
use crowds::{Crowds, Place};
pub use groups::duplicate_groups;
use text::Marks;
pub(crate) use text::mixed;

/// A text that is a copy of one that stays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Duplicate {
    /// The text.
    pub row: u32,
    /// The one that stays: of those that it is a copy of the one most like it, and in a tie the first in order.
    pub of: u32,
    /// The Jaccard similarity of their runs of five characters; 1 for the same text.
    pub likeness: f64,
}

/// Finds the texts that are copies of one that comes before them in `order` and is no copy itself.
///
/// Letter case and white space do not count. Two texts are copies if the Jaccard similarity of their runs of five
/// characters is at least `threshold`, and they have the same numbers and the same words with symbols; without a
/// threshold if they are the same. Blank texts are never copies. Which texts are compared is found by `MinHash`: of
/// pairs that are just like enough one in five hundred may be missed. The result does not depend on the number of
/// threads.
///
/// ```
/// use instag::{Interrupt, duplicates};
///
/// let texts = ["Write a poem about the sea", "write a  poem about the sea", "Write a poem about the moon"];
/// let found = duplicates(&texts, &[0, 1, 2], Some(0.9), &Interrupt::never())?;
/// assert_eq!((found.len(), found[0].row, found[0].of, found[0].likeness), (1, 1, 0, 1.0));
/// # Ok::<(), instag::Error>(())
/// ```
///
/// # Errors
/// [`Error::Malformed`](crate::Error::Malformed) if `order` does not hold every text once or the threshold is not
/// above 0 and at most 1, [`Error::Interrupted`](crate::Error::Interrupted) if the caller wants to stop.
pub fn duplicates(
    texts: &[&str],
    order: &[u32],
    threshold: Option<f64>,
    interrupt: &Interrupt,
) -> Result<Vec<Duplicate>> {
    found(texts, order, threshold, CROWD, interrupt)
}

/// Finds what [`duplicates`] finds; `crowd` is the size from which a bucket is crowded, which changes no result.
fn found(
    texts: &[&str],
    order: &[u32],
    threshold: Option<f64>,
    crowd: usize,
    interrupt: &Interrupt,
) -> Result<Vec<Duplicate>> {
    check(texts.len(), order, threshold)?;
    let same = same(texts, order, interrupt)?;
    let mut stays: Vec<Option<(u32, f64)>> = vec![None; texts.len()];
    if let Some(threshold) = threshold {
        let first: Vec<u32> = order.iter().copied().filter(|&row| same[row as usize] == row).collect();
        let sketches = Sketches::new(texts, &first, threshold, Marks::Compared, crowd, interrupt)?;
        let mut kept = Kept::new(texts, &sketches, threshold, interrupt)?;
        for (nth, &row) in (0..).zip(&first) {
            match kept.nearest(nth, interrupt)? {
                Some((likeness, other)) => stays[row as usize] = Some((first[other as usize], likeness)),
                None => kept.keep(nth),
            }
        }
    }
    let found = (0..).zip(&same).filter_map(|(row, &first)| {
        let of_first = stays[first as usize];
        let (of, likeness) = if row == first { of_first? } else { of_first.unwrap_or((first, 1.0)) };
        Some(Duplicate { row, of, likeness })
    });
    Ok(found.collect())
}

/// Checks what a caller may get wrong.
fn check(texts: usize, order: &[u32], threshold: Option<f64>) -> Result<()> {
    let mut seen = vec![false; texts];
    let all = order.len() == texts
        && order.iter().all(|&row| seen.get_mut(row as usize).is_some_and(|seen| !std::mem::replace(seen, true)));
    if !all {
        return Err(Error::Malformed(format!("order: expected each of {texts} texts once")));
    }
    match threshold {
        Some(threshold) if !(threshold > 0.0 && threshold <= 1.0) => {
            Err(Error::Malformed(format!("threshold: expected a number above 0 and up to 1; found {threshold}")))
        }
        _ => Ok(()),
    }
}

/// The texts that stay.
struct Kept<'a> {
    sketches: &'a Sketches,
    crowds: Crowds,
    comparison: Comparison<'a>,
    /// Those of each bucket that is not crowded.
    there: Vec<Vec<u32>>,
    /// Those of crowded buckets in which a run stands early, and late.
    early: Vec<Vec<Place>>,
    late: Vec<Vec<Place>>,
}

impl<'a> Kept<'a> {
    fn new(texts: &'a [&'a str], sketches: &'a Sketches, threshold: f64, interrupt: &Interrupt) -> Result<Self> {
        let crowds = Crowds::new(texts, sketches, threshold, interrupt)?;
        Ok(Self {
            sketches,
            comparison: Comparison::new(texts, threshold, Marks::Compared),
            there: vec![Vec::new(); sketches.buckets],
            early: vec![Vec::new(); crowds.runs],
            late: vec![Vec::new(); crowds.runs],
            crowds,
        })
    }

    fn keep(&mut self, nth: u32) {
        self.sketches.few(nth).for_each(|bucket| self.there[bucket as usize].push(nth));
        for (run, place) in self.crowds.of(nth) {
            let lists = if self.crowds.is_early(self.sketches, place) { &mut self.early } else { &mut self.late };
            lists[run as usize].push(place);
        }
    }

    /// The text that one is most like, of those that stay and that it is a copy of.
    fn nearest(&mut self, nth: u32, interrupt: &Interrupt) -> Result<Option<(f64, u32)>> {
        let mut best: Option<(f64, u32)> = None;
        let (sketches, crowds, comparison) = (self.sketches, &self.crowds, &mut self.comparison);
        let mut compare = |other: u32| -> Result<()> {
            if let Some(likeness) = comparison.likeness(sketches, nth, other, interrupt)?
                && best.is_none_or(|(most, of)| likeness > most || (likeness >= most && other < of))
            {
                best = Some((likeness, other));
            }
            Ok(())
        };
        for bucket in sketches.few(nth) {
            self.there[bucket as usize].iter().try_for_each(|&other| compare(other))?;
        }
        for (run, place) in crowds.of(nth) {
            let late = if crowds.is_early(sketches, place) { self.late[run as usize].as_slice() } else { &[] };
            for &other in self.early[run as usize].iter().chain(late) {
                interrupt.step()?;
                if crowds.may_be_copies(sketches, place, other) && sketches.meet(nth, other.text) {
                    compare(other.text)?;
                }
            }
        }
        Ok(best)
    }
}

/// For each text the first one that is the same; the text itself if it is the first, or blank.
fn same(texts: &[&str], order: &[u32], interrupt: &Interrupt) -> Result<Vec<u32>> {
    let mut first: HashMap<u64, u32, FixedState> = HashMap::default();
    let mut same: Vec<u32> = (0..texts.len() as u32).collect();
    for &row in order {
        let normal = text::normal(texts[row as usize]);
        for _ in 0..=normal.len() / 64 {
            interrupt.step()?;
        }
        if normal.is_empty() {
            continue;
        }
        let earlier = *first.entry(text::hash(&normal)).or_insert(row);
        if earlier != row && text::normal(texts[earlier as usize]) == normal {
            same[row as usize] = earlier;
        }
    }
    Ok(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts on a few patterns, of which each has some words of its own.
    fn patterned(seed: u64) -> Vec<String> {
        let mut state = seed;
        let mut random = move |below: usize| {
            state = text::mixed(state);
            (state % below as u64) as usize
        };
        // Letters alone, because a number would keep texts apart.
        let word = |number: usize| -> String {
            let (bits, letters) = (text::mixed(number as u64), 2 + number % 8);
            (0..letters).map(|letter| char::from(b'a' + (bits >> (letter * 4) & 15) as u8)).collect()
        };
        let patterns: Vec<Vec<String>> =
            (0..=random(3)).map(|_| (0..3 + random(25)).map(|_| word(random(200))).collect()).collect();
        let (words, changes) = (2 + random(60), 1 + random(4));
        let mut made = || {
            let mut text = patterns[random(patterns.len())].clone();
            for _ in 0..changes {
                let at = random(text.len());
                match random(6) {
                    0 => text.insert(at, word(random(words))),
                    1 if text.len() > 2 => drop(text.remove(at)),
                    _ => text[at] = word(random(words)),
                }
            }
            text.join(" ")
        };
        (0..300).map(|_| made()).collect()
    }

    /// The naive twin compares all that meet in a bucket.
    #[test]
    fn crowds_change_no_result() {
        let (mut copies, mut tied) = (0, 0);
        // In the last there are texts alike that meet in no bucket, and share a rare run.
        for seed in (0..12).chain([262]) {
            let made = patterned(seed);
            let texts: Vec<&str> = made.iter().map(String::as_str).collect();
            let order: Vec<u32> = (0..texts.len() as u32).map(|row| (row * 7 + 3) % texts.len() as u32).collect();
            for threshold in [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0] {
                let never = Interrupt::never();
                let duplicates = |crowd| found(&texts, &order, Some(threshold), crowd, &never).unwrap();
                let groups = |crowd| groups::grouped(&texts, threshold, crowd, &never).unwrap();
                let (all, all_groups) = (duplicates(usize::MAX), groups(usize::MAX));
                for crowd in [2, 8] {
                    assert_eq!(duplicates(crowd), all, "{seed} {threshold} {crowd}");
                    assert_eq!(groups(crowd), all_groups, "{seed} {threshold} {crowd}");
                }
                copies += all.iter().filter(|copy| copy.likeness < 1.0).count();
                tied += all_groups.iter().zip(0..).filter(|&(&group, row)| group != row).count();
            }
        }
        assert!(copies > 1_000 && tied > 1_000, "{copies} {tied}");
    }
}
