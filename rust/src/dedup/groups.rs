//! Groups of texts that are tied by near-copies.

use crate::error::Result;
use crate::interrupt::Interrupt;

use super::buckets::{CROWD, Sketches};
use super::comparison::Comparison;
use super::crowds::{Crowds, Place};
use super::text::Marks;
use super::{check, same};

/// How many groups of a list a new text may join; if it is in none of these, it begins a group of the list.
const TRIES: usize = 4;

/// Finds the groups that near-copies make: for each text the first of those that it is tied to, by way of others too.
///
/// Here only the runs of five characters count: texts that differ in a number are in one group, because whoever has seen
/// one has nearly seen the other.
///
/// # Errors
/// Those of [`duplicates`](super::duplicates).
pub fn duplicate_groups(texts: &[&str], threshold: f64, interrupt: &Interrupt) -> Result<Vec<u32>> {
    grouped(texts, threshold, CROWD, interrupt)
}

/// Finds what [`duplicate_groups`] finds; `crowd` is the size from which a bucket is crowded, which changes no result.
pub(super) fn grouped(texts: &[&str], threshold: f64, crowd: usize, interrupt: &Interrupt) -> Result<Vec<u32>> {
    let order: Vec<u32> = (0..texts.len() as u32).collect();
    check(texts.len(), &order, Some(threshold))?;
    let mut groups = same(texts, &order, interrupt)?;
    let first: Vec<u32> = order.iter().copied().filter(|&row| groups[row as usize] == row).collect();
    let sketches = Sketches::new(texts, &first, threshold, Marks::Ignored, crowd, interrupt)?;
    let crowds = Crowds::new(texts, &sketches, threshold, interrupt)?;
    let mut ties = Ties {
        groups: (0..first.len() as u32).collect(),
        comparison: Comparison::new(texts, threshold, Marks::Ignored),
        sketches: &sketches,
        crowds: &crowds,
        there: vec![Vec::new(); sketches.buckets],
        early: vec![Vec::new(); crowds.runs],
        late: vec![Vec::new(); crowds.runs],
    };
    for text in 0..first.len() as u32 {
        ties.meet_few(text, interrupt)?;
        ties.meet_crowds(text, interrupt)?;
    }
    for text in 0..first.len() as u32 {
        groups[first[text as usize] as usize] = first[root(&mut ties.groups, text) as usize];
    }
    for row in order {
        groups[row as usize] = root(&mut groups, row);
    }
    Ok(groups)
}

/// Texts that are tied to each other, of those in one place: one that is like any of them is tied to all.
type Tied<T> = Vec<Vec<T>>;

struct Ties<'a> {
    groups: Vec<u32>,
    comparison: Comparison<'a>,
    sketches: &'a Sketches,
    crowds: &'a Crowds,
    /// The texts of each bucket that is not crowded.
    there: Vec<Tied<u32>>,
    /// The texts of crowded buckets in which a run stands early, and late.
    early: Vec<Tied<Place>>,
    late: Vec<Tied<Place>>,
}

impl Ties<'_> {
    /// Ties a text to those in its buckets, and joins them there.
    fn meet_few(&mut self, text: u32, interrupt: &Interrupt) -> Result<()> {
        let sketches = self.sketches;
        for bucket in sketches.few(text) {
            let mut tied = std::mem::take(&mut self.there[bucket as usize]);
            self.tie(text, &mut tied, interrupt, |&other| other, |_, _| true)?;
            join(&mut self.groups, &mut tied, text, text, |&other| other);
            self.there[bucket as usize] = tied;
        }
        Ok(())
    }

    /// Ties a text of crowded buckets to those that share a rare run with it, and joins them there.
    fn meet_crowds(&mut self, text: u32, interrupt: &Interrupt) -> Result<()> {
        let (sketches, crowds) = (self.sketches, self.crowds);
        for (run, place) in crowds.of(text) {
            let is_early = crowds.is_early(sketches, place);
            for is_late in [false, true] {
                if is_late && !is_early {
                    continue;
                }
                let lists = if is_late { &mut self.late } else { &mut self.early };
                let mut tied = std::mem::take(&mut lists[run as usize]);
                let can = |sketches: &Sketches, other: &Place| {
                    crowds.may_be_copies(sketches, place, *other) && sketches.meet(text, other.text)
                };
                self.tie(text, &mut tied, interrupt, |other| other.text, can)?;
                let lists = if is_late { &mut self.late } else { &mut self.early };
                lists[run as usize] = tied;
            }
            let lists = if is_early { &mut self.early } else { &mut self.late };
            join(&mut self.groups, &mut lists[run as usize], text, place, |place| place.text);
        }
        Ok(())
    }

    /// Ties a text to all of a list that it is like, and puts those together that are tied to it.
    fn tie<T: Copy>(
        &mut self,
        text: u32,
        lists: &mut Tied<T>,
        interrupt: &Interrupt,
        of: impl Fn(&T) -> u32,
        can: impl Fn(&Sketches, &T) -> bool,
    ) -> Result<()> {
        let mut mine: Option<usize> = None;
        let mut nth = 0;
        while nth < lists.len() {
            interrupt.step()?;
            let is_mine = self.is_tied(text, &lists[nth], interrupt, &of, &can)?;
            match mine {
                Some(before) if is_mine => {
                    let more = lists.swap_remove(nth);
                    lists[before].extend(more);
                    continue;
                }
                None if is_mine => mine = Some(nth),
                _ => {}
            }
            nth += 1;
        }
        if let Some(mine) = mine {
            // It will be found first there.
            lists.swap(0, mine);
        }
        Ok(())
    }

    /// Whether a text is tied to others, if need be by what it is like now.
    fn is_tied<T>(
        &mut self,
        text: u32,
        others: &[T],
        interrupt: &Interrupt,
        of: &impl Fn(&T) -> u32,
        can: &impl Fn(&Sketches, &T) -> bool,
    ) -> Result<bool> {
        let (mine, theirs) = (root(&mut self.groups, text), root(&mut self.groups, of(&others[0])));
        if mine == theirs {
            return Ok(true);
        }
        for other in others {
            interrupt.step()?;
            if !self.comparison.knows(text, of(other))
                && can(self.sketches, other)
                && self.comparison.likeness(self.sketches, text, of(other), interrupt)?.is_some()
            {
                self.groups[mine.max(theirs) as usize] = mine.min(theirs);
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Puts a text into a list, beside those that it is tied to if these are soon found.
fn join<T>(groups: &mut [u32], lists: &mut Tied<T>, text: u32, item: T, of: impl Fn(&T) -> u32) {
    let mine = root(groups, text);
    match (0..lists.len().min(TRIES)).find(|&nth| root(groups, of(&lists[nth][0])) == mine) {
        Some(nth) => lists[nth].push(item),
        None => lists.push(vec![item]),
    }
}

fn root(groups: &mut [u32], row: u32) -> u32 {
    let mut root = row;
    while groups[root as usize] != root {
        // Halving the way keeps it short.
        groups[root as usize] = groups[groups[root as usize] as usize];
        root = groups[root as usize];
    }
    root
}
