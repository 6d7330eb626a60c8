//! Codes against a naive twin: whatever the tags, the chunks and what lies under nulls.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should stop")]

use std::cell::Cell;

use arrow_array::builder::{LargeListBuilder, StringViewBuilder};
use arrow_array::{Array, ArrayRef, Int32Array, LargeListArray, StringViewArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use instag::{Encoded, Encoder, Error, Interrupt, Order, encode};
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

fn encoded(chunks: &[LargeListArray]) -> Found {
    found(&encode(chunks, Order::Appearance, &Interrupt::never()).unwrap())
}

/// What an encoding holds, for comparison.
#[derive(Debug, PartialEq)]
struct Found {
    rows: Vec<Vec<u32>>,
    tags: Vec<String>,
    holders: Vec<u32>,
    given: Vec<u64>,
    null: usize,
    empty: usize,
}

fn found(encoded: &Encoded) -> Found {
    let Encoded { sets, tags, null, empty } = encoded;
    Found {
        rows: (0..sets.len()).map(|row| sets.row(row).to_vec()).collect(),
        tags: tags.iter().flatten().map(str::to_owned).collect(),
        holders: sets.holders().to_vec(),
        given: sets.given().collect(),
        null: *null,
        empty: *empty,
    }
}

/// The tags of each row looked up one by one in a list.
fn naive(rows: &[Row]) -> Found {
    let mut tags = Vec::<String>::new();
    let (mut holders, mut given) = (vec![], vec![]);
    let mut sets = vec![];
    for row in rows {
        let mut held = vec![];
        for tag in row.iter().flatten().flatten() {
            let code = tags.iter().position(|known| known == tag).unwrap_or_else(|| {
                tags.push(tag.clone());
                holders.push(0);
                given.push(0);
                tags.len() - 1
            });
            given[code] += 1;
            if !held.contains(&(code as u32)) {
                holders[code] += 1;
                held.push(code as u32);
            }
        }
        sets.push(held);
    }
    let null = rows.iter().filter(|row| row.is_none()).count();
    let empty = sets.iter().filter(|held| held.is_empty()).count() - null;
    Found { rows: sets, tags, holders, given, null, empty }
}

/// The same tags in another order.
fn reordered(Found { rows, tags, holders, given, null, empty }: Found, order: Order) -> Found {
    let mut by: Vec<usize> = (0..tags.len()).collect();
    match order {
        Order::Name => by.sort_by_key(|&code| tags[code].as_bytes().to_vec()),
        Order::Count => by.sort_by_key(|&code| (std::cmp::Reverse(holders[code]), tags[code].as_bytes().to_vec())),
        _ => {}
    }
    let place = |code: u32| by.iter().position(|&other| other == code as usize).unwrap() as u32;
    Found {
        rows: rows.into_iter().map(|row| row.into_iter().map(place).collect()).collect(),
        tags: by.iter().map(|&code| tags[code].clone()).collect(),
        holders: by.iter().map(|&code| holders[code]).collect(),
        given: by.iter().map(|&code| given[code]).collect(),
        null,
        empty,
    }
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
    fn parts_are_encoded_as_if_they_came_at_once(rows in rows(), cuts in vec(0..60_usize, 0..4), which in 0..3_usize) {
        let order = [Order::Appearance, Order::Name, Order::Count][which];
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(rows.len())).chain([0, rows.len()]).collect();
        cuts.sort_unstable();
        let mut encoder = Encoder::default();
        for ends in cuts.windows(2) {
            encoder.push(&[lists(&rows[ends[0]..ends[1]])], &Interrupt::never()).unwrap();
            prop_assert_eq!((encoder.len(), encoder.is_empty()), (ends[1], ends[1] == 0));
        }
        prop_assert!(encoder.size() >= 8 * rows.len());
        let parts = encoder.finish(order, &Interrupt::never()).unwrap();
        prop_assert_eq!(found(&parts), reordered(naive(&rows), order));
        prop_assert_eq!(parts, encode(&[lists(&rows)], order, &Interrupt::never()).unwrap());
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
    let chunks = [lists(&rows[..50_000]), lists(&rows[50_000..])];
    assert_eq!(encoded(&chunks), naive(&rows));
    let by_count = encode(&chunks, Order::Count, &Interrupt::never()).unwrap();
    assert_eq!(found(&by_count), reordered(naive(&rows), Order::Count));
}

#[test]
fn what_lies_under_a_null_is_not_there() {
    let values: ArrayRef = std::sync::Arc::new(StringViewArray::from_iter_values(["seen", "hidden", "seen"]));
    let field = std::sync::Arc::new(arrow_schema::Field::new("item", values.data_type().clone(), true));
    let offsets = OffsetBuffer::new(vec![0, 1, 2, 3].into());
    let lists = LargeListArray::new(field, offsets, values, Some(NullBuffer::from(vec![true, false, true])));
    let found = encoded(&[lists]);
    assert_eq!((found.rows, found.null), (vec![vec![0], vec![], vec![0]], 1));
    assert_eq!(found.tags, ["seen"]);
}

#[test]
fn only_strings_are_tags() {
    let lists = LargeListArray::from_iter_primitive::<arrow_array::types::Int32Type, _, _>([Some([Some(1)])]);
    assert_eq!(lists.values().as_ref(), &Int32Array::from(vec![1]));
    let error = encode(&[lists], Order::Name, &Interrupt::never()).unwrap_err();
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
    let outcome = encode(&[lists(&rows)], Order::Appearance, &Interrupt::new(&wanted));
    assert!(matches!(outcome, Err(Error::Interrupted)));
    assert_eq!(asked.get(), 2);
}

#[test]
fn orders_have_names() {
    for (name, order) in [("appearance", Order::Appearance), ("name", Order::Name), ("count", Order::Count)] {
        assert_eq!(name.parse(), Ok(order));
    }
    let error = "size".parse::<Order>().unwrap_err();
    assert_eq!(error.to_string(), "order: expected appearance, name or count; found \"size\"");
}

#[test]
fn after_an_error_the_encoder_is_as_it_was() {
    let rows = vec![Some(vec![Some("tag".to_owned()); 4]); 100_000];
    let mut encoder = Encoder::default();
    encoder.push(&[lists(&rows[..3])], &Interrupt::never()).unwrap();
    assert_eq!(encoder.push(&[lists(&rows)], &Interrupt::new(&|| true)), Err(Error::Interrupted));
    assert_eq!(found(&encoder.finish(Order::Name, &Interrupt::never()).unwrap()), naive(&rows[..3]));
}

#[test]
fn stopped_while_rows_are_added_it_is_empty() {
    // A tag for each row: all of them are looked up again as they are added to the first ones, once all are encoded.
    let rows: Vec<Row> = (0..200_000).map(|row| Some(vec![Some(format!("tag {row}"))])).collect();
    let (first, rest) = (lists(&rows[..10]), lists(&rows));
    // How often is asked before that depends on the threads.
    let stopped_at = |call: u32| {
        let mut encoder = Encoder::default();
        encoder.push(std::slice::from_ref(&first), &Interrupt::never()).unwrap();
        let asked = Cell::new(0);
        let wanted = || asked.replace(asked.get() + 1) + 1 >= call;
        let outcome = encoder.push(std::slice::from_ref(&rest), &Interrupt::new(&wanted));
        assert_eq!(outcome.is_ok(), encoder.len() == 200_010);
        encoder.len()
    };
    let lens: Vec<usize> = (1..1_000).map(stopped_at).take_while(|&len| len <= 10).collect();
    assert!(lens.iter().all(|&len| len == 0 || len == 10) && lens.contains(&10) && lens.contains(&0), "{lens:?}");
}

#[test]
fn a_sort_of_many_tags_can_be_stopped() {
    let rows: Vec<Row> = (0..100_000).map(|row| Some(vec![Some(format!("{row}"))])).collect();
    for order in [Order::Name, Order::Count] {
        let mut encoder = Encoder::default();
        encoder.push(&[lists(&rows)], &Interrupt::never()).unwrap();
        let asked = Cell::new(0);
        let wanted = || {
            asked.set(asked.get() + 1);
            asked.get() == 3
        };
        assert_eq!(encoder.finish(order, &Interrupt::new(&wanted)), Err(Error::Interrupted));
        assert_eq!(asked.get(), 3);
    }
}
