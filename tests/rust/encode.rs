//! Codes against a naive twin: whatever the tags, the chunks and what lies under nulls.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should stop")]

use std::cell::Cell;

use arrow_array::builder::{LargeListBuilder, StringViewBuilder};
use arrow_array::{Array, ArrayRef, Int32Array, LargeListArray, StringViewArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use instag::{Encoded, Error, Interrupt, encode};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

type Row = Option<Vec<Option<String>>>;

fn lists(rows: &[Row]) -> LargeListArray {
    // Blocks that are soon full: tags of one array lie in several buffers.
    let mut builder = LargeListBuilder::new(StringViewBuilder::new().with_fixed_block_size(64));
    for row in rows {
        builder.append_option(row.as_ref().map(|row| row.iter().map(Option::as_deref)));
    }
    builder.finish()
}

fn encoded(chunks: &[LargeListArray]) -> Encoded {
    encode(chunks, &Interrupt::never()).unwrap()
}

/// The tags of each row looked up one by one in a list.
fn naive(rows: &[Row]) -> Encoded {
    let (mut offsets, mut codes, mut tags) = (vec![0], vec![], Vec::<&str>::new());
    let mut empty = 0;
    for row in rows {
        let before = codes.len();
        for tag in row.iter().flatten().flatten() {
            let code = tags.iter().position(|known| known == tag).unwrap_or_else(|| {
                tags.push(tag);
                tags.len() - 1
            });
            codes.push(code as u32);
        }
        offsets.push(codes.len() as i64);
        empty += usize::from(row.is_some() && codes.len() == before);
    }
    let null = rows.iter().filter(|row| row.is_none()).count();
    Encoded { offsets, codes, tags: StringViewArray::from_iter_values(tags), null, empty }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    // Around the length at which a view no longer holds the whole, and with beginnings in common.
    let tag = prop_oneof!["[ab\0]{0,3}", "tags? alike [ab]{0,4}", "a tag of some length [ab]", "[äß漢🏷]{1,5}"];
    vec(weighted(0.9, vec(weighted(0.9, tag), 0..5)), 0..60)
}

proptest! {
    #[test]
    fn codes_are_those_of_the_naive_twin(rows in rows(), cut in 0..60_usize) {
        let expected = naive(&rows);
        prop_assert_eq!(&encoded(&[lists(&rows)]), &expected);
        let (one, other) = rows.split_at(cut.min(rows.len()));
        prop_assert_eq!(&encoded(&[lists(one), lists(&[]), lists(other)]), &expected);
    }

    #[test]
    fn a_slice_is_encoded_as_if_it_were_all(rows in rows(), from in 0..60_usize, length in 0..60_usize) {
        let from = from.min(rows.len());
        let length = length.min(rows.len() - from);
        let slice = lists(&rows).slice(from, length);
        prop_assert_eq!(encoded(&[slice]), naive(&rows[from..from + length]));
    }
}

#[test]
fn shares_of_threads_are_put_together() {
    // So many rows are cut into a share for each processor; some tags come in one share alone, and in others first.
    let tag = |row: usize, nth: usize| match (row * 7 + nth * row / 3) % 5 {
        0 => format!("{}", row % 97),
        1 => format!("a tag that is long, {}", row % 89),
        2 => format!("only in rows like {}", row / 5_000),
        _ => "common".into(),
    };
    let rows: Vec<Row> = (0..70_000)
        .map(|row| (row % 11 != 0).then(|| (0..row % 4).map(|nth| (nth != 2).then(|| tag(row, nth))).collect()))
        .collect();
    assert_eq!(encoded(&[lists(&rows[..50_000]), lists(&rows[50_000..])]), naive(&rows));
}

#[test]
fn what_lies_under_a_null_is_not_there() {
    let values: ArrayRef = std::sync::Arc::new(StringViewArray::from_iter_values(["seen", "hidden", "seen"]));
    let field = std::sync::Arc::new(arrow_schema::Field::new("item", values.data_type().clone(), true));
    let offsets = OffsetBuffer::new(vec![0, 1, 2, 3].into());
    let lists = LargeListArray::new(field, offsets, values, Some(NullBuffer::from(vec![true, false, true])));
    let found = encoded(&[lists]);
    assert_eq!((found.offsets, found.codes, found.null), (vec![0, 1, 1, 2], vec![0, 0], 1));
    assert_eq!(found.tags, StringViewArray::from_iter_values(["seen"]));
}

#[test]
fn only_strings_are_tags() {
    let lists = LargeListArray::from_iter_primitive::<arrow_array::types::Int32Type, _, _>([Some([Some(1)])]);
    assert_eq!(lists.values().as_ref(), &Int32Array::from(vec![1]));
    let error = encode(&[lists], &Interrupt::never()).unwrap_err();
    assert!(matches!(&error, Error::Malformed(why) if why == "expected views of strings; found Int32"), "{error}");
}

#[test]
fn it_can_be_stopped() {
    let rows = vec![Some(vec![Some("tag".to_owned()); 4]); 100_000];
    let asked = Cell::new(0);
    let wanted = || {
        asked.set(asked.get() + 1);
        asked.get() == 2
    };
    let outcome = encode(&[lists(&rows)], &Interrupt::new(&wanted));
    assert!(matches!(outcome, Err(Error::Interrupted)));
    assert_eq!(asked.get(), 2);
}
