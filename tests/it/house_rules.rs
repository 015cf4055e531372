//! House rules that no compiler checks (CONTRIBUTING.md gives them in words). Each says why it exists.

#![allow(clippy::unwrap_used)]

use keptang_tests::tree::{self, File, Rule};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// This file spells the words it forbids.
const SELF: &str = "tests/it/house_rules.rs";

fn files() -> Vec<File> {
    let files = tree::files();
    assert!(
        files.len() > 60,
        "the whole checkout is looked at, not {} files",
        files.len()
    );
    files.into_iter().filter(|file| file.path != SELF).collect()
}

fn is_source(file: &File) -> bool {
    [".rs", ".ts", ".svelte", ".css", ".sql"]
        .iter()
        .any(|end| file.path.ends_with(end))
        || file.path.starts_with("script/")
        || file.path.starts_with(".ci/")
}

fn is_generated(file: &File) -> bool {
    file.path.starts_with("ui/src/ipc/generated/")
}

fn is_test(file: &File) -> bool {
    file.path.starts_with("tests/") || file.path.contains("/tests/") || file.name().contains("test")
}

/// Whether `word` stands in `line` with no letter, digit or underscore beside it.
fn has_word(line: &str, word: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].chars().next_back().is_some_and(part_of_name)
            && !line[at + word.len()..].chars().next().is_some_and(part_of_name)
    })
}

#[test]
fn names_say_what_a_thing_is() {
    let mut rule = Rule::new(
        "utils, helpers, common and manager say where a thing was put, not what it is; they only ever grow",
    );
    let refused = ["util", "utils", "helper", "helpers", "common", "manager", "misc"];
    for file in files() {
        for part in file.path.split('/') {
            let words: Vec<String> = part.split(['.', '-', '_']).map(str::to_lowercase).collect();
            let bad = words.iter().any(|word| refused.contains(&word.as_str()));
            rule.check(!bad, file.path.clone());
        }
        if !file.path.ends_with(".rs") {
            continue;
        }
        for (number, line) in file.numbered() {
            let mut words = line
                .trim_start()
                .trim_start_matches("pub ")
                .trim_start_matches("pub(crate) ")
                .split_whitespace();
            if let (Some("struct" | "enum" | "trait" | "mod" | "type"), Some(name)) =
                (words.next(), words.next())
            {
                let name = name.to_lowercase();
                let bad = ["manager", "helper", "utils"]
                    .iter()
                    .any(|word| name.contains(word));
                rule.check(!bad, format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    rule.end();
}

/// Where the real clock may be read, and what for.
const CLOCK_READERS: &[(&str, &str)] = &[
    ("src-tauri/crates/api/src/system.rs", "the clock adapter"),
    (
        "src-tauri/crates/simulator/src/clock.rs",
        "the simulator is another program with a clock of its own",
    ),
];

#[test]
fn the_clock_is_read_in_one_place() {
    let mut rule = Rule::new(
        "time enters through the clock port, so that a test can move it. Tokio's Instant is fine: it only measures, \
         and a test can pause it",
    );
    let reads = [
        "SystemTime::now",
        "Timestamp::now",
        "Zoned::now",
        "Utc::now",
        "Local::now",
    ];
    let sources = files();
    for file in sources
        .iter()
        .filter(|file| file.path.starts_with("src-tauri/") && file.path.ends_with(".rs") && !is_test(file))
        .filter(|file| !CLOCK_READERS.iter().any(|(path, _)| *path == file.path))
    {
        for (number, line) in file.product_lines() {
            let wall = reads.iter().any(|read| line.contains(*read));
            let unmovable = line.contains("std::time") && has_word(line, "Instant");
            rule.check(
                !wall && !unmovable,
                format!("{}:{number}: {}", file.path, line.trim()),
            );
        }
    }
    for (path, _) in CLOCK_READERS {
        rule.check(
            sources.iter().any(|file| file.path == *path),
            format!("{path} is allowed to read the clock but is gone"),
        );
    }
    rule.end();
}

#[test]
fn money_is_never_a_float() {
    let mut rule =
        Rule::new("0.1 + 0.2 is not 0.3 in binary; an amount is integer satang from the wire to the screen");
    let money_crates =
        ["domain", "ports", "checkout", "ledger", "api"].map(|name| format!("src-tauri/crates/{name}/src/"));
    for file in files().iter().filter(|file| {
        money_crates
            .iter()
            .any(|folder| file.path.starts_with(folder.as_str()))
    }) {
        for (number, line) in file.numbered() {
            let float = ["f32", "f64"].iter().any(|word| has_word(line, word))
                && !line.trim_start().starts_with("//");
            rule.check(!float, format!("{}:{number}: {}", file.path, line.trim()));
        }
    }
    rule.end();
}

/// Where a provider's vectors stand when it signs nothing of its own.
const VECTORS_ELSEWHERE: &[(&str, &str)] = &[(
    "promptpay_direct",
    "src-tauri/crates/domain/src/promptpay/vectors.rs",
)];

#[test]
fn every_provider_has_fixtures_and_vectors() {
    let mut rule =
        Rule::new("a provider without recorded replies and published vectors is only believed to work");
    let files = files();
    let folder = "src-tauri/crates/providers/src/";
    let providers: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| {
            file.path
                .strip_prefix(folder)?
                .split_once('/')
                .map(|(provider, _)| provider)
        })
        .collect();
    assert!(!providers.is_empty(), "the providers are looked at");
    for provider in providers {
        if let Some((_, vectors)) = VECTORS_ELSEWHERE.iter().find(|(id, _)| *id == provider) {
            rule.check(
                files.iter().any(|file| file.path == *vectors),
                format!("{provider}: no {vectors}"),
            );
            continue;
        }
        let fixtures = format!("tests/fixtures/providers/{provider}/");
        rule.check(
            files.iter().any(|file| file.path.starts_with(&fixtures)),
            format!("{provider}: nothing in {fixtures}"),
        );
        let vectors = files.iter().any(|file| {
            let own = file.path.starts_with(&format!("{folder}{provider}/"))
                || file
                    .path
                    .starts_with(&format!("src-tauri/crates/providers/tests/{provider}"));
            own && (file.name().contains("sign") || file.name().contains("vectors"))
                && file.text.contains("#[test]")
        });
        rule.check(
            vectors,
            format!("{provider}: no tested sign.rs and no vectors.rs"),
        );
    }
    rule.end();
}

#[test]
fn every_decision_is_linked_and_whole() {
    let mut rule = Rule::new("a decision nobody finds is made again, differently");
    let files = files();
    let index = files
        .iter()
        .find(|file| file.path == "docs/adr/README.md")
        .expect("docs/adr has an index");
    let decisions: Vec<&File> = files
        .iter()
        .filter(|file| file.path.starts_with("docs/adr/0") && file.path.ends_with(".md"))
        .collect();
    assert!(decisions.len() >= 12, "the decisions are looked at");
    for (position, decision) in decisions.iter().enumerate() {
        let name = decision.name();
        rule.check(
            index.text.contains(&format!("({name})")),
            format!("{name} is not linked from docs/adr/README.md"),
        );
        rule.check(
            name.starts_with(&format!("{:04}-", position + 1)),
            format!("{name}: numbers run without a gap"),
        );
        for heading in ["## Context", "## Decision", "## Consequences"] {
            rule.check(
                decision.text.contains(heading),
                format!("{name} has no \"{heading}\""),
            );
        }
    }
    rule.end();
}

#[test]
fn a_file_is_read_in_one_sitting() {
    let mut rule = Rule::new("past 700 lines nobody reads a file before changing it; aim for 600");
    for file in files()
        .iter()
        .filter(|file| is_source(file) && !is_generated(file))
    {
        let lines = file.text.lines().count();
        rule.check(lines <= 700, format!("{}: {lines} lines", file.path));
    }
    rule.end();
}

#[test]
fn nothing_is_left_for_later_or_switched_off() {
    let mut rule = Rule::new(
        "a mark in the code is a promise nobody keeps, a switched-off test proves nothing, and a sleep is a race with \
         the machine: wait for the event instead",
    );
    let refused = [
        "TODO",
        "FIXME",
        "XXX",
        "#[ignore",
        "thread::sleep",
        "it.skip(",
        "test.skip(",
        "describe.skip(",
        "it.only(",
        "test.only(",
        "describe.only(",
        "allow(dead_code)",
        "unimplemented!(",
        "todo!(",
        "@ts-ignore",
        "@ts-nocheck",
    ];
    for file in files().iter().filter(|file| is_source(file)) {
        for (number, line) in file.numbered() {
            let found = refused.iter().find(|mark| {
                if mark.chars().all(char::is_uppercase) {
                    has_word(line, mark)
                } else {
                    line.contains(*mark)
                }
            });
            rule.check(
                found.is_none(),
                format!("{}:{number}: {}", file.path, line.trim()),
            );
        }
    }
    rule.end();
}

#[test]
fn a_migration_is_never_edited() {
    let mut rule = Rule::new(
        "a migration that ran on a shop's ledger cannot be changed there; what changes here would split the files in two kinds",
    );
    let list = tree::root().join("tests/fixtures/migrations.sha256");
    let list = std::fs::read_to_string(list).expect("tests/fixtures/migrations.sha256 lists every migration");
    let listed: BTreeMap<&str, &str> = list
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(sum, path)| (path, sum))
        .collect();
    let files = files();
    let migrations: Vec<&File> = files
        .iter()
        .filter(|file| {
            file.path.starts_with("src-tauri/crates/ledger/migrations/") && file.path.ends_with(".sql")
        })
        .collect();
    assert!(!migrations.is_empty(), "the migrations are looked at");
    for file in &migrations {
        let sum = hex::encode(Sha256::digest(file.text.as_bytes()));
        match listed.get(file.path.as_str()) {
            Some(known) => rule.check(
                *known == sum,
                format!("{} was edited: write a new migration instead", file.path),
            ),
            None => rule.broken(format!(
                "new migration; add this line to tests/fixtures/migrations.sha256:\n{sum}  {}",
                file.path
            )),
        }
        let name = file.name();
        let dated = name.len() > 15
            && name.as_bytes()[..14].iter().all(u8::is_ascii_digit)
            && name.as_bytes()[14] == b'_';
        rule.check(dated, format!("{}: named YYYYMMDDhhmmss_topic.sql", file.path));
    }
    for path in listed.keys() {
        rule.check(
            migrations.iter().any(|file| file.path == **path),
            format!("{path} is listed but gone"),
        );
    }
    rule.end();
}

#[test]
fn nothing_names_one_machine() {
    let mut rule = Rule::new("a path or a host of one machine works on that machine only");
    for file in files() {
        let lock = file.name() == "package-lock.json" || file.name() == "Cargo.lock";
        for (number, line) in file.numbered() {
            let absolute = ["/root/", "/home/", "/work/", "/Users/", "C:\\Users"]
                .iter()
                .any(|place| line.contains(place));
            rule.check(
                !absolute || lock,
                format!("{}:{number}: {}", file.path, line.trim()),
            );
        }
    }
    rule.end();
}

#[test]
fn links_in_the_documents_lead_somewhere() {
    let mut rule = Rule::new("a reader who meets one dead link stops trusting the page");
    let root = tree::root();
    let files = files();
    let pages: Vec<&File> = files.iter().filter(|file| file.path.ends_with(".md")).collect();
    assert!(pages.len() >= 15, "the documents are looked at");
    for page in pages {
        let folder = root.join(&page.path).parent().unwrap().to_path_buf();
        for (number, line) in page.numbered() {
            for link in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let file = link.split('#').next().unwrap();
                let outside = file.is_empty() || file.contains("://") || file.starts_with("mailto:");
                rule.check(
                    outside || folder.join(file).exists(),
                    format!("{}:{number}: {link}", page.path),
                );
            }
        }
    }
    rule.end();
}
