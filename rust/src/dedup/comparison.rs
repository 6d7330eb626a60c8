//! Whether two texts are copies, by comparing them exactly.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::error::Result;
use crate::interrupt::Interrupt;

use super::buckets::Sketches;
use super::text::{Marks, jaccard, normal, runs};

/// Runs of texts that are held for the next comparison: 32 MiB.
const HELD: usize = 1 << 22;

/// What is compared of a text.
struct Features {
    runs: Vec<u64>,
    marks: u64,
}

/// Decides whether two texts are copies, by comparing them exactly.
pub(super) struct Comparison<'a> {
    texts: &'a [&'a str],
    threshold: f64,
    kept_apart: Marks,
    /// The text that others are compared with.
    current: Option<u32>,
    features: Features,
    /// Texts that others were compared with, because one that is near to many is soon needed again.
    others: HashMap<u32, Features, FixedState>,
    /// Runs of all of these.
    held: usize,
    /// The last text that each was compared with.
    compared: Vec<u32>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(texts: &'a [&'a str], threshold: f64, kept_apart: Marks) -> Self {
        Self {
            texts,
            threshold,
            kept_apart,
            current: None,
            features: Features { runs: Vec::new(), marks: 0 },
            others: HashMap::default(),
            held: 0,
            compared: vec![u32::MAX; texts.len()],
        }
    }

    /// Whether a text was compared with another just now.
    pub(super) fn knows(&self, nth: u32, other: u32) -> bool {
        self.compared[other as usize] == nth
    }

    /// How like two texts are if they are copies; None if they are not, or were compared just now.
    pub(super) fn likeness(
        &mut self,
        sketches: &Sketches,
        nth: u32,
        other: u32,
        interrupt: &Interrupt,
    ) -> Result<Option<f64>> {
        interrupt.step()?;
        if std::mem::replace(&mut self.compared[other as usize], nth) == nth {
            return Ok(None);
        }
        let (size, others) = (sketches.size(nth) as u32, sketches.size(other) as u32);
        if f64::from(size.min(others)) < self.threshold * f64::from(size.max(others)) {
            return Ok(None);
        }
        if self.current.replace(nth) != Some(nth) {
            self.features = self.read(sketches.row(nth));
        }
        if !self.others.contains_key(&other) {
            if self.held + others as usize > HELD {
                self.others.clear();
                self.held = 0;
            }
            self.held += others as usize;
            self.others.insert(other, self.read(sketches.row(other)));
        }
        let other = &self.others[&other];
        for _ in 0..=other.runs.len() / 8 {
            interrupt.step()?;
        }
        let likeness = if other.marks == self.features.marks { jaccard(&self.features.runs, &other.runs) } else { 0.0 };
        Ok((likeness >= self.threshold).then_some(likeness))
    }

    fn read(&self, row: u32) -> Features {
        let text = normal(self.texts[row as usize]);
        let mut found = Vec::new();
        runs(&text, &mut found);
        Features { runs: found, marks: self.kept_apart.of(&text) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::buckets::CROWD;
    use super::*;

    #[test]
    fn texts_just_like_enough_are_copies() {
        // However often five characters come again, they have five runs; twelve characters have eight runs, of which
        // the first eight characters hold four.
        let texts = ["abcdeabcdeabcde", "abcdeabcdeabcdeabcde", "abcdefghijkl", "abcdefgh"];
        for (threshold, one, other, likeness) in [(1.0, 0, 1, 1.0), (0.5, 2, 3, 0.5)] {
            let sketches =
                Sketches::new(&texts, &[0, 1, 2, 3], threshold, Marks::Compared, CROWD, &Interrupt::never()).unwrap();
            let mut comparison = Comparison::new(&texts, threshold, Marks::Compared);
            let mut found = |nth, other| comparison.likeness(&sketches, nth, other, &Interrupt::never()).unwrap();
            assert_eq!(found(one, other), Some(likeness));
            // They were compared just now.
            assert_eq!(found(one, other), None);
            assert_eq!(found(0, 2), None);
        }
    }
}
