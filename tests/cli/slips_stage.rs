//! A till that takes slips, and what customers hold up at it.

use keptang_simulator::control::Client;
use keptang_simulator::easyslip::{EasySlipSettings, MadeSlip, MakeSlip, Story};
use keptang_simulator::faults::Endpoint;
use keptang_simulator::{Config, TRAINING_EASYSLIP_API_KEY};
use keptang_tests::till::{Finished, TestTill, newest};
use serde_json::Value;
use std::ops::{Deref, DerefMut};

pub(crate) const KEY: &str = "KEPTANG_SECRET__EASYSLIP__API_KEY";
/// The simulator's own QRs pay this account (its training account), so it is the shop's.
const ACCOUNTS: &str = r#"[{ bank_code = "004", number = "1234567890", name_th = "บริษัท ตัวอย่าง จำกัด", name_en = "EXAMPLE CO., LTD.", promptpay = "0800000000" }]"#;

/// The till.
pub(crate) struct Counter(TestTill);

impl Deref for Counter {
    type Target = TestTill;

    fn deref(&self) -> &TestTill {
        &self.0
    }
}

impl DerefMut for Counter {
    fn deref_mut(&mut self) -> &mut TestTill {
        &mut self.0
    }
}

impl Counter {
    /// Every provider is on, the shop's accounts are set, EasySlip's key is right and its queue is quick.
    pub(crate) async fn new() -> Self {
        let mut config = Config::default();
        // The pace between two tills is tested where the clock can be held; here processes come and go.
        config.settings.easyslip.rate_per_s = None;
        let mut till = TestTill::with_every_provider_at(config).await;
        let easyslip = till.simulator().easyslip_base_url();
        till.set("KEPTANG__SLIPS__EASYSLIP__BASE_URL", &easyslip)
            .set("KEPTANG__SHOP__PROMPTPAY_ID", "0800000000")
            .set("KEPTANG__SHOP__ACCOUNTS", ACCOUNTS)
            .set("KEPTANG__TIMING__SLIP_RETRY_FIRST_S", "1")
            .set("KEPTANG__TIMING__SLIP_RETRY_EVERY_S", "1")
            .set(KEY, TRAINING_EASYSLIP_API_KEY);
        Self(till)
    }

    pub(crate) fn panel(&self) -> &Client {
        &self.provider
    }

    /// A bill for the shop's own QR.
    pub(crate) async fn bill(&self, amount: &str) -> Bill {
        let opened = self
            .run(&[
                "charge",
                "--amount",
                amount,
                "--method",
                "promptpay",
                "--provider",
                "promptpay_direct",
                "--no-wait",
            ])
            .await;
        opened.expect(0);
        let order = opened.last();
        Bill {
            number: text(&order["number"]),
            qr: text(&newest(&order)["instruction"]["text"]),
        }
    }

    /// What a customer with this story holds up for a bill.
    pub(crate) async fn told(&self, bill: &Bill, story: Story) -> MadeSlip {
        self.made(MakeSlip {
            payment_qr: Some(bill.qr.clone()),
            story,
            ..MakeSlip::default()
        })
        .await
    }

    pub(crate) async fn made(&self, wish: MakeSlip) -> MadeSlip {
        self.panel().make_slip(&wish).await.unwrap()
    }

    /// `slip verify …`, which ends with this code.
    pub(crate) async fn verify(&self, arguments: &[&str], code: i32) -> Value {
        let ended = self.run(&[&["slip", "verify"], arguments].concat()).await;
        ended.expect(code);
        slip_of(&ended)
    }

    /// The same for the text of a code.
    pub(crate) async fn verify_text(&self, qr_text: &str, bill: &Bill, code: i32) -> Value {
        self.verify(&["--text", qr_text, "--order", &bill.number], code)
            .await
    }

    /// Writes a file beside the ledger and gives its path.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.data_dir().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(crate) async fn received(&self, bill: &Bill) -> String {
        text(&self.show(&bill.number).await["received"])
    }

    /// How often EasySlip was asked about a slip.
    pub(crate) async fn asked(&self) -> u64 {
        let stats = self.panel().stats().await.unwrap();
        stats.count(Endpoint::EasySlipVerifyBank) + stats.count(Endpoint::EasySlipVerifyTruewallet)
    }

    pub(crate) async fn easyslip(&self, change: impl FnOnce(&mut EasySlipSettings)) {
        let mut settings = self.panel().settings().await.unwrap();
        change(&mut settings.easyslip);
        self.panel().set_settings(&settings).await.unwrap();
    }

    /// The ledger proves itself, and the simulator saw nothing that its page forbids.
    pub(crate) async fn assert_proven(&self) {
        self.run(&["ledger", "verify"]).await.expect(0);
        let violations = self.panel().stats().await.unwrap().violations;
        assert!(violations.is_empty(), "{violations:?}");
    }
}

/// A bill and its QR.
pub(crate) struct Bill {
    pub(crate) number: String,
    pub(crate) qr: String,
}

pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

/// A picture of a code.
pub(crate) fn picture(qr_text: &str) -> Vec<u8> {
    keptang_qr::encode(qr_text).unwrap().to_png(6, 4)
}

/// The last slip line, with every field of cli.md.
#[track_caller]
pub(crate) fn slip_of(ended: &Finished) -> Value {
    let line = ended.last();
    assert_eq!(line["type"], "slip");
    for field in [
        "verdict",
        "sending_bank",
        "trans_ref",
        "amount",
        "sent_at",
        "sender",
        "receiver",
        "order",
        "used_by",
        "retry_at",
        "message_th",
        "message_en",
    ] {
        assert!(line.get(field).is_some(), "{field} is missing in {line}");
    }
    assert!(!text(&line["message_th"]).is_empty() && !text(&line["message_en"]).is_empty());
    line
}

/// Nobody doubts the customer's slip.
#[track_caller]
pub(crate) fn assert_not_the_customers_fault(line: &Value) {
    let (th, en) = (text(&line["message_th"]), text(&line["message_en"]));
    assert!(en.contains("not the customer's slip"), "{en}");
    assert!(th.contains("ไม่เกี่ยวกับสลิปลูกค้า"), "{th}");
}
