//! Copies against their naive twin, and the laws they keep.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should stop")]

#[path = "naive/dedup.rs"]
mod naive;

use instag::{Duplicate, Error, Interrupt, duplicate_groups, duplicates};
use proptest::prelude::*;

fn found(texts: &[&str], order: &[u32], threshold: Option<f64>) -> Vec<(u32, u32, f64)> {
    let found = duplicates(texts, order, threshold, &Interrupt::never()).unwrap();
    found.into_iter().map(|Duplicate { row, of, likeness }| (row, of, likeness)).collect()
}

fn in_order(texts: &[&str], threshold: Option<f64>) -> Vec<(u32, u32, f64)> {
    found(texts, &(0..texts.len() as u32).collect::<Vec<_>>(), threshold)
}

fn groups(texts: &[&str], threshold: f64) -> Vec<u32> {
    duplicate_groups(texts, threshold, &Interrupt::never()).unwrap()
}

/// Texts of which many are another with a word changed, left out, or in other letters.
fn texts() -> impl Strategy<Value = Vec<String>> {
    let word = prop_oneof![30 => "[a-z]{2,9}", 1 => "[0-9]{1,2}"];
    let fresh = prop::collection::vec(word, 0..30);
    let change = (any::<prop::sample::Index>(), any::<usize>(), 0..5u32, "[a-z]{2,9}");
    prop::collection::vec((fresh, change, 0..3u32), 1..20).prop_map(|rows| {
        let mut texts: Vec<Vec<String>> = Vec::new();
        for (fresh, (which, at, kind, word), again) in rows {
            if again == 0 || texts.is_empty() {
                texts.push(fresh);
                continue;
            }
            let mut text: Vec<String> = which.get::<Vec<String>>(&texts).clone();
            let at = at % text.len().max(1);
            match kind {
                0 if !text.is_empty() => drop(text.remove(at)),
                1 if !text.is_empty() => text[at] = word,
                2 => text.insert(at.min(text.len()), word),
                3 => text = text.iter().map(|word| word.to_uppercase()).collect(),
                _ => {}
            }
            texts.push(text);
        }
        texts.iter().map(|words| words.join(" ")).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    // Texts that are just like enough may miss each other: at 1 - 0.002 a pair, seldom enough to see each by itself.
    #[test]
    fn every_copy_is_one_by_definition(texts in texts(), shift in 0..20u32, threshold in 0.5..1.0f64) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let n = texts.len() as u32;
        let order: Vec<u32> = (0..n).map(|row| (row + shift) % n).collect();
        let copies = found(&texts, &order, Some(threshold));
        let dropped: Vec<u32> = copies.iter().map(|&(row, _, _)| row).collect();
        for (row, of, likeness) in copies {
            prop_assert!(dropped.binary_search(&of).is_err(), "{} is kept", of);
            prop_assert!((likeness - naive::likeness(texts[row as usize], texts[of as usize])).abs() < 1e-12);
            prop_assert!(likeness >= threshold);
            let place = |row: u32| order.iter().position(|&other| other == row);
            prop_assert!(place(of) < place(row));
        }
    }

    #[test]
    fn finds_the_same_texts_without_a_threshold(texts in texts()) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let normal: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
        let first = |row: usize| normal.iter().position(|text| *text == normal[row]).unwrap();
        let expected: Vec<(u32, u32, f64)> = (0..texts.len())
            .filter(|&row| !texts[row].is_empty() && first(row) != row)
            .map(|row| (row as u32, first(row) as u32, 1.0))
            .collect();
        prop_assert_eq!(in_order(&texts, None), expected);
    }
}

/// Made-up texts in which the chance of a miss shows: all pairs of which are compared here too.
fn made_up(seed: u64, rows: u64) -> Vec<String> {
    let mut state = seed;
    let mut random = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let syllables =
        ["ba", "con", "di", "fer", "gu", "hal", "ik", "jor", "lem", "mo", "nat", "po", "ris", "su", "tel", "vu"];
    let mut word = move || (0..3).map(|_| syllables[random(16) as usize]).collect::<String>();
    let mut texts: Vec<Vec<String>> = Vec::new();
    for row in 0..rows as usize {
        if row % 3 == 0 {
            texts.push((0..30).map(|_| word()).collect());
        } else {
            let mut text = texts[row - 1].clone();
            let at = word().bytes().map(usize::from).sum::<usize>() % text.len();
            text[at] = word();
            texts.push(text);
        }
    }
    texts.into_iter().map(|words| words.join(" ")).collect()
}

#[test]
fn misses_one_pair_in_a_hundred_at_most() {
    let made = made_up(7, 600);
    let texts: Vec<&str> = made.iter().map(String::as_str).collect();
    let expected = naive::duplicates(&texts, &(0..600).collect::<Vec<_>>(), 0.9);
    let copies = in_order(&texts, Some(0.9));
    assert!(expected.len() > 200);
    let hit = expected.iter().filter(|(row, _, _)| copies.iter().any(|(other, _, _)| row == other)).count();
    assert!(hit * 100 >= expected.len() * 99, "{hit} of {}", expected.len());
    let (grouped, all) = (groups(&texts, 0.9), naive::groups(&texts, 0.9));
    let same = grouped.iter().zip(&all).filter(|(one, other)| one == other).count();
    assert!(same * 100 >= 600 * 98, "{same}");
}

/// Pairs that are just like enough share the fewest buckets, and one will do.
#[test]
fn finds_pairs_that_are_just_like_enough() {
    let made = made_up(11, 3_000);
    let pairs = made.chunks_exact(3).map(|texts| [&texts[0], &texts[1]]);
    let missed = |[one, other]: [&String; 2]| in_order(&[one, other], Some(naive::likeness(one, other))).is_empty();
    let missed = pairs.filter(|&pair| missed(pair)).count();
    assert!(missed <= 5, "{missed} of 1,000");
}

/// Of texts that one is as like as any, the first counts.
#[test]
fn the_first_of_those_as_like_is_named() {
    let made = made_up(13, 1_200);
    let mut alike = 0;
    for texts in made.chunks_exact(6) {
        let (one, other) = (&texts[0][..150], &texts[3][..150]);
        let both = format!("{one} {other}");
        if naive::likeness(one, &both).to_bits() != naive::likeness(other, &both).to_bits() {
            continue;
        }
        alike += 1;
        for order in [[0, 1, 2], [1, 0, 2]] {
            let found = found(&[one, other, &both], &order, Some(0.4));
            assert_eq!(found.iter().map(|&(row, of, _)| (row, of)).collect::<Vec<_>>(), [(2, order[0])]);
        }
    }
    assert!(alike >= 10, "{alike}");
}

/// Texts shorter than a run are that run.
#[test]
fn short_texts_are_apart() {
    let letters = || ('a'..='z').chain('\u{4e00}'..'\u{4e10}');
    for length in 1..=4usize {
        let texts: Vec<String> = letters().map(|letter| format!("{}{letter}", "x".repeat(length - 1))).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert_eq!(in_order(&texts, Some(0.5)), [], "{length}");
        assert_eq!(groups(&texts, 0.5), (0..texts.len() as u32).collect::<Vec<_>>(), "{length}");
    }
}

#[test]
fn keeps_what_differs_in_symbols_or_numbers() {
    let task = |language: &str| {
        format!("Write a program in {language} that reads a file of names and prints them sorted by length.")
    };
    let made = ["C", "C++", "C#", "c"].map(task);
    let texts: Vec<&str> = made.iter().map(String::as_str).collect();
    assert_eq!(in_order(&texts, Some(0.8)), [(3, 0, 1.0)]);
    let sum = |number: u32| {
        format!("A train leaves the station at noon with {number} people on board and comes back half full.")
    };
    assert_eq!(in_order(&[&sum(20), &sum(30), &sum(20)], Some(0.8)), [(2, 0, 1.0)]);
    assert_eq!(groups(&[&sum(20), "Something else", &sum(30)], 0.8), [0, 1, 0]);
}

#[test]
fn a_copy_goes_only_for_one_that_stays() {
    // Each is like its neighbours, the ends are not alike.
    let words: Vec<String> = made_up(1, 4).join(" ").split(' ').map(str::to_owned).collect();
    let words = [&words[..30], &words[90..]].concat();
    let chain: Vec<String> = (0..8).map(|nth| words[nth * 2..nth * 2 + 24].join(" ")).collect();
    let texts: Vec<&str> = chain.iter().map(String::as_str).collect();
    let threshold = 0.8;
    assert!(naive::likeness(texts[0], texts[1]) >= threshold && naive::likeness(texts[0], texts[3]) < threshold);
    assert_eq!(in_order(&texts, Some(threshold)), naive::duplicates(&texts, &[0, 1, 2, 3, 4, 5, 6, 7], threshold));
    assert_eq!(groups(&texts, threshold), [0; 8]);
}

#[test]
fn the_order_says_which_stays() {
    let texts =
        ["Name the planets of the sun", "name the planets of the sun", "Something else", "NAME THE PLANETS OF THE SUN"];
    assert_eq!(found(&texts, &[3, 2, 1, 0], Some(0.9)), [(0, 3, 1.0), (1, 3, 1.0)]);
}

#[test]
fn blank_texts_are_no_copies() {
    assert_eq!(in_order(&["", " ", "\n", ""], Some(0.9)), []);
    assert_eq!(groups(&["", " ", "a", "A"], 0.9), [0, 1, 2, 2]);
}

#[test]
fn many_that_are_alike_take_no_longer() {
    let made: Vec<String> = (0..20_000)
        .map(|row| format!("Here is a task that comes in many forms and only its number changes: {row}"))
        .collect();
    let texts: Vec<&str> = made.iter().map(String::as_str).collect();
    assert!(in_order(&texts, Some(0.8)).is_empty());
    assert_eq!(groups(&texts, 0.8), vec![0; 20_000]);
}

/// Texts on one pattern that are no copies: each pair of them would take minutes.
#[test]
fn many_on_one_pattern_take_no_longer() {
    let words = made_up(17, 1_200).join(" ");
    let mut words: Vec<&str> = words.split(' ').collect();
    words.sort_unstable();
    words.dedup();
    let made: Vec<String> = words
        .iter()
        .flat_map(|word| [("old", "short"), ("new", "short"), ("old", "long")].map(|(age, length)| (word, age, length)))
        .map(|(word, age, length)| {
            format!(
                "Explain the word {word} to a child of seven years in a {length} sentence from an {age} book, please."
            )
        })
        .collect();
    assert!(made.len() > 9_000, "{}", made.len());
    let texts: Vec<&str> = made.iter().map(String::as_str).collect();
    let few: Vec<&str> = texts[..300].to_vec();
    assert_eq!(in_order(&few, Some(0.95)), naive::duplicates(&few, &(0..300).collect::<Vec<_>>(), 0.95));
    assert_eq!(groups(&few, 0.95), naive::groups(&few, 0.95));
    let copies = in_order(&texts, Some(0.95));
    assert!(
        copies
            .iter()
            .all(|&(row, of, _)| row / 3 == of / 3 || naive::likeness(texts[row as usize], texts[of as usize]) >= 0.95)
    );
    assert_eq!(groups(&texts, 0.95).len(), texts.len());
}

#[test]
fn many_texts_side_by_side_are_as_each_by_itself() {
    let made = made_up(3, 3000);
    let again: Vec<&str> = made.iter().chain(&made).chain(&made).map(String::as_str).collect();
    let once = in_order(&again[..3000], Some(0.9));
    assert!(once.len() > 1000);
    let copies = in_order(&again, Some(0.9));
    assert_eq!(copies.len(), once.len() + 6000);
    assert!(copies.iter().all(|&(row, of, _)| of < 3000 && (row >= 3000 || once.iter().any(|copy| copy.0 == row))));
}

#[test]
fn refuses_what_makes_no_sense() {
    for (order, threshold) in
        [(vec![0], 0.9), (vec![0, 0], 0.9), (vec![0, 2], 0.9), (vec![0, 1], 0.0), (vec![0, 1], f64::NAN)]
    {
        let refused = duplicates(&["a", "b"], &order, Some(threshold), &Interrupt::never());
        assert!(matches!(refused, Err(Error::Malformed(_))), "{order:?} {threshold}");
    }
}

#[test]
fn stops_when_asked() {
    let texts = vec!["some text that is looked at for a while, again and again"; 1 << 14];
    let order: Vec<u32> = (0..1 << 14).collect();
    let stopped = duplicates(&texts, &order, Some(0.9), &Interrupt::new(&|| true));
    assert_eq!(stopped, Err(Error::Interrupted));
}
