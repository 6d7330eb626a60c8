//! The shape of JSON: which kinds of values stand where, over many texts.

use std::fmt;

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use serde_core::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};

use crate::error::Result;
use crate::interrupt::Interrupt;

/// How many of the keys that come twice in an object are remembered.
const LISTED: usize = 5;
/// Beyond these a float may have been an integer that was too large for any other number.
const LARGEST: f64 = 9_223_372_036_854_775_808.0;

/// What the values in one place have been, over all texts; null says nothing.
#[derive(Debug, Default)]
pub struct Shape {
    /// Whether there were booleans.
    pub booleans: bool,
    /// Whether there were integers, and the lowest and highest of them and 0.
    pub integers: Option<(i128, i128)>,
    /// Whether there were numbers with a fraction or an exponent.
    pub floats: bool,
    /// Whether there were strings.
    pub strings: bool,
    /// The members of all lists, if there were lists.
    pub item: Option<Box<Shape>>,
    /// The members of all objects by their keys, in order of appearance, if there were objects.
    pub fields: Option<Fields>,
}

/// The fields of objects.
#[derive(Debug, Default)]
pub struct Fields {
    /// The key of each field, and its shape.
    pub all: Vec<(String, Shape)>,
    places: HashMap<String, usize, RandomState>,
    /// The object that each field was last seen in.
    seen: Vec<u64>,
}

/// The shape of texts that come part by part.
#[derive(Debug, Default)]
pub struct Shaper {
    /// The shape of all values so far.
    pub shape: Shape,
    /// The first keys that came twice in an object, each with the number of its text.
    pub repeated: Vec<(usize, String)>,
    /// How many texts have an object with a key twice.
    pub repeating: usize,
    /// How many texts are not JSON, nest deeper than 127 objects and lists, or hold half a character.
    pub unread: usize,
    /// Whether a number may not be what it seems: an integer of more than 64 bits, or a negative zero.
    pub doubtful: bool,
    texts: usize,
    objects: u64,
}

impl Shaper {
    /// Takes more texts into account.
    ///
    /// # Errors
    /// [`crate::Error::Interrupted`] if the caller wants to stop.
    pub fn push<'a>(&mut self, texts: impl Iterator<Item = &'a str>, interrupt: &Interrupt) -> Result<()> {
        for text in texts {
            interrupt.ask()?;
            let mut notes = Notes { objects: self.objects, repeated: Vec::new(), doubtful: false };
            let mut reader = serde_json::Deserializer::from_str(text);
            let outcome = Place { shape: &mut self.shape, notes: &mut notes }.deserialize(&mut reader);
            if outcome.and_then(|()| reader.end()).is_err() {
                self.unread += 1;
            }
            self.objects = notes.objects;
            self.doubtful |= notes.doubtful;
            self.repeating += usize::from(!notes.repeated.is_empty());
            let room = LISTED - self.repeated.len();
            self.repeated.extend(notes.repeated.into_iter().take(room).map(|key| (self.texts, key)));
            self.texts += 1;
        }
        Ok(())
    }
}

/// What is noticed on the way through one text.
struct Notes {
    objects: u64,
    repeated: Vec<String>,
    doubtful: bool,
}

/// A place in a text, where a value is read.
struct Place<'a> {
    shape: &'a mut Shape,
    notes: &'a mut Notes,
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = ();

    fn deserialize<D: serde_core::Deserializer<'de>>(self, reader: D) -> std::result::Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> std::result::Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> std::result::Result<(), E> {
        self.shape.booleans = true;
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<(), E> {
        self.shape.add_integer(value.into());
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<(), E> {
        self.shape.add_integer(value.into());
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<(), E> {
        self.shape.floats = true;
        self.notes.doubtful |= value.abs() >= LARGEST || (value == 0.0 && value.is_sign_negative());
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> std::result::Result<(), E> {
        self.shape.strings = true;
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> std::result::Result<(), A::Error> {
        let item = self.shape.item.get_or_insert_default();
        while members.next_element_seed(Place { shape: &mut *item, notes: &mut *self.notes })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> std::result::Result<(), A::Error> {
        let fields = self.shape.fields.get_or_insert_default();
        self.notes.objects += 1;
        let object = self.notes.objects;
        let mut next = 0;
        while let Some(place) = members.next_key_seed(Key { fields: &mut *fields, next })? {
            if fields.seen[place] == object {
                self.notes.repeated.push(fields.all[place].0.clone());
            }
            fields.seen[place] = object;
            next = place + 1;
            let shape =
                fields.all.get_mut(place).map(|(_, shape)| shape).ok_or_else(|| A::Error::custom("no field"))?;
            members.next_value_seed(Place { shape, notes: &mut *self.notes })?;
        }
        Ok(())
    }
}

/// A key, read as the place of its field; objects mostly have their keys in one order, so `next` is tried first.
struct Key<'a> {
    fields: &'a mut Fields,
    next: usize,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = usize;

    fn deserialize<D: serde_core::Deserializer<'de>>(self, reader: D) -> std::result::Result<usize, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> std::result::Result<usize, E> {
        Ok(self.fields.place(key, self.next))
    }
}

impl Fields {
    fn place(&mut self, key: &str, next: usize) -> usize {
        if self.all.get(next).is_some_and(|(name, _)| name == key) {
            return next;
        }
        if let Some(place) = self.places.get(key) {
            return *place;
        }
        let place = self.all.len();
        self.places.insert(key.to_owned(), place);
        self.all.push((key.to_owned(), Shape::default()));
        self.seen.push(0);
        place
    }
}

impl Shape {
    fn add_integer(&mut self, value: i128) {
        let (low, high) = self.integers.unwrap_or_default();
        self.integers = Some((low.min(value), high.max(value)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaped(texts: &[&str]) -> Shaper {
        let mut shaper = Shaper::default();
        shaper.push(texts.iter().copied(), &Interrupt::never()).unwrap();
        shaper
    }

    fn fields(shape: &Shape) -> Vec<(&str, &Shape)> {
        shape.fields.as_ref().unwrap().all.iter().map(|(key, shape)| (key.as_str(), shape)).collect()
    }

    #[test]
    fn kinds_stand_where_they_were_seen() {
        let found = shaped(&[r#"{"b": [1, -2, null], "a": {"x": "é\n"}}"#, r#"{"a": true, "c": 0.5, "b": []}"#]);
        let [("b", b), ("a", a), ("c", c)] = fields(&found.shape)[..] else { panic!("{:?}", found.shape) };
        assert_eq!(b.item.as_ref().unwrap().integers, Some((-2, 1)));
        assert!(a.booleans && !a.strings && fields(a)[0].1.strings);
        assert!(c.floats && c.integers.is_none());
        assert_eq!((found.unread, found.doubtful, found.repeating), (0, false, 0));
    }

    #[test]
    fn a_key_twice_is_noticed_in_its_own_object_only() {
        let found = shaped(&[
            r#"[{"k": 1}, {"k": 2}]"#,
            r#"{"k": {"k": 1}}"#,
            r#"{"k": 1, "\u006b": {"j": 1, "j": null, "j": 2}}"#,
        ]);
        assert_eq!(found.repeating, 1);
        let repeated = [(2, "k".to_owned()), (2, "j".to_owned()), (2, "j".to_owned())];
        assert_eq!(found.repeated, repeated);
        let more = shaped(&[r#"{"a": 1, "a": 1}"#; 9]);
        assert_eq!((more.repeating, more.repeated.len()), (9, LISTED));
    }

    #[test]
    fn what_is_no_json_is_counted() {
        let deep = "[".repeat(200) + &"]".repeat(200);
        let found = shaped(&["", "{", r#"{"a": NaN}"#, r#""\ud83d""#, "{} {}", "1e999", &deep, "{}"]);
        assert_eq!(found.unread, 7);
    }

    #[test]
    fn numbers_that_may_be_others_are_in_doubt() {
        for text in ["18446744073709551616", "-9223372036854775809", "-0", "-0.0", "1e19"] {
            assert!(shaped(&[text]).doubtful, "{text}");
        }
        for text in ["18446744073709551615", "-9223372036854775808", "0", "1e18", "0.0"] {
            assert!(!shaped(&[text]).doubtful, "{text}");
        }
    }

    #[test]
    fn stops_when_asked() {
        let stop = || true;
        let outcome = Shaper::default().push(["{}"].into_iter(), &Interrupt::new(&stop));
        assert_eq!(outcome, Err(crate::Error::Interrupted));
    }
}
