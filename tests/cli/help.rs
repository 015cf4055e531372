//! What the program says about itself.

use keptang_tests::till::TestTill;

/// Every command of the contract, with its own commands.
const COMMANDS: [(&str, &[&str]); 15] = [
    ("init", &[]),
    ("user", &["add", "list", "disable", "pin"]),
    ("charge", &[]),
    (
        "order",
        &[
            "retry", "list", "show", "timeline", "check", "cancel", "confirm", "refund",
        ],
    ),
    ("slip", &[]),
    ("report", &[]),
    ("receipt", &[]),
    ("shift", &["open", "in", "out", "close", "show"]),
    ("day", &["x", "z", "sign"]),
    ("reconcile", &[]),
    ("provider", &["list", "test", "balance", "banks"]),
    ("payout", &[]),
    ("ledger", &["verify", "backup", "restore"]),
    ("serve", &[]),
    ("simulator", &[]),
];

/// Whether a line of a help text begins with this word.
fn lists(help: &str, word: &str) -> bool {
    help.lines()
        .any(|line| line.split_whitespace().next() == Some(word))
}

#[tokio::test]
async fn help_lists_every_command() {
    let till = TestTill::new().await;
    let help = till.run_as_text(&["--help"]).await;
    assert_eq!(help.code, Some(0));
    for option in ["--data-dir", "--json", "--as"] {
        assert!(help.stdout.contains(option), "{option}");
    }
    assert!(help.stdout.contains("Exit codes: 0"), "{}", help.stdout);
    for (command, inner) in COMMANDS {
        assert!(lists(&help.stdout, command), "{command}: {}", help.stdout);
        let own = till.run_as_text(&[command, "--help"]).await;
        assert_eq!(own.code, Some(0), "{command}");
        for word in inner {
            assert!(lists(&own.stdout, word), "{command} {word}: {}", own.stdout);
        }
    }
    assert!(
        std::fs::read_dir(till.data_dir()).unwrap().next().is_none(),
        "help touches nothing"
    );
}

#[tokio::test]
async fn help_of_charge_names_every_option() {
    let till = TestTill::new().await;
    let help = till.run_as_text(&["charge", "--help"]).await;
    for option in [
        "--amount",
        "--method",
        "--provider",
        "--note",
        "--coin",
        "--network",
        "--tendered",
        "--no-wait",
        "--timeout",
    ] {
        assert!(help.stdout.contains(option), "{option}");
    }
    let help = till.run_as_text(&["order", "confirm", "--help"]).await;
    for reason in [
        "bank_app_shown",
        "provider_dashboard",
        "slip_checked_by_hand",
        "phone_call",
        "other",
    ] {
        assert!(help.stdout.contains(reason), "{reason}");
    }
}

#[tokio::test]
async fn help_of_the_owners_day_names_every_option() {
    let till = TestTill::new().await;
    let commands: [(&[&str], &[&str]); 8] = [
        (
            &["report"],
            &["--date", "--format", "table", "json", "csv", "xlsx", "pdf", "-o"],
        ),
        (&["receipt"], &["--paper", "80", "58", "a4", "-o"]),
        (&["shift", "open"], &["--float"]),
        (&["shift", "out"], &["--reason"]),
        (&["shift", "close"], &["--counted", "--counted-by"]),
        (&["day", "z"], &["--date"]),
        (&["day", "sign"], &["--date", "--reason"]),
        (&["ledger", "restore"], &["--drill"]),
    ];
    for (command, options) in commands {
        let help = till.run_as_text(&[command, &["--help"]].concat()).await;
        assert_eq!(help.code, Some(0), "{command:?}");
        for option in options {
            assert!(
                help.stdout.contains(option),
                "{command:?} {option}: {}",
                help.stdout
            );
        }
    }
}

#[tokio::test]
async fn the_version_is_said() {
    let till = TestTill::new().await;
    let version = till.run_as_text(&["--version"]).await;
    assert_eq!(version.code, Some(0));
    assert!(version.stdout.starts_with("keptang "), "{}", version.stdout);
}

#[tokio::test]
async fn without_a_command_it_opens_the_window_or_says_that_there_is_none() {
    // The same file under a second name with nothing beside it, so that no window opens on the screen of whoever
    // runs this. A link, on the disk where it was built: a copy is 100 MB that a full build server does not have.
    let binary = keptang_tests::binaries::binary("keptang");
    let folder = tempfile::tempdir_in(binary.parent().unwrap()).unwrap();
    let alone = folder.path().join("keptang");
    std::fs::hard_link(&binary, &alone).unwrap();
    let output = tokio::process::Command::new(alone)
        .env_clear()
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("keptang-desktop"), "{said}");
}
