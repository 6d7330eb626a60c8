//! Porter's stemmer as NLTK has it by default: `PorterStemmer()`, that is, with NLTK's own departures from the paper.
//!
//! These are a list of irregular forms, `ies` and `ied` of short words, `bli`, `alli`, `fulli`, `logi`, and a looser
//! rule for words that end in `y` or `e`. No other implementation at hand gives the same stems.

/// Words whose stem is given.
const IRREGULAR: [(&str, &str); 16] = [
    ("canning", "canning"),
    ("cannings", "canning"),
    ("dying", "die"),
    ("exceed", "exceed"),
    ("howe", "howe"),
    ("inning", "inning"),
    ("innings", "inning"),
    ("lying", "lie"),
    ("news", "news"),
    ("outing", "outing"),
    ("outings", "outing"),
    ("proceed", "proceed"),
    ("skies", "sky"),
    ("sky", "sky"),
    ("succeed", "succeed"),
    ("tying", "tie"),
];

const STEP_2: [(&str, &str); 21] = [
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("bli", "ble"),
    ("alli", "al"),
    ("entli", "ent"),
    ("eli", "e"),
    ("ousli", "ous"),
    ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("biliti", "ble"),
    ("fulli", "ful"),
];

const STEP_3: [(&str, &str); 7] =
    [("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", "")];

const STEP_4: [&str; 19] = [
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti",
    "ous", "ive", "ize",
];

/// The stem of a word. Words that hold anything but `a` to `z` are their own stems, as are those of two letters.
///
/// ```
/// assert_eq!(instag::stem("organization"), instag::stem("organ")); // why a stem alone merges nothing
/// assert_eq!(instag::stem("analyses"), "analys");
/// assert_eq!(instag::stem("перевод"), "перевод");
/// ```
#[must_use]
pub fn stem(word: &str) -> String {
    if word.len() <= 2 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word.to_owned();
    }
    if let Some((_, stem)) = IRREGULAR.iter().find(|(irregular, _)| *irregular == word) {
        return (*stem).to_owned();
    }
    let mut word = word.to_owned();
    for step in [plural, participle, final_y, step_2, step_3, step_4, final_e] {
        step(&mut word);
    }
    word
}

/// The stems of the words of a cleaned tag, with a space between them.
#[must_use]
pub fn stem_key(tag: &str) -> String {
    tag.split(' ').map(stem).collect::<Vec<_>>().join(" ")
}

fn is_consonant(word: &[u8], at: usize) -> bool {
    match word[at] {
        b'a' | b'e' | b'i' | b'o' | b'u' => false,
        b'y' => at == 0 || !is_consonant(word, at - 1),
        _ => true,
    }
}

/// How often consonants follow vowels: Porter's m.
fn measure(stem: &str) -> usize {
    let letters = stem.as_bytes();
    (1..letters.len()).filter(|&at| !is_consonant(letters, at - 1) && is_consonant(letters, at)).count()
}

fn has_vowel(stem: &str) -> bool {
    (0..stem.len()).any(|at| !is_consonant(stem.as_bytes(), at))
}

/// Whether a word ends in consonant, vowel, consonant, the last none of w, x and y; NLTK's adds vowel, consonant.
fn is_short(word: &str) -> bool {
    let letters = word.as_bytes();
    let consonant = |back: usize| is_consonant(letters, letters.len() - back);
    match letters.len() {
        0 | 1 => false,
        2 => !consonant(2) && consonant(1),
        _ => consonant(3) && !consonant(2) && consonant(1) && !matches!(letters[letters.len() - 1], b'w' | b'x' | b'y'),
    }
}

fn shorten(word: &mut String, by: usize) {
    word.truncate(word.len() - by);
}

fn plural(word: &mut String) {
    if word.ends_with("ies") {
        shorten(word, if word.len() == 4 { 1 } else { 2 });
    } else if word.ends_with("sses") {
        shorten(word, 2);
    } else if word.ends_with('s') && !word.ends_with("ss") {
        shorten(word, 1);
    }
}

fn participle(word: &mut String) {
    if word.ends_with("ied") {
        shorten(word, if word.len() == 4 { 1 } else { 2 });
        return;
    }
    if let Some(stem) = word.strip_suffix("eed") {
        if measure(stem) > 0 {
            shorten(word, 1);
        }
        return;
    }
    let Some(stem) = ["ed", "ing"].iter().find_map(|end| word.strip_suffix(end).filter(|stem| has_vowel(stem))) else {
        return;
    };
    let mut stem = stem.to_owned();
    let letters = stem.as_bytes();
    let n = letters.len();
    let doubled = n > 1 && letters[n - 1] == letters[n - 2] && is_consonant(letters, n - 1);
    if ["at", "bl", "iz"].iter().any(|end| stem.ends_with(end)) {
        stem.push('e');
    } else if doubled {
        if !stem.ends_with(['l', 's', 'z']) {
            shorten(&mut stem, 1);
        }
    } else if measure(&stem) == 1 && is_short(&stem) {
        stem.push('e');
    }
    *word = stem;
}

fn final_y(word: &mut String) {
    let n = word.len();
    if word.ends_with('y') && n > 2 && is_consonant(word.as_bytes(), n - 2) {
        shorten(word, 1);
        word.push('i');
    }
}

/// Replaces the first ending of a list that a word has, if what is before it is long enough.
fn replace(word: &mut String, endings: &[(&str, &str)]) -> bool {
    let Some((end, other)) = endings.iter().find(|(end, _)| word.ends_with(end)) else { return false };
    let start = word.len() - end.len();
    if measure(&word[..start]) > 0 {
        word.replace_range(start.., other);
    }
    true
}

fn step_2(word: &mut String) {
    while word.ends_with("alli") && measure(&word[..word.len() - 4]) > 0 {
        shorten(word, 2);
    }
    // The l of logi counts as part of what is before the ending.
    if !replace(word, &STEP_2) && word.ends_with("logi") && measure(&word[..word.len() - 3]) > 0 {
        shorten(word, 1);
    }
}

fn step_3(word: &mut String) {
    replace(word, &STEP_3);
}

fn step_4(word: &mut String) {
    let Some(end) = STEP_4.iter().find(|end| word.ends_with(*end)) else { return };
    let stem = &word[..word.len() - end.len()];
    if measure(stem) > 1 && (*end != "ion" || stem.ends_with(['s', 't'])) {
        shorten(word, end.len());
    }
}

fn final_e(word: &mut String) {
    if let Some(stem) = word.strip_suffix('e') {
        let measure = measure(stem);
        if measure > 1 || measure == 1 && !is_short(stem) {
            shorten(word, 1);
        }
    }
    if word.ends_with("ll") && measure(&word[..word.len() - 1]) > 1 {
        shorten(word, 1);
    }
}
