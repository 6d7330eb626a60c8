//! Rules on strings: NLTK's stems, what cleaning keeps, and tags under other names.

use std::collections::BTreeSet;

use instag::{Error, Interrupt, Relabelled, Result, TagSets, clean, relabel, stem, stem_key};
use proptest::prelude::*;

/// Words and what `nltk.stem.PorterStemmer().stem` makes of them, one pair a line.
const STEMS: &str = include_str!("stems.txt");

#[test]
fn stems_are_those_of_nltk() {
    let mut words = 0;
    for line in STEMS.lines() {
        let (word, expected) = line.split_once(' ').unwrap();
        assert_eq!(stem(word), expected, "{word}");
        words += 1;
    }
    assert!(words > 500);
    // What is left may be a single vowel.
    assert_eq!(["aed", "oing"].map(stem), ["a", "o"]);
    // A y after the first letter stays, where the word is no longer than that.
    assert_eq!(["bys", "skys"].map(stem), ["by", "ski"]);
}

#[test]
fn other_scripts_are_their_own_stems() {
    for word in ["перевод", "机器学习", "कक्षा", "c++", "c#", "node.js", "GPT", "gpt-4", "x2s", "as"]
    {
        assert_eq!(stem(word), word);
    }
    assert_eq!(stem_key("organizations of tests c++"), "organ of test c++");
}

#[test]
fn cleans() {
    let cases = [
        ("C", "c"),
        ("C++", "c++"),
        ("C ++", "c++"),
        ("C#", "c#"),
        ("C #", "c#"),
        ("C♯", "c#"),
        ("F#", "f#"),
        ("c++17", "c++17"),
        ("C, C++", "c c++"),
        ("notepad++", "notepad++"),
        ("google+", "google+"),
        ("#hashtag", "hashtag"),
        ("@mention", "mention"),
        (".NET", ".net"),
        ("ASP.NET", "asp.net"),
        ("(.env) file", ".env file"),
        ("Node.js", "node.js"),
        ("node.js.", "node.js"),
        ("GPT-4.1", "gpt 4.1"),
        ("python 3.11", "python 3.11"),
        ("A* search", "a* search"),
        ("the A* search", "the a* search"),
        ("salt +pepper", "salt pepper"),
        ("50%", "50%"),
        ("%d", "d"),
        ("R&D", "r&d"),
        ("Q & A", "q and a"),
        ("AT&T", "at&t"),
        ("&d", "and d"),
        ("a&", "a and"),
        ("ab&cd", "ab and cd"),
        ("a-5", "a 5"),
        ("ab*", "ab"),
        ("a *b", "a b"),
        ("a+ b", "a+ b"),
        ("a. b", "a b"),
        ("x;.b", "x b"),
        ("science&math", "science and math"),
        ("python+sql", "python sql"),
        ("python + sql", "python and sql"),
        ("C++ + SQL", "c++ and sql"),
        ("C + +", "c++"),
        ("a + + b", "a++ b"),
        ("1 + 1", "1 1"),
        ("sum +", "sum"),
        ("-5", "-5"),
        ("−5 degrees", "-5 degrees"),
        ("between -5 and 5", "between -5 and 5"),
        ("root of (-1)", "root of -1"),
        ("GPT - 4", "gpt 4"),
        ("covid-19", "covid 19"),
        ("--5", "5"),
        ("50% off", "50% off"),
        ("$100", "$100"),
        ("U.S. history", "us history"),
        ("u.s.a", "usa"),
        ("e.g. examples", "eg examples"),
        ("e.g.examples", "eg examples"),
        ("a.net", "a.net"),
        ("node.j.s", "node.j.s"),
        ("menu.s.", "menu.s"),
        ("don’t", "dont"),
        ("don't-stop", "dont stop"),
        ("Newton's law", "newton law"),
        ("O'Reilly", "oreilly"),
        ("rock'n'roll", "rocknroll"),
        ("l'été", "lété"),
        ("5'10\" tall", "5 10 tall"),
        ("'90s", "90s"),
        ("students' work", "students work"),
        ("café", "café"),
        ("cafe\u{301}", "café"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("ﬁne", "fine"),
        ("ＦＵＬＬ　width", "full width"),
        ("TCP/IP", "tcp ip"),
        ("x_y_z", "x y z"),
        ("step-by-step", "step by step"),
        ("  spaced   out ", "spaced out"),
        ("soft\u{ad}hyphen", "softhyphen"),
        ("Windows™", "windows"),
        ("自然语言处理", "自然语言处理"),
        ("机器，学习", "机器 学习"),
        ("Обработка Текста", "обработка текста"),
        ("معالجة اللغة", "معالجة اللغة"),
        ("می‌خواهم", "می‌خواهم"),
        ("हिन्दी", "हिन्दी"),
        ("🚀", "🚀"),
        ("👍🏽 reaction", "👍🏽 reaction"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("++", "++"),
        (":)", ":)"),
        ("", ""),
        (" \t", ""),
    ];
    for (tag, expected) in cases {
        assert_eq!(clean(tag), expected, "{tag:?}");
    }
}

/// A mark that is near another, or a word or number, without being a part of it.
#[test]
fn cleans_marks_by_what_is_around_them() {
    for (tag, expected) in
        [("a + +b", "a b"), ("ab # x", "ab x"), ("o'9", "o9"), ("abc d's", "abc d"), ("5's'5", "5 5")]
    {
        assert_eq!(clean(tag), expected, "{tag:?}");
    }
}

fn relabelled(offsets: &[i64], codes: &[u32], names: &[i64], interrupt: &Interrupt) -> Result<Relabelled> {
    let n_tags = codes.iter().max().map_or(0, |&code| code as usize + 1);
    relabel(&TagSets::new(offsets, codes, n_tags)?, names, interrupt)
}

#[test]
fn relabels() {
    // Row 0: kept 0, 1 joins it. Row 1: 1 becomes 0. Row 2: 2 goes. Row 3: 1 comes first, yet 0 is there itself.
    let (offsets, codes, names) = ([0, 2, 3, 4, 4, 6], [0, 1, 1, 2, 1, 0], [0, 0, -1]);
    let out = relabelled(&offsets, &codes, &names, &Interrupt::never()).unwrap();
    assert_eq!(out.tags.offsets(), [0, 1, 2, 2, 2, 3]);
    assert_eq!(out.tags.codes(), [0, 0, 0]);
    assert_eq!(out.tags.holders(), [3, 0, 0]);
    assert_eq!((out.kept, out.merged, out.dropped, out.deduplicated), (2, 1, 1, 2));
}

/// More rows than one thread takes at a time, looked at one after the other.
#[test]
fn relabels_many_rows() {
    let mut state = 1u64;
    let mut below = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    let names: Vec<i64> = (0..40).map(|tag| if tag % 7 == 0 { -1 } else { tag - tag % 3 }).collect();
    let rows: Vec<Vec<u32>> = (0..200_000).map(|_| (0..below(6)).map(|_| below(40) as u32).collect()).collect();
    let mut expected = (vec![0], Vec::new(), vec![0; 40], 0);
    for row in &rows {
        let start = expected.1.len();
        for &code in row {
            let name = names[code as usize];
            if name >= 0 && !expected.1[start..].contains(&(name as u32)) {
                expected.1.push(name as u32);
                expected.2[name as usize] += 1;
                expected.3 += u64::from(row.contains(&(name as u32)) && names[name as usize] == name);
            }
        }
        expected.0.push(expected.1.len() as i64);
    }
    let mut offsets = vec![0];
    offsets.extend(rows.iter().scan(0, |end, row| {
        *end += row.len() as i64;
        Some(*end)
    }));
    let codes = rows.concat();
    let out = relabelled(&offsets, &codes, &names, &Interrupt::never()).unwrap();
    let found = (out.tags.offsets().to_vec(), out.tags.codes().to_vec(), out.tags.holders().to_vec(), out.kept);
    assert_eq!(found, expected);
    let sets: Vec<BTreeSet<u32>> = rows.iter().map(|row| row.iter().copied().collect()).collect();
    let dropped = sets.iter().flatten().filter(|&&code| names[code as usize] < 0).count();
    assert_eq!(out.dropped, dropped as u64);
    let came = sets.iter().map(BTreeSet::len).sum::<usize>();
    assert_eq!(out.kept + out.merged + out.dropped + out.deduplicated, came as u64);

    let stop = || true;
    let stopped = relabelled(&offsets, &codes, &names, &Interrupt::new(&stop)).unwrap_err();
    assert_eq!(stopped, Error::Interrupted);
}

#[test]
fn says_what_is_no_relabelling() {
    let message = |names: &[i64]| {
        let error: Error = relabelled(&[0, 1], &[0], names, &Interrupt::never()).unwrap_err();
        error.to_string()
    };
    assert_eq!(message(&[]), "names: expected one for each of 1 tags; found 0");
    assert_eq!(message(&[1]), "names: expected -1 or a code below 1; found 1");
    assert_eq!(message(&[-2]), "names: expected -1 or a code below 1; found -2");
    assert!(relabelled(&[0, 1], &[0], &[1, -1], &Interrupt::never()).is_ok());
}

/// Characters that have made trouble, among any others.
fn tag() -> impl Strategy<Value = String> {
    let awkward: Vec<char> =
        "aBcC sS'’.+#*&%-_/(,1²½ßςİıﬁΣ™©$€🚀👍🏽\u{200d}\u{fe0f}\u{301}\u{307}\u{ad}机器яعن\u{200c}ﷺ".chars().collect();
    let one = prop_oneof![4 => prop::sample::select(awkward), 1 => any::<char>()];
    prop::collection::vec(one, 0..12).prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn cleaning_twice_changes_nothing(tag in tag()) {
        let once = clean(&tag);
        prop_assert_eq!(clean(&once), once);
    }

    #[test]
    fn only_a_blank_tag_becomes_empty(tag in tag()) {
        prop_assert_eq!(clean(&tag).is_empty(), tag.chars().all(char::is_whitespace));
    }

    #[test]
    fn letters_of_other_scripts_survive(tag in "[\u{4e00}-\u{4fff}\u{430}-\u{44f}\u{627}-\u{64a}\u{1f680}-\u{1f6a0}]{1,9}") {
        prop_assert_eq!(clean(&tag), tag);
    }

    #[test]
    fn every_assignment_has_a_fate(
        rows in prop::collection::vec(prop::collection::vec(0u32..6, 0..6), 0..20),
        names in prop::collection::vec(-1i64..6, 6),
    ) {
        let codes: Vec<u32> = rows.concat();
        let mut offsets = vec![0];
        offsets.extend(rows.iter().scan(0, |end, row| { *end += row.len() as i64; Some(*end) }));
        let out = relabelled(&offsets, &codes, &names, &Interrupt::never()).unwrap();
        let came = rows.iter().map(|row| row.iter().collect::<BTreeSet<_>>().len()).sum::<usize>();
        prop_assert_eq!(out.kept + out.merged + out.dropped + out.deduplicated, came as u64);
        prop_assert_eq!(out.kept + out.merged, out.tags.n_pairs() as u64);
        for (nth, row) in rows.iter().enumerate() {
            let mut expected: Vec<u32> = Vec::new();
            for &code in row {
                let name = names[code as usize];
                if name >= 0 && !expected.contains(&(name as u32)) { expected.push(name as u32); }
            }
            prop_assert_eq!(out.tags.row(nth), &expected[..]);
        }
    }
}
