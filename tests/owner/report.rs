//! `keptang report`: the line of the contract, and the same sums in every format.

use crate::shop::{busy_day, cash, paid, refused, report, satang, satang_of, shop};
use calamine::{Data, Reader, Xlsx};
use keptang_tests::till::TestTill;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::PathBuf;

const SUMS: [&str; 5] = ["orders", "gross", "refunds", "fees", "net"];
const GROUPS: [&str; 4] = ["by_method", "by_provider", "by_cashier", "by_hour"];
/// How the rows of each group are called in a sheet.
const GROUP_WORDS: [(&str, &str); 4] = [
    ("by_method", "Method"),
    ("by_provider", "Provider"),
    ("by_cashier", "Cashier"),
    ("by_hour", "Hour"),
];

fn keys(object: &Value) -> BTreeSet<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

fn list<'a>(report: &'a Value, name: &str) -> &'a Vec<Value> {
    report[name]
        .as_array()
        .unwrap_or_else(|| panic!("{name}: {report}"))
}

/// Everything that has to hold of any report.
#[track_caller]
fn check_sums(report: &Value) {
    let sum = |name: &str| satang(&report[name]);
    assert_eq!(sum("net"), sum("gross") - sum("refunds") - sum("fees"));
    let kinds = ["automatic", "slip_confirmed", "manual", "cash"];
    assert_eq!(
        kinds.iter().map(|kind| sum(kind)).sum::<i64>(),
        sum("gross"),
        "{report}"
    );
    sum("adjustments");
    for name in GROUPS {
        let groups = list(report, name);
        let mut totals = [0; 5];
        let mut seen = BTreeSet::new();
        for group in groups {
            let wanted = BTreeSet::from(["key", "orders", "gross", "refunds", "fees", "net"]);
            assert!(keys(group).is_superset(&wanted), "{group}");
            assert!(
                seen.insert(group["key"].as_str().unwrap()),
                "{name}: {group} twice"
            );
            let values = SUMS.map(|sum| group[sum].as_i64().unwrap_or_else(|| satang(&group[sum])));
            assert_eq!(values[4], values[1] - values[2] - values[3], "{group}");
            for (total, value) in totals.iter_mut().zip(values) {
                *total += value;
            }
        }
        let whole = SUMS.map(|sum| report[sum].as_i64().unwrap_or_else(|| satang(&report[sum])));
        assert_eq!(totals, whole, "{name}");
    }
}

#[tokio::test]
async fn the_line_has_every_field_of_the_contract() {
    let till = shop().await;
    let day = busy_day(&till).await;
    let report = report(&till, &day).await;
    let promised = BTreeSet::from([
        "type",
        "business_day",
        "orders",
        "gross",
        "refunds",
        "fees",
        "net",
        "adjustments",
        "automatic",
        "slip_confirmed",
        "manual",
        "by_method",
        "by_provider",
        "by_cashier",
        "by_hour",
        "open_orders",
        "review",
    ]);
    assert!(
        keys(&report).is_superset(&promised),
        "missing: {:?}",
        promised.difference(&keys(&report))
    );
    assert_eq!(report["type"], "report");
    assert_eq!(report["business_day"], *day);
    check_sums(&report);
    // 100.00 (cash, rounded) + 1,250 + 250 + 80.87 + 45, and two of them gave back.
    for (name, amount) in [
        ("gross", "1725.87"),
        ("refunds", "70.00"),
        ("automatic", "330.87"),
        ("slip_confirmed", "0.00"),
        ("manual", "45.00"),
        ("cash", "1350.00"),
        ("adjustments", "0.27"),
    ] {
        assert_eq!(report[name], amount, "{name}: {report}");
    }
    assert_eq!(report["orders"], 5);
    assert!(satang(&report["fees"]) > 0, "the wallet kept a fee");
    let of = |name: &str| -> BTreeMap<&str, &str> {
        list(&report, name)
            .iter()
            .map(|group| (group["key"].as_str().unwrap(), group["gross"].as_str().unwrap()))
            .collect()
    };
    assert_eq!(
        of("by_method"),
        BTreeMap::from([
            ("cash", "1350.00"),
            ("promptpay", "125.87"),
            ("truemoney", "250.00")
        ])
    );
    assert_eq!(
        of("by_provider"),
        BTreeMap::from([
            ("cash", "1350.00"),
            ("jwt_gateway", "80.87"),
            ("omise_truemoney", "250.00"),
            ("promptpay_direct", "45.00"),
        ])
    );
    assert_eq!(
        of("by_cashier"),
        BTreeMap::from([("Fah", "475.87"), ("Som", "1250.00")])
    );
    for hour in of("by_hour").keys() {
        assert!(hour.len() == 2 && hour.parse::<u8>().unwrap() < 24, "{hour}");
    }
    let open = list(&report, "open_orders");
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(open[0]["amount_due"], "999.00");
    let review = list(&report, "review");
    assert_eq!(review.len(), 1, "{review:?}");
    assert_eq!(review[0]["kind"], "manual_confirm");
    assert_eq!(review[0]["settled"], Value::Null);
}

#[tokio::test]
async fn a_day_without_sales_is_nothing_in_every_field() {
    let till = shop().await;
    let report = report(&till, "2020-02-29").await;
    check_sums(&report);
    assert_eq!(report["orders"], 0);
    assert_eq!(report["gross"], "0.00");
    for name in GROUPS.iter().chain(&["open_orders", "review"]) {
        assert_eq!(report[*name], json!([]), "{name}");
    }
    let today = till.run(&["report"]).await;
    today.expect(0);
    assert_eq!(today.last()["orders"], 0);
}

#[tokio::test]
async fn the_format_json_is_the_line_of_json() {
    let till = shop().await;
    cash(&till, "Fah", "70").await;
    let line = till.run(&["report"]).await;
    let format = till.run_as_text(&["report", "--format", "json"]).await;
    format.expect(0);
    assert_eq!(format.last(), line.last());
    let both = till.run(&["report", "--format", "json"]).await;
    assert_eq!(both.stdout, format.stdout);
    let file = in_folder(&till, "day.json");
    let written = till
        .run(&["report", "--format", "json", "-o", file.to_str().unwrap()])
        .await;
    written.expect(0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format.stdout);
    assert_eq!(written.last()["path"], file.to_str().unwrap());
}

fn in_folder(till: &TestTill, name: &str) -> PathBuf {
    till.data_dir().join(name)
}

/// Rows of the sums as a sheet has them: `(by, item)` and orders, gross, refunds, fees, net in the words of that file.
type Rows = Vec<(String, String, [String; 5])>;

#[track_caller]
fn same_sums(report: &Value, rows: &Rows, place: &str) {
    let of = |by: &str| -> Vec<[i64; 5]> {
        rows.iter()
            .filter(|row| row.0 == by)
            .map(|row| {
                std::array::from_fn(|at| match at {
                    0 => row.2[0].parse().unwrap(),
                    _ => satang_of(&row.2[at].replace(',', "")),
                })
            })
            .collect()
    };
    let of_line = |line: &Value| SUMS.map(|sum| line[sum].as_i64().unwrap_or_else(|| satang(&line[sum])));
    assert_eq!(of("Day"), [of_line(report)], "{place}");
    for (name, by) in GROUP_WORDS {
        let lines: Vec<[i64; 5]> = list(report, name).iter().map(of_line).collect();
        assert_eq!(of(by), lines, "{place}: {name}");
    }
}

#[tokio::test]
async fn the_csv_opens_in_excel_and_adds_up() {
    let till = shop().await;
    let day = busy_day(&till).await;
    let report = report(&till, &day).await;
    let csv = till
        .run_as_text(&["report", "--date", &day, "--format", "csv"])
        .await;
    assert_eq!(csv.code, Some(0), "{}", csv.stderr);
    let text = csv
        .stdout
        .strip_prefix('\u{feff}')
        .expect("Excel needs the byte order mark");
    let mut rows = Rows::new();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    for record in reader.records() {
        let record: Vec<String> = record.unwrap().iter().map(str::to_owned).collect();
        if record.len() == 7 && record[2].parse::<u64>().is_ok() {
            let sums = std::array::from_fn(|at| record[at + 2].clone());
            rows.push((record[0].clone(), record[1].clone(), sums));
        }
    }
    same_sums(&report, &rows, "csv");
    let file = in_folder(&till, "day.csv");
    let path = file.to_str().unwrap();
    till.run(&["report", "--date", &day, "--format", "csv", "-o", path])
        .await
        .expect(0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), csv.stdout);
}

#[tokio::test]
async fn a_cashier_who_is_a_formula_is_only_a_name() {
    let till = shop().await;
    for cashier in ["=1+1", "@SUM(A1)", "+66", "-1"] {
        let as_cashier = format!("--as={cashier}");
        let sale = ["charge", "--amount", "10", "--method", "cash"];
        till.run(&[&[as_cashier.as_str()], &sale[..]].concat())
            .await
            .expect(0);
    }
    let csv = till.run_as_text(&["report", "--format", "csv"]).await;
    let mut names = 0;
    for record in csv::Reader::from_reader(csv.stdout.as_bytes()).records() {
        let record = record.unwrap();
        if &record[0] == "Cashier" {
            names += 1;
            let first = record[1].chars().next().unwrap();
            assert!(!"=@+-".contains(first), "{record:?}");
        }
    }
    assert_eq!(names, 4);
}

#[tokio::test]
async fn the_workbook_reads_back_the_same() {
    let till = shop().await;
    let day = busy_day(&till).await;
    let report = report(&till, &day).await;
    let file = in_folder(&till, "day.xlsx");
    let path = file.to_str().unwrap();
    till.run(&["report", "--date", &day, "--format", "xlsx", "-o", path])
        .await
        .expect(0);
    let bytes = std::fs::read(&file).unwrap();
    assert!(bytes.starts_with(b"PK\x03\x04"), "a workbook is a zip");
    let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
    let sheets = book.sheet_names();
    assert_eq!(sheets.len(), 2, "sums and bills: {sheets:?}");
    let mut rows = Rows::new();
    for row in book.worksheet_range(&sheets[0]).unwrap().rows() {
        if let [
            Data::String(by),
            Data::String(item),
            Data::Float(orders),
            sums @ ..,
        ] = row
        {
            let mut all = vec![format!("{orders}")];
            all.extend(sums.iter().map(amount));
            rows.push((by.clone(), item.clone(), all.try_into().unwrap()));
        }
    }
    same_sums(&report, &rows, "xlsx");
    let bills = book.worksheet_range(&sheets[1]).unwrap();
    let numbers: Vec<String> = bills
        .rows()
        .filter_map(|row| match &row[0] {
            Data::String(number) if number.starts_with("A-") => Some(number.clone()),
            _ => None,
        })
        .collect();
    let expected: Vec<String> = (1..=6).map(|n| format!("A-{n:04}")).collect();
    assert_eq!(numbers, expected);
}

/// A figure of a workbook, which holds it as a binary fraction; two digits are what it shows.
fn amount(cell: &Data) -> String {
    match cell {
        Data::Float(baht) => format!("{baht:.2}"),
        other => panic!("no figure: {other:?}"),
    }
}

#[tokio::test]
async fn pdf_and_xlsx_need_a_file() {
    let till = shop().await;
    let day = busy_day(&till).await;
    for format in ["pdf", "xlsx"] {
        let without = till.run(&["report", "--format", format]).await;
        refused(&without, 2, "-o");
    }
    let file = in_folder(&till, "day.pdf");
    let path = file.to_str().unwrap();
    let written = till
        .run(&["report", "--date", &day, "--format", "pdf", "-o", path])
        .await;
    written.expect(0);
    let bytes = std::fs::read(&file).unwrap();
    assert!(bytes.starts_with(b"%PDF-"));
    assert_eq!(written.last()["bytes"], bytes.len());
    let pages = lopdf::Document::load_mem(&bytes).unwrap().get_pages();
    assert!(!pages.is_empty());
    let nowhere = in_folder(&till, "no such folder").join("day.pdf");
    let lost = till
        .run(&["report", "--format", "pdf", "-o", nowhere.to_str().unwrap()])
        .await;
    refused(&lost, 1, "cannot be written");
}

#[tokio::test]
async fn people_read_it_in_their_language() {
    let mut till = shop().await;
    paid(&till, "omise_truemoney", "250").await;
    for (language, words) in [
        ("en", ["gross", "net", "By hour"]),
        ("th", ["ยอดขาย", "สุทธิ", "ตามชั่วโมง"]),
    ] {
        till.set("KEPTANG__SHOP__LANGUAGE", language);
        let text = till.run_as_text(&["report"]).await;
        assert_eq!(text.code, Some(0));
        for word in words.iter().chain(&["250.00"]) {
            assert!(text.stdout.contains(word), "{word}: {}", text.stdout);
        }
    }
}

#[tokio::test]
async fn what_is_no_day_or_no_format_is_bad_input() {
    let till = shop().await;
    for date in ["2026-02-30", "today", "21-11-2026", "2569-11-21x", ""] {
        refused(&till.run(&["report", "--date", date]).await, 2, "YYYY-MM-DD");
    }
    for format in ["doc", "JSON", ""] {
        till.run(&["report", "--format", format]).await.expect(2);
    }
}
