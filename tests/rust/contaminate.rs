//! Contamination against its naive twin, and the laws it keeps.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should stop")]

#[path = "naive/contaminate.rs"]
mod naive;

use std::cell::Cell;

use instag::{Contamination, Error, Interrupt, contamination};
use proptest::prelude::*;

fn found(texts: &[&str], items: &[&str]) -> Vec<Contamination> {
    contamination(texts, items, false, &Interrupt::never()).unwrap()
}

fn masked(texts: &[&str], items: &[&str]) -> Vec<Contamination> {
    contamination(texts, items, true, &Interrupt::never()).unwrap()
}

/// Words of which some are common: runs come again, and items share them.
fn words(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<String>> {
    let word = prop_oneof![6 => 0..6u32, 3 => 6..30u32].prop_map(|word| format!("w{word}"));
    prop::collection::vec(word, length)
}

/// Items, and texts of which many hold a part of one, alone or between other words.
fn pools() -> impl Strategy<Value = (Vec<String>, Vec<String>)> {
    let items = prop::collection::vec(words(0..24), 0..8);
    let texts = prop::collection::vec((words(0..12), any::<(prop::sample::Index, usize, usize)>(), words(0..6)), 0..24);
    (items, texts).prop_map(|(items, texts)| {
        let texts = texts.into_iter().map(|(before, (which, from, to), after)| {
            let item: &[String] = if items.is_empty() { &[] } else { which.get::<Vec<String>>(&items) };
            let (from, to) = (from % (item.len() + 1), to % (item.len() + 1));
            let part = &item[from.min(to)..from.max(to)];
            [&before, part, &after].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ")
        });
        (texts.collect(), items.iter().map(|item| item.join(" ")).collect())
    })
}

fn views(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn finds_what_the_definition_finds((texts, items) in pools()) {
        let (texts, items) = (views(&texts), views(&items));
        let hits = found(&texts, &items);
        let expected = naive::contamination(&texts, &items);
        prop_assert_eq!(hits.len(), expected.len());
        for (hit, (text, _, long, short)) in hits.iter().zip(expected) {
            prop_assert_eq!(hit.text, text);
            prop_assert!((hit.long - long).abs() < 1e-9 && (hit.short - short).abs() < 1e-9, "{:?} {} {}", hit, long, short);
        }
    }

    #[test]
    fn finds_the_same_rows_in_any_order((texts, items) in pools()) {
        let (texts, items) = (views(&texts), views(&items));
        let turned: Vec<&str> = texts.iter().rev().copied().collect();
        let mut hits = found(&turned, &items);
        for hit in &mut hits {
            hit.text = texts.len() as u32 - 1 - hit.text;
        }
        hits.reverse();
        prop_assert_eq!(hits, found(&texts, &items));
    }
}

#[test]
fn many_texts_side_by_side_are_as_each_by_itself() {
    let text = |row: usize| format!("one {} two {} three four five {}", row % 7, row % 13, row % 29);
    let texts: Vec<String> = (0..20_000).map(text).collect();
    let items: Vec<String> =
        (0..50).map(|item| format!("one {} two {} three four five {item}", item % 7, item % 5)).collect();
    let hits = found(&views(&texts), &views(&items));
    assert!(hits.len() > 1000);
    // Every text comes again after 7 · 13 · 29 others: it has the same item, wherever it stands.
    let first: Vec<_> = hits.iter().filter(|hit| hit.text < 2639).map(|hit| (hit.text, hit.item)).collect();
    let all: Vec<_> = hits.iter().map(|hit| (hit.text % 2639, hit.item)).collect();
    let expected: Vec<_> = (0..8).flat_map(|_| first.iter().copied()).take(all.len()).collect();
    assert_eq!(all, expected);
}

#[test]
fn names_the_words_and_the_shares() {
    let item = "A heron stands on one leg in cold water for an hour before it moves at all";
    let cut = "Note: a heron stands on one leg in cold water for an hour. Then it moves at all?";
    let hits = found(&["nothing of this", cut, "something else"], &["never heard of", item]);
    let [hit] = hits.as_slice() else { panic!("{hits:?}") };
    assert_eq!((hit.text, hit.item, hit.masked), (1, 1, false));
    assert_eq!(hit.words, "a heron stands on one leg in cold water for an hour … it moves at all");
    assert!(hit.long < hit.short && hit.short < 1.0);
}

#[test]
fn takes_short_items_whole() {
    let items = ["Name six moons", "Hello", "Why not"];
    assert_eq!(found(&["Please: name six moons, now", "name six big moons"], &items).len(), 1);
    let hits = found(&["Hello, how are you?", "Hello!", "well, why not", "WHY NOT?"], &items);
    assert_eq!(hits.iter().map(|hit| (hit.text, hit.item)).collect::<Vec<_>>(), [(1, 1), (3, 2)]);
}

#[test]
fn counts_characters_where_words_are_not_spaced() {
    let item = "小明有三个苹果，他又买了五个，请问一共有多少个苹果";
    assert_eq!(
        found(&["题目：小明有三个苹果，他又买了五个，请问一共有多少个苹果？谢谢", "小红有三只猫"], &[item]).len(),
        1
    );
}

#[test]
fn masks_the_numbers_of_long_items_only() {
    let long = "A tank holds 1,250 litres and loses 3.5 litres an hour; how long until it holds half of that?";
    let other = "A tank holds 90 litres and loses 2 litres an hour; how long until it holds half of that?";
    let (short, swapped) = ("Is 91 the product of 7 and 13?", "Is 35 the product of 5 and 7?");
    assert!(found(&[swapped], &[short]).is_empty());
    assert!(masked(&[swapped], &[short]).is_empty());
    let text = "Is 4 odd? A tank holds 7 litres and 5 litres an hour; how long until 8";
    assert!(masked(&[text], &[long]).is_empty());
    let hits = masked(&[other, long], &[long]);
    assert_eq!(hits.iter().map(|hit| (hit.text, hit.masked)).collect::<Vec<_>>(), [(0, true), (1, false)]);
}

#[test]
fn finds_nothing_in_nothing() {
    assert!(found(&[], &["one two three four"]).is_empty());
    assert!(found(&["one two three four"], &[]).is_empty());
    assert!(found(&["", "!?"], &["", "…"]).is_empty());
}

#[test]
fn stops_when_asked() {
    let texts = vec!["one two three four five six seven"; 4096];
    let stopped = contamination(&texts, &["one two three four"], false, &Interrupt::new(&|| true));
    assert_eq!(stopped, Err(Error::Interrupted));
    // A single text is looked at soon: it is the items that take long.
    let items: Vec<String> = (0..8_000).map(|nth| format!("one {nth} two {nth} three {nth} four {nth}")).collect();
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    for at in 1..=9 {
        let asked = Cell::new(0);
        let wanted = || asked.replace(asked.get() + 1) + 1 >= at;
        assert_eq!(contamination(&["one"], &items, false, &Interrupt::new(&wanted)), Err(Error::Interrupted));
        assert_eq!(asked.get(), at);
    }
}
