//! Inverted lists: the samples that hold each tag, or the first of them.

use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::tags::TagSets;

/// The holders of each tag that has enough of them, among some samples. Filled again and again without new memory.
pub(crate) struct Postings {
    tags: Vec<u32>,
    /// Where each tag's samples end; they begin where those of the tag before end.
    ends: Vec<usize>,
    rows: Vec<u32>,
    /// For each tag its count, then one more than its place in `tags`; 0 for all between two fillings.
    marks: Vec<u32>,
}

impl Postings {
    pub(crate) fn new(tags: &TagSets) -> Self {
        Self { tags: Vec::new(), ends: Vec::new(), rows: Vec::new(), marks: vec![0; tags.n_tags()] }
    }

    /// Lists all samples by tag: the tags that at least `least` of them hold.
    pub(crate) fn fill_all(&mut self, tags: &TagSets, least: u32, interrupt: &Interrupt) -> Result<()> {
        self.tags = (0..tags.n_tags() as u32).collect();
        self.marks.copy_from_slice(tags.holders());
        self.keep(least);
        self.put(tags, 0..tags.len() as u32, interrupt)
    }

    /// Lists the samples among `rows` by tag: the tags from code `from` up that at least `least` of them hold.
    pub(crate) fn fill(
        &mut self,
        tags: &TagSets,
        rows: impl Iterator<Item = u32> + Clone,
        least: u32,
        from: u32,
        interrupt: &Interrupt,
    ) -> Result<()> {
        self.tags.clear();
        for row in rows.clone() {
            interrupt.step()?;
            for &tag in tags.row(row as usize) {
                if tag >= from {
                    let count = &mut self.marks[tag as usize];
                    if *count == 0 {
                        self.tags.push(tag);
                    }
                    *count += 1;
                }
            }
        }
        self.keep(least);
        self.put(tags, rows, interrupt)
    }

    /// Puts the samples into the room of each tag that was kept.
    fn put(&mut self, tags: &TagSets, rows: impl Iterator<Item = u32>, interrupt: &Interrupt) -> Result<()> {
        for row in rows {
            interrupt.step()?;
            for &tag in tags.row(row as usize) {
                if let Some(place) = self.marks[tag as usize].checked_sub(1) {
                    let end = &mut self.ends[place as usize];
                    self.rows[*end] = row;
                    *end += 1;
                }
            }
        }
        for &tag in &self.tags {
            self.marks[tag as usize] = 0;
        }
        Ok(())
    }

    /// Keeps the tags with at least `least` holders, and makes room for these.
    fn keep(&mut self, least: u32) {
        self.ends.clear();
        let mut total = 0;
        self.tags.retain(|&tag| {
            let mark = &mut self.marks[tag as usize];
            let count = std::mem::take(mark);
            if count >= least {
                // Each end begins as a start, and moves as the samples are put in.
                self.ends.push(total);
                *mark = self.ends.len() as u32;
                total += count as usize;
            }
            count >= least
        });
        self.rows.resize(total, 0);
    }

    /// The samples of the tag at a place among those that were kept.
    pub(crate) fn at(&self, place: u32) -> &[u32] {
        let place = place as usize;
        &self.rows[place.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[place]]
    }

    /// The tags that were kept, in the order in which they came, each with its samples.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &[u32])> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        self.tags.iter().zip(starts.zip(&self.ends)).map(|(&tag, (start, &end))| (tag, &self.rows[start..end]))
    }
}

/// Compressed sparse rows, one a tag: samples that hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examples {
    /// Where each tag's samples begin, and at the end where the last one's end.
    pub offsets: Vec<i64>,
    /// The samples.
    pub rows: Vec<u32>,
}

/// The first samples that hold each tag, up to `most` of them: of all samples, or of `rows` in their order.
///
/// # Errors
/// [`Error::Malformed`](crate::Error::Malformed) if a row is not a sample,
/// [`Error::Interrupted`](crate::Error::Interrupted) if the caller wants to stop.
pub fn examples(tags: &TagSets, rows: Option<&[u32]>, most: usize, interrupt: &Interrupt) -> Result<Examples> {
    if let Some(rows) = rows {
        tags.check_rows(rows)?;
    }
    let mut found = vec![Vec::new(); tags.n_tags()];
    for nth in 0..rows.map_or(tags.len(), <[u32]>::len) {
        let row = rows.map_or(nth as u32, |rows| rows[nth]);
        interrupt.step()?;
        for &tag in tags.row(row as usize) {
            let rows: &mut Vec<u32> = &mut found[tag as usize];
            if rows.len() < most {
                rows.push(row);
            }
        }
    }
    let mut offsets = Vec::with_capacity(found.len() + 1);
    offsets.push(0);
    offsets.extend(found.iter().scan(0, |end, rows| {
        *end += rows.len() as i64;
        Some(*end)
    }));
    Ok(Examples { offsets, rows: found.concat() })
}
