//! Runs of words that items and a text share, and the weight of the words within them.
//!
//! A run of four words is numbered by its halves, so that two runs have one number exactly if they have the same words.
//! Only those runs of an item that few items have lead to it: all others together weigh too little to make it a hit.

use hashbrown::HashSet;

use super::items::{Items, LEAST, LONG, Map, NONE, SHORT};
use crate::error::Result;
use crate::interrupt::Interrupt;

/// The share of an item's weight that is to lie in long runs.
const IN_LONG: f64 = 0.6;
/// The share of an item's weight that is to lie in short runs.
const IN_SHORT: f64 = 0.7;
/// The least share in short runs of any item that is a hit: long runs are made of short ones.
const IN_ANY: f64 = 0.6;
/// Room for the rounding of sums.
const SLACK: f64 = 1e-9;

/// What an item and a text share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shares {
    pub(super) item: u32,
    pub(super) long: f64,
    pub(super) short: f64,
}

impl Shares {
    fn is_hit(self) -> bool {
        self.long + SLACK >= IN_LONG || self.short + SLACK >= IN_SHORT
    }

    /// Whether this is more than another; of two that share the same, the first item is.
    pub(super) fn is_above(self, other: Self) -> bool {
        let order = self.short.total_cmp(&other.short).then(self.long.total_cmp(&other.long));
        order.then(other.item.cmp(&self.item)).is_gt()
    }
}

/// The runs of all items.
pub(super) struct Runs<'a> {
    items: &'a Items,
    weights: &'a [f64],
    pairs: Map<(u32, u32), u32>,
    fours: Map<(u32, u32), u32>,
    /// The run of four words that begins at each place of each item.
    item_fours: Vec<Vec<u32>>,
    /// For each run of four the items that it leads to.
    leads: Vec<Vec<u32>>,
    /// Items of fewer words than a short run, whole.
    whole: Map<Box<[u32]>, Vec<u32>>,
}

impl<'a> Runs<'a> {
    pub(super) fn new(items: &'a Items, weights: &'a [f64], interrupt: &Interrupt) -> Result<Self> {
        let mut runs = Self {
            items,
            weights,
            pairs: Map::default(),
            fours: Map::default(),
            item_fours: Vec::with_capacity(items.all.len()),
            leads: Vec::new(),
            whole: Map::default(),
        };
        for (nth, item) in (0..).zip(&items.all) {
            for _ in 0..=item.len() {
                interrupt.step()?;
            }
            if !item.is_empty() && item.len() < SHORT {
                runs.whole.entry(item.as_slice().into()).or_default().push(nth);
            }
            let pairs: Vec<u32> = item.windows(2).map(|pair| number(&mut runs.pairs, (pair[0], pair[1]))).collect();
            let fours = pairs.windows(3).map(|pairs| number(&mut runs.fours, (pairs[0], pairs[2])));
            runs.item_fours.push(fours.collect());
        }
        runs.lead(interrupt)?;
        Ok(runs)
    }

    /// Finds the runs that lead to each item: all but the most common, while these weigh less than any hit has to.
    fn lead(&mut self, interrupt: &Interrupt) -> Result<()> {
        let mut holders = vec![0u32; self.fours.len()];
        let distinct: Vec<Vec<u32>> = self.item_fours.iter().map(|fours| sorted(fours)).collect();
        for &four in distinct.iter().flatten() {
            holders[four as usize] += 1;
        }
        self.leads = vec![Vec::new(); holders.len()];
        for (nth, mut fours) in (0..).zip(distinct) {
            fours.sort_by_key(|&four| (std::cmp::Reverse(holders[four as usize]), four));
            let (places, words) = (&self.item_fours[nth as usize], &self.items.all[nth as usize]);
            let total = self.weigh(words, &vec![true; words.len()]);
            let mut covered = vec![false; words.len()];
            let mut leading = false;
            for four in fours {
                if !leading {
                    // Every word is looked at.
                    for _ in 0..=words.len() / 8 {
                        interrupt.step()?;
                    }
                    for place in (0..places.len()).filter(|&place| places[place] == four) {
                        covered[place..place + SHORT].fill(true);
                    }
                    leading = self.weigh(words, &covered) + 2.0 * SLACK * total >= IN_ANY * total;
                }
                if leading {
                    self.leads[four as usize].push(nth);
                }
            }
        }
        Ok(())
    }

    fn weigh(&self, words: &[u32], covered: &[bool]) -> f64 {
        words.iter().zip(covered).filter(|&(_, &covered)| covered).map(|(&word, _)| self.weights[word as usize]).sum()
    }

    /// The item that a text shares most with, of those that are hits.
    pub(super) fn best(&self, words: &[u32], search: &mut Search) -> Option<Shares> {
        search.begin(self.items.all.len(), self.leads.len());
        self.find(words, search);
        let mut best: Option<Shares> = None;
        for nth in 0..search.candidates.len() {
            let shares = self.shares(search.candidates[nth], search);
            if shares.is_hit() && best.is_none_or(|best| shares.is_above(best)) {
                best = Some(shares);
            }
        }
        best
    }

    /// Numbers the runs of the text, and collects the items that they lead to.
    fn find(&self, words: &[u32], search: &mut Search) {
        if !self.whole.is_empty() {
            let windows = if words.len() < LEAST { words.chunks(LEAST).collect() } else { vec![] };
            for window in words.windows(LEAST).chain(windows) {
                for &item in self.whole.get(window).into_iter().flatten() {
                    search.add(item);
                }
            }
        }
        search.fours.clear();
        let mut before = [NONE; 2];
        let pairs = words.windows(2).map(|pair| self.number_of(&self.pairs, (pair[0], pair[1])));
        for (place, pair) in pairs.enumerate() {
            if place >= 2 {
                let four = self.number_of(&self.fours, (before[0], pair));
                search.fours.push(four);
                if four != NONE && search.see(four) {
                    for &item in &self.leads[four as usize] {
                        search.add(item);
                    }
                }
            }
            before = [before[1], pair];
        }
    }

    #[expect(clippy::unused_self, reason = "it reads as the others do")]
    fn number_of(&self, numbers: &Map<(u32, u32), u32>, halves: (u32, u32)) -> u32 {
        if halves.0 == NONE || halves.1 == NONE { NONE } else { numbers.get(&halves).copied().unwrap_or(NONE) }
    }

    fn shares(&self, item: u32, search: &mut Search) -> Shares {
        let words = &self.items.all[item as usize];
        if words.len() < SHORT {
            return Shares { item, long: 1.0, short: 1.0 };
        }
        let total = self.weigh(words, &vec![true; words.len()]);
        let short = self.weigh(words, &self.covered(item, SHORT, search)) / total;
        let long = self.weigh(words, &self.covered(item, LONG, search)) / total;
        Shares { item, long, short }
    }

    /// Which words of an item lie in runs of `run` words (or of all its words, if it has fewer) that the text has too.
    fn covered(&self, item: u32, run: usize, search: &mut Search) -> Vec<bool> {
        let fours = &self.item_fours[item as usize];
        let len = self.items.all[item as usize].len();
        let run = run.min(len);
        let mut covered = vec![false; len];
        for place in 0..=len - run {
            let (first, last) = (fours[place], fours[place + run - SHORT]);
            if search.has(first) && search.has(last) && (run == SHORT || search.has_both(first, last, run)) {
                covered[place..place + run].fill(true);
            }
        }
        covered
    }

    /// The words that a text shares with an item, as [`Items::shared`] writes them.
    pub(super) fn shared(&self, item: u32, words: &[u32], search: &mut Search) -> String {
        let len = self.items.all[item as usize].len();
        if len < SHORT {
            return self.items.shared(item as usize, &vec![true; len]);
        }
        search.begin(self.items.all.len(), self.leads.len());
        self.find(words, search);
        let covered = self.covered(item, SHORT, search);
        self.items.shared(item as usize, &covered)
    }
}

/// The number of what is made of two halves; the next one if it is new.
fn number(numbers: &mut Map<(u32, u32), u32>, halves: (u32, u32)) -> u32 {
    let next = numbers.len() as u32;
    *numbers.entry(halves).or_insert(next)
}

fn sorted(fours: &[u32]) -> Vec<u32> {
    let mut distinct = fours.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    distinct
}

/// What is known of one text. It is used again for the next one, so that nothing is allocated for texts that share nothing.
#[derive(Default)]
pub(super) struct Search {
    text: u32,
    /// The last text that had a run, and that an item was a candidate for.
    seen: Vec<u32>,
    added: Vec<u32>,
    candidates: Vec<u32>,
    fours: Vec<u32>,
    /// The longer runs of a length, as their first and last four words.
    longer: [Option<HashSet<(u32, u32), foldhash::fast::FixedState>>; LONG + 1],
}

impl Search {
    fn begin(&mut self, items: usize, runs: usize) {
        if self.text == u32::MAX || self.added.len() != items {
            (self.text, self.seen, self.added) = (0, vec![0; runs], vec![0; items]);
        }
        self.text += 1;
        if !self.candidates.is_empty() {
            self.candidates.clear();
            self.longer = Default::default();
        }
    }

    /// Whether the run is new in this text.
    fn see(&mut self, four: u32) -> bool {
        std::mem::replace(&mut self.seen[four as usize], self.text) != self.text
    }

    fn add(&mut self, item: u32) {
        if std::mem::replace(&mut self.added[item as usize], self.text) != self.text {
            self.candidates.push(item);
        }
    }

    fn has(&self, four: u32) -> bool {
        self.seen[four as usize] == self.text
    }

    fn has_both(&mut self, first: u32, last: u32, run: usize) -> bool {
        let (fours, apart) = (&self.fours, run - SHORT);
        let runs = self.longer[run].get_or_insert_with(|| {
            fours.iter().zip(fours.iter().skip(apart)).map(|(&first, &last)| (first, last)).collect()
        });
        runs.contains(&(first, last))
    }
}
