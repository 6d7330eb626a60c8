//! The checks of the arrays that tag sets are made of, and what is counted on the way.

use std::mem::replace;
use std::ops::Range;

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

/// How many more tags than codes there may be: each tag takes memory, whether or not a row has it.
const UNUSED: usize = 1 << 24;

/// What there is in some rows.
pub(super) struct Count {
    pub(super) holders: Vec<u32>,
    /// The first row that has a tag twice.
    pub(super) first_repeat: Option<usize>,
}

impl Count {
    pub(super) fn of(
        offsets: &[i64],
        codes: &[u32],
        n_tags: usize,
        rows: Range<usize>,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let mut count = Self { holders: vec![0; n_tags], first_repeat: None };
        let mut seen_in = vec![u32::MAX; n_tags];
        for row in rows {
            interrupt.step()?;
            let (start, end) = (offsets[row], offsets[row + 1]);
            if !(0 <= start && start <= end && end <= codes.len() as i64) {
                let what = "expected no entry below the one before it";
                return Err(Error::Malformed(format!("offsets: {what}; found one after row {row}")));
            }
            let held = &codes[start as usize..end as usize];
            let mut repeats = false;
            for (place, &tag) in held.iter().enumerate() {
                let Some(seen) = seen_in.get_mut(tag as usize) else {
                    let place = start as usize + place;
                    let what = format!("expected every code below n_tags = {n_tags}; found {tag} at {place}");
                    return Err(Error::Malformed(format!("codes: {what}")));
                };
                repeats |= replace(seen, row as u32) == row as u32;
                count.holders[tag as usize] += 1;
            }
            if repeats && count.first_repeat.is_none() {
                count.first_repeat = Some(row);
            }
        }
        Ok(count)
    }
}

/// Sums place by place; as long as the longest.
pub(crate) fn summed(parts: impl Iterator<Item = Vec<u32>>) -> Vec<u32> {
    parts.fold(Vec::new(), |one, other| {
        let (mut longer, shorter) = if one.len() < other.len() { (other, one) } else { (one, other) };
        for (sum, more) in longer.iter_mut().zip(shorter) {
            *sum += more;
        }
        longer
    })
}

/// The most rows: the largest u32 marks "no row", and a round is at most the number of rows.
pub(crate) fn check_rows(rows: usize) -> Result<()> {
    if rows < u32::MAX as usize {
        return Ok(());
    }
    let way = "rank parts of the data, and choose from the first rounds of each: for complexity-first, whole rounds are exact";
    Err(Error::TooMany(format!("expected fewer than 4,294,967,295 rows; found {rows}: {way}")))
}

/// Checks all of the offsets but that they rise, which [`Count::of`] does row by row.
pub(super) fn check_ends(offsets: &[i64], codes: usize, n_tags: usize) -> Result<()> {
    let malformed = |message: String| Err(Error::Malformed(message));
    let (Some(&first), Some(&last)) = (offsets.first(), offsets.last()) else {
        return malformed("offsets: expected one entry more than there are rows; found none".into());
    };
    check_rows(offsets.len() - 1)?;
    if n_tags > u32::MAX as usize {
        return Err(Error::TooMany(format!("n_tags: expected fewer than 2^32 tags; found {n_tags}")));
    }
    if n_tags > codes + UNUSED {
        return Err(Error::TooMany(format!(
            "n_tags: expected at most {UNUSED} tags more than there are codes, of which there are {codes}; found {n_tags}"
        )));
    }
    if first != 0 || last != codes as i64 {
        return malformed(format!(
            "offsets: expected to run from 0 to {codes}, the number of codes; found {first} to {last}"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_rows;
    use crate::tags::TagSets;

    fn message(offsets: &[i64], codes: &[u32], n_tags: usize) -> String {
        TagSets::new(offsets, codes, n_tags).unwrap_err().to_string()
    }

    #[test]
    fn sizes_that_no_data_have_are_an_error_and_no_allocation() {
        assert_eq!(
            message(&[0, 1], &[0], u32::MAX as usize),
            "n_tags: expected at most 16777216 tags more than there are codes, of which there are 1; found 4294967295"
        );
        assert_eq!(message(&[0, 1], &[0], 1 << 32), "n_tags: expected fewer than 2^32 tags; found 4294967296");
    }

    #[test]
    fn says_what_is_malformed() {
        assert!(message(&[], &[], 0).starts_with("offsets: expected one entry more"));
        assert!(message(&[1, 1], &[0], 1).contains("found 1 to 1"));
        assert!(message(&[0, 2, 1, 3], &[0, 0, 0], 1).contains("after row 1"));
        assert!(message(&[0, 9, 1], &[0], 1).contains("after row 0"));
        assert!(message(&[0, 2], &[0, 7], 7).contains("found 7 at 1"));
        assert!(message(&[0, -1, 1], &[0], 1).contains("after row 0"));
        let tags = TagSets::new(&[0, 1, 1], &[0], 1).unwrap();
        assert_eq!(tags.check_rows(&[1, 0]), Ok(()));
        assert_eq!(tags.check_rows(&[0, 2]).unwrap_err().to_string(), "rows: expected rows below 2; found 2");
        assert!(check_rows(u32::MAX as usize - 1).is_ok());
        assert!(
            check_rows(u32::MAX as usize).unwrap_err().to_string().contains("found 4294967295: rank parts of the data")
        );
    }
}
