//! The dependency direction (ARCHITECTURE.md, "Dependency direction"), read from `cargo metadata` and the sources.
//!
//! `--no-deps` is enough: a forbidden path through our crates starts with a forbidden edge, and every edge between
//! our crates stands in a manifest. It needs no network and no resolved graph.

#![allow(clippy::unwrap_used)]

use keptang_tests::tree::{self, Rule};
use std::collections::{BTreeMap, BTreeSet};

/// What one manifest depends on, by kind.
#[derive(Debug, Default)]
struct Manifest {
    normal: BTreeSet<String>,
    build: BTreeSet<String>,
    dev: BTreeSet<String>,
}

fn manifests() -> BTreeMap<String, Manifest> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = std::process::Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
            "--locked",
        ])
        .current_dir(tree::root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let manifests: BTreeMap<String, Manifest> = packages
        .iter()
        .map(|package| {
            let mut manifest = Manifest::default();
            for dependency in package["dependencies"].as_array().unwrap() {
                let name = dependency["name"].as_str().unwrap().to_owned();
                match dependency["kind"].as_str() {
                    None => manifest.normal.insert(name),
                    Some("build") => manifest.build.insert(name),
                    Some("dev") => manifest.dev.insert(name),
                    Some(other) => panic!("cargo has a new kind of dependency: {other}"),
                };
            }
            (package["name"].as_str().unwrap().to_owned(), manifest)
        })
        .collect();
    assert!(
        manifests.len() >= 14,
        "the whole workspace is looked at: {:?}",
        manifests.keys()
    );
    manifests
}

fn ours(names: &BTreeSet<String>) -> BTreeSet<&str> {
    names
        .iter()
        .filter(|name| name.starts_with("keptang-"))
        .map(String::as_str)
        .collect()
}

/// Which of our crates each of our crates may use in the product. A crate that is not here is a breach.
const MAY_USE: &[(&str, &[&str])] = &[
    ("keptang-domain", &[]),
    ("keptang-ports", &["keptang-domain"]),
    // The till looks into a gateway's QR picture before showing it, so the core may read pictures; qr knows no port.
    (
        "keptang-checkout",
        &["keptang-domain", "keptang-ports", "keptang-qr"],
    ),
    ("keptang-providers", &["keptang-domain", "keptang-ports"]),
    ("keptang-callbacks", &["keptang-domain", "keptang-ports"]),
    ("keptang-ledger", &["keptang-domain", "keptang-ports"]),
    ("keptang-settings", &["keptang-domain", "keptang-ports"]),
    ("keptang-qr", &["keptang-domain"]),
    // A receipt carries a QR: paper draws its modules, qr makes them.
    ("keptang-paper", &["keptang-domain", "keptang-qr"]),
    // It carries bytes; what they show is paper's.
    ("keptang-printer", &["keptang-domain", "keptang-ports"]),
    // It is given bytes and a passphrase, and knows neither the ledger nor the secrets.
    ("keptang-vault", &["keptang-domain"]),
    ("keptang-simulator", &[]),
    (
        "keptang-api",
        &[
            "keptang-domain",
            "keptang-ports",
            "keptang-checkout",
            "keptang-providers",
            "keptang-callbacks",
            "keptang-ledger",
            "keptang-settings",
            "keptang-vault",
            "keptang-qr",
            "keptang-paper",
            "keptang-printer",
            "keptang-simulator",
        ],
    ),
    ("keptang-cli", &["keptang-api"]),
    ("keptang-desktop", &["keptang-api"]),
    ("keptang-testkit", &["keptang-domain", "keptang-ports"]),
];

#[test]
fn our_crates_depend_only_downwards() {
    let mut rule = Rule::new(
        "arrows point from the shell to the rules. An adapter that knows another adapter, or the core, can no longer be \
         replaced or tested alone (ARCHITECTURE.md)",
    );
    for (name, manifest) in manifests() {
        if name == "keptang-tests" {
            continue;
        }
        let Some((_, allowed)) = MAY_USE.iter().find(|(known, _)| *known == name) else {
            rule.broken(format!("{name} has no row in MAY_USE: say what it may use"));
            continue;
        };
        let product: BTreeSet<String> = manifest.normal.union(&manifest.build).cloned().collect();
        for used in ours(&product) {
            rule.check(allowed.contains(&used), format!("{name} → {used}"));
        }
    }
    rule.end();
}

#[test]
fn the_domain_needs_nothing_but_thiserror() {
    let manifests = manifests();
    let mut rule = Rule::new(
        "rules that reach no clock, file, network or serialiser can be tested exhaustively (docs/adr/0007)",
    );
    let domain = &manifests["keptang-domain"];
    for name in domain.normal.iter().chain(&domain.build) {
        rule.check(name == "thiserror", format!("keptang-domain → {name}"));
    }
    for name in &manifests["keptang-ports"].normal {
        rule.check(
            ["keptang-domain", "async-trait", "thiserror"].contains(&name.as_str()),
            format!("keptang-ports → {name}: a port names what the core needs, not how it is done"),
        );
    }
    rule.end();
}

#[test]
fn the_domain_and_the_ports_name_nothing_outside() {
    let mut rule = Rule::new(
        "time, ids and randomness enter through ports; serialised twins live at the edges (docs/adr/0007)",
    );
    let outside = [
        "std::fs",
        "std::env",
        "std::net",
        "std::process",
        "std::thread",
        "SystemTime",
        "Instant",
        "serde",
        "Serialize",
        "Deserialize",
        "tokio",
        "reqwest",
        "sqlx",
        "rand::",
    ];
    let files = tree::files();
    let core: Vec<_> = files
        .iter()
        .filter(|file| {
            file.path.starts_with("src-tauri/crates/domain/src/")
                || file.path.starts_with("src-tauri/crates/ports/src/")
        })
        .collect();
    assert!(core.len() > 10, "the core's sources are looked at");
    for file in core {
        for (number, line) in file.product_lines() {
            for word in outside {
                rule.check(!line.contains(word), format!("{}:{number}: {word}", file.path));
            }
        }
    }
    rule.end();
}

/// A package and the only manifests that may name it, in any kind of dependency.
const SOLE_USERS: &[(&str, &[&str], &str)] = &[
    (
        "tauri",
        &["keptang-desktop"],
        "the till has to run without a WebView (docs/adr/0001)",
    ),
    (
        "tauri-build",
        &["keptang-desktop"],
        "the till has to run without a WebView (docs/adr/0001)",
    ),
    (
        "reqwest",
        &["keptang-providers", "keptang-simulator"],
        "one client holds the limits, the redaction and the refusal to redirect",
    ),
    (
        "sqlx",
        &["keptang-ledger"],
        "the port offers intentions; SQL elsewhere would go round the hash chain",
    ),
    (
        "ts-rs",
        &["keptang-api"],
        "domain types never cross to the window; only the contract is exported (docs/adr/0004)",
    ),
    (
        "zxing-cpp",
        &["keptang-qr", "keptang-simulator"],
        "untrusted pictures are opened in one place, behind its limits",
    ),
];

#[test]
fn heavy_packages_have_one_home() {
    let mut rule = Rule::new(
        "a package that shapes a design stays where the design expects it; tests of the whole are exempt",
    );
    for (name, manifest) in manifests() {
        if name == "keptang-tests" {
            continue;
        }
        for (package, homes, why) in SOLE_USERS {
            let used = manifest.normal.contains(*package)
                || manifest.build.contains(*package)
                || manifest.dev.contains(*package);
            rule.check(
                !used || homes.contains(&name.as_str()),
                format!("{name} → {package}: {why}"),
            );
        }
    }
    rule.end();
}

#[test]
fn the_simulator_is_a_second_implementation() {
    let manifests = manifests();
    let mut rule = Rule::new(
        "two implementations that agree are evidence; shared wire or signing code would agree with itself",
    );
    for used in ours(&manifests["keptang-simulator"].normal) {
        rule.broken(format!("keptang-simulator → {used}"));
    }
    let files = tree::files();
    let sources = |folder: &str| -> Vec<&tree::File> {
        files
            .iter()
            .filter(|file| file.path.starts_with(folder) && file.path.ends_with(".rs"))
            .collect()
    };
    let simulator = sources("src-tauri/crates/simulator/src/");
    let providers = sources("src-tauri/crates/providers/src/");
    assert!(
        !simulator.is_empty() && !providers.is_empty(),
        "both sides are looked at"
    );
    for file in simulator.iter().chain(&providers) {
        for (number, line) in file.product_lines() {
            let reaches_over = line.contains("include!") || line.contains("#[path");
            rule.check(!reaches_over, format!("{}:{number}: {line}", file.path));
        }
    }
    // A pasted function is shared code too. Eight lines in a row that say something are no coincidence.
    let windows = |files: &[&tree::File]| -> BTreeMap<Vec<String>, String> {
        let mut seen = BTreeMap::new();
        for file in files {
            let lines: Vec<String> = file
                .product_lines()
                .map(|(_, line)| line.trim().to_owned())
                .filter(|line| line.len() > 12 && !line.starts_with("use ") && !line.starts_with("#["))
                .collect();
            for window in lines.windows(8) {
                seen.insert(window.to_vec(), file.path.clone());
            }
        }
        seen
    };
    let ours = windows(&providers);
    for (window, path) in windows(&simulator) {
        if let Some(twin) = ours.get(&window) {
            rule.broken(format!("{path} and {twin} share: {}", window[0]));
        }
    }
    rule.end();
}

#[test]
fn the_testkit_never_ships() {
    let mut rule =
        Rule::new("a fake clock or a scripted provider in the product would be a way to fake a payment");
    for (name, manifest) in manifests() {
        let ships = manifest.normal.contains("keptang-testkit") || manifest.build.contains("keptang-testkit");
        rule.check(
            !ships || name == "keptang-tests",
            format!("{name} → keptang-testkit outside [dev-dependencies]"),
        );
        rule.check(
            !manifest.normal.contains("keptang-tests"),
            format!("{name} → keptang-tests"),
        );
    }
    rule.end();
}

#[test]
fn one_typescript_file_knows_tauri() {
    let mut rule =
        Rule::new("pages behind one host interface run in a browser and in tests without a window");
    let files = tree::files();
    let importers: Vec<&str> = files
        .iter()
        .filter(|file| file.path.starts_with("ui/src/") && file.text.contains("@tauri-apps"))
        .map(|file| file.path.as_str())
        .collect();
    rule.check(
        importers == ["ui/src/ipc/tauri.ts"],
        format!("importers of @tauri-apps: {importers:?}"),
    );
    rule.end();
}

#[test]
fn features_of_the_pages_do_not_import_each_other() {
    let mut rule =
        Rule::new("screens compose features; features that know each other cannot be moved or tested alone");
    let files = tree::files();
    for file in files
        .iter()
        .filter(|file| file.path.starts_with("ui/src/features/"))
    {
        let own = file.path.split('/').nth(3).unwrap();
        for (number, line) in file.numbered() {
            let imported = line.split("features/").nth(1).or_else(|| {
                // From inside a feature, `../name/` climbs to the features folder and down into a sibling.
                let from = line.split("from ").nth(1)?.trim_start_matches(['"', '\'']);
                let depth = file.path.split('/').count() - 4;
                let up = "../".repeat(depth);
                from.strip_prefix(&up).filter(|rest| !rest.starts_with("../"))
            });
            if let Some(imported) = imported.filter(|_| line.contains("import") || line.contains("from ")) {
                let feature = imported.split('/').next().unwrap();
                rule.check(feature == own, format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    rule.end();
}
