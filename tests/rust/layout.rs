//! The modules of the core keep their order: none uses another that uses it, in one step or in many.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails should stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{read_dir, read_to_string};
use std::path::Path;

type Uses = BTreeMap<String, BTreeSet<String>>;

/// The source of each module by its path, `select::order` for `select/order.rs`; without its tests.
fn sources(folder: &Path, module: &str, found: &mut BTreeMap<String, String>) {
    for entry in read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let full = if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") };
        if path.is_dir() {
            sources(&path, &full, found);
        } else {
            let text = read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned();
            found.insert(if name == "mod" { module.to_owned() } else { full }, code);
        }
    }
}

/// What every module uses of the others, but for children of its own: a folder's `mod.rs` puts these together.
fn uses() -> Uses {
    let mut sources_of = BTreeMap::new();
    sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/rust/src")), "", &mut sources_of);
    sources_of.remove("lib");
    let longest = |path: &str| {
        let mut path = path;
        loop {
            if sources_of.contains_key(path) {
                return Some(path.to_owned());
            }
            path = path.rsplit_once("::")?.0;
        }
    };
    let mut uses = Uses::new();
    for (module, code) in &sources_of {
        let above = module.rsplit_once("::").map_or("", |(above, _)| above);
        let others = uses.entry(module.clone()).or_default();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for (prefix, base) in [("crate::", ""), ("super::", above)] {
                for (at, _) in line.match_indices(prefix) {
                    let rest = &line[at + prefix.len()..];
                    let path: String = rest.chars().take_while(|&c| c.is_alphanumeric() || "_:".contains(c)).collect();
                    let full = if base.is_empty() { path } else { format!("{base}::{path}") };
                    others.extend(longest(full.trim_end_matches(':')).filter(|other| other != module));
                }
            }
        }
    }
    uses
}

/// A way from a module back to itself.
fn circle(uses: &Uses, start: &str) -> Option<Vec<String>> {
    let mut waiting = vec![vec![start.to_owned()]];
    let mut seen = BTreeSet::new();
    while let Some(way) = waiting.pop() {
        for next in &uses[&way[way.len() - 1]] {
            if next == start {
                return Some(way);
            }
            if seen.insert(next.clone()) {
                waiting.push([&way[..], std::slice::from_ref(next)].concat());
            }
        }
    }
    None
}

#[test]
fn no_module_uses_one_that_uses_it() {
    let uses = uses();
    assert!(uses["select::complexity_first"].contains("tags"), "uses are found: {uses:?}");
    let circles: Vec<_> = uses.keys().filter_map(|module| circle(&uses, module)).collect();
    assert!(circles.is_empty(), "{circles:?}");
}

#[test]
fn only_the_bindings_know_of_python() {
    for (module, used) in uses() {
        assert!(module.starts_with("python") || !used.iter().any(|other| other.starts_with("python")), "{module}");
    }
}

#[test]
fn circles_are_found() {
    let uses = |of: &[&str]| of.iter().map(|&name| name.to_owned()).collect::<BTreeSet<_>>();
    let graph = Uses::from([("a".into(), uses(&["b"])), ("b".into(), uses(&["c"])), ("c".into(), uses(&["b"]))]);
    assert_eq!(circle(&graph, "a"), None);
    assert_eq!(circle(&graph, "b"), Some(vec!["b".into(), "c".into()]));
}
