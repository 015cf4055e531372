//! What may be typed as an amount, and what happens to the rest: exit 2, and nothing on disk.

use keptang_tests::till::TestTill;

async fn orders(till: &TestTill) -> usize {
    let listed = till.run(&["order", "list"]).await;
    listed.expect(0);
    listed.lines().len()
}

#[tokio::test]
async fn what_is_no_amount_is_refused_before_anything_is_opened() {
    let till = TestTill::new().await;
    for bad in [
        "0",
        "0.00",
        "-1",
        "+1",
        "0.001",
        "99999999999",
        "10000000",
        "abc",
        "",
        " ",
        "1e3",
        "1,25.00",
        "12,50",
        "1,2500.00",
        ",250",
        "250.",
        ".",
        ".5.",
        "1.234",
        "250 บาท",
        "฿250",
        "0x10",
        "NaN",
        "inf",
        "1_000",
        "๒5๐.๕๕๕",
        "-๕",
        "1,000,00",
        "٣٠٠",
    ] {
        let ended = till
            .run(&["charge", "--amount", bad, "--method", "truemoney"])
            .await;
        assert_eq!(ended.code, Some(2), "{bad:?}: {}{}", ended.stdout, ended.stderr);
        assert_eq!(ended.stdout, "", "{bad:?}");
        assert!(
            !ended.stderr.trim().is_empty(),
            "{bad:?}: a sentence says what was expected"
        );
    }
    assert!(
        std::fs::read_dir(till.data_dir()).unwrap().next().is_none(),
        "a typing mistake makes no ledger"
    );
    assert_eq!(orders(&till).await, 0);
    assert!(till.charges().await.is_empty());
}

#[tokio::test]
async fn a_refused_amount_is_explained_in_a_sentence() {
    let till = TestTill::new().await;
    let said = async |amount: &str| {
        let ended = till
            .run(&["charge", "--amount", amount, "--method", "truemoney"])
            .await;
        let line: serde_json::Value = serde_json::from_str(ended.stderr.trim()).unwrap();
        assert_eq!(line["code"], "amount_invalid");
        assert_eq!(line["exit"], 2);
        assert!(line["message_th"].as_str().is_some_and(|th| !th.is_empty()));
        line["message_en"].as_str().unwrap().to_owned()
    };
    let too_many_decimals = said("0.001").await;
    let too_large = said("99999999999").await;
    let no_number = said("abc").await;
    assert!(
        too_large.contains("9,999,999.99") || too_large.contains("9999999.99"),
        "{too_large}"
    );
    assert_ne!(too_many_decimals, no_number);
    assert_ne!(too_large, no_number);
}

#[tokio::test]
async fn every_proper_way_to_write_an_amount_is_understood() {
    let till = TestTill::new().await;
    for (typed, amount) in [
        ("๑๐๐", "100.00"),
        ("100", "100.00"),
        ("250.5", "250.50"),
        ("1,250.00", "1250.00"),
        ("๑,๒๕๐.๗๕", "1250.75"),
        ("50000", "50000.00"),
        ("0100.00", "100.00"),
    ] {
        let opened = till
            .run(&["charge", "--amount", typed, "--method", "truemoney", "--no-wait"])
            .await;
        opened.expect(0);
        assert_eq!(opened.last()["amount_due"], amount, "{typed}");
    }
    let satang: Vec<i64> = till
        .charges()
        .await
        .iter()
        .map(|charge| charge.amount_satang)
        .collect();
    assert_eq!(
        satang,
        [10_000, 10_000, 25_050, 125_000, 125_075, 5_000_000, 10_000]
    );
}

#[tokio::test]
async fn what_the_method_does_not_take_is_refused_with_its_limits() {
    let till = TestTill::new().await;
    for amount in ["99.99", "50000.01", "0.01", "9,999,999.99"] {
        let ended = till
            .run(&["charge", "--amount", amount, "--method", "truemoney"])
            .await;
        ended.expect(2);
        assert_eq!(ended.stdout, "");
        assert!(ended.stderr.contains("100.00"), "{}", ended.stderr);
        assert!(
            ended.stderr.contains("50,000.00") || ended.stderr.contains("50000.00"),
            "{}",
            ended.stderr
        );
    }
    assert_eq!(orders(&till).await, 0, "no number is used up");
    assert!(till.charges().await.is_empty());
    for amount in ["100", "50000"] {
        till.run(&["charge", "--amount", amount, "--method", "truemoney", "--no-wait"])
            .await
            .expect(0);
    }
}

#[tokio::test]
async fn the_smallest_and_the_largest_sale_fit_the_shop_s_own_qr() {
    let mut till = TestTill::new().await;
    till.set("KEPTANG__SHOP__PROMPTPAY_ID", "0812345678");
    for (typed, amount) in [("0.01", "0.01"), ("9,999,999.99", "9999999.99")] {
        let opened = till
            .run(&["charge", "--amount", typed, "--method", "promptpay", "--no-wait"])
            .await;
        opened.expect(0);
        assert_eq!(opened.last()["amount_due"], amount);
    }
}

#[tokio::test]
async fn wrong_usage_is_exit_2() {
    let till = TestTill::new().await;
    let usages: [&[&str]; 9] = [
        &["charge"],
        &["charge", "--amount", "250"],
        &["charge", "--amount", "250", "--method", "barter"],
        &[
            "charge",
            "--amount",
            "250",
            "--method",
            "truemoney",
            "--provider",
            "nobody",
        ],
        &[
            "charge",
            "--amount",
            "250",
            "--method",
            "truemoney",
            "--timeout",
            "soon",
        ],
        &["order", "show"],
        &["order", "refund", "A-0001", "--reason", "boredom"],
        &["user", "add", "x", "--role", "king"],
        &["dance"],
    ];
    for usage in usages {
        let ended = till.run(usage).await;
        ended.expect(2);
        assert_eq!(ended.stdout, "", "{usage:?}");
        assert!(!ended.stderr.is_empty(), "{usage:?}");
    }
    assert!(till.charges().await.is_empty());
}
