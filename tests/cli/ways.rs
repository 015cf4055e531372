//! The ways to be paid that a provider serves, and what a sale at one of them comes to.

use keptang_simulator::control::{ActRequest, Action};
use keptang_simulator::faults::Endpoint;
use keptang_tests::gateways::setting;
use keptang_tests::till::{Process, TestTill, newest};
use serde_json::{Value, json};

/// One way to be paid.
pub(crate) struct Way {
    pub(crate) name: &'static str,
    pub(crate) provider: &'static str,
    pub(crate) method: &'static str,
    /// Settings of the provider besides.
    besides: &'static [(&'static str, &'static str)],
    pub(crate) create: Endpoint,
    pub(crate) instruction: &'static str,
    /// With callbacks on.
    pub(crate) tracking: &'static [&'static str],
    /// Words of a payment that was declined there, if the provider has them.
    pub(crate) declined: Option<(&'static str, &'static str)>,
    /// Fee of a sale of ฿250 that the provider tells.
    fee: Option<&'static str>,
}

pub(crate) const DEPOSIT: Way = Way {
    name: "deposit gateway",
    provider: "deposit_gateway",
    method: "promptpay",
    besides: &[],
    create: Endpoint::DepositCreate,
    instruction: "qr_image",
    tracking: &["callback", "resend", "person"],
    declined: Some(("failed", "declined")),
    fee: Some("3.38"),
};
pub(crate) const JWT: Way = Way {
    name: "JWT gateway, QR",
    provider: "jwt_gateway",
    method: "promptpay",
    besides: &[],
    create: Endpoint::JwtDeposit,
    instruction: "qr_image",
    tracking: &["poll", "callback", "person"],
    declined: Some(("failed", "declined")),
    fee: Some("1.25"),
};
pub(crate) const TRANSFER: Way = Way {
    name: "JWT gateway, bank transfer",
    besides: &[("type", "BANK_TRANSFER")],
    instruction: "bank_account",
    ..JWT
};
pub(crate) const OMISE: Way = Way {
    name: "Omise",
    provider: "omise_truemoney",
    method: "truemoney",
    besides: &[],
    create: Endpoint::OmiseChargeCreate,
    instruction: "qr_image",
    tracking: &["poll", "callback", "person"],
    declined: Some(("failed", "failed_processing")),
    fee: Some("4.28"),
};
pub(crate) const CRYPTO: Way = Way {
    name: "2328.io",
    provider: "crypto_2328",
    method: "crypto",
    besides: &[],
    create: Endpoint::CryptoPaymentCreate,
    instruction: "crypto_address",
    tracking: &["poll", "callback", "person"],
    declined: None,
    fee: None,
};

/// Those that can be asked about a payment.
pub(crate) const ASKED: [&Way; 4] = [&JWT, &TRANSFER, &OMISE, &CRYPTO];
pub(crate) const ALL: [&Way; 5] = [&DEPOSIT, &JWT, &TRANSFER, &OMISE, &CRYPTO];

impl Way {
    pub(crate) async fn till(&self) -> TestTill {
        let mut till = TestTill::with_every_provider().await;
        for (key, value) in self.besides {
            till.set(&setting(self.provider, key), value);
        }
        till
    }

    pub(crate) async fn till_with_callbacks(&self) -> TestTill {
        let mut till = self.till().await;
        till.with_callbacks_of_all().await;
        till
    }

    pub(crate) fn charge<'a>(&'a self, amount: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        let mut arguments = vec!["charge", "--amount", amount, "--method", self.method];
        arguments.extend(["--provider", self.provider]);
        arguments.extend(more);
        arguments
    }

    /// Starts a sale of ฿250 and gives the line with which the customer can pay.
    pub(crate) async fn waiting(&self, till: &TestTill) -> (Process, Value) {
        let mut charge = till.start(&self.charge("250", &[]));
        let order = charge.attempt_in("awaiting").await;
        (charge, order)
    }

    /// A sale of ฿250 that nobody watches any more.
    pub(crate) async fn left_alone(&self, till: &TestTill) -> Value {
        let opened = till.run(&self.charge("250", &["--no-wait"])).await;
        opened.expect(0);
        opened.last()
    }
}

pub(crate) async fn pay(till: &TestTill, order: &Value) {
    till.act_on(order, Action::Pay, &ActRequest::default()).await;
}

/// The list as it is without slips, which belong to the shop and not to the provider.
pub(crate) fn tracking(order: &Value) -> Vec<&str> {
    let tracking = newest(order)["tracking"].as_array().unwrap();
    let words = tracking.iter().filter_map(Value::as_str);
    words.filter(|word| *word != "slip").collect()
}

#[track_caller]
pub(crate) fn assert_paid(way: &Way, order: &Value, by: &str) {
    let name = way.name;
    assert_eq!(order["state"], "settled", "{name}: {order}");
    assert_eq!(order["received"], "250.00", "{name}");
    assert_eq!(order["amount_due"], "250.00", "{name}");
    assert_eq!(order["flags"], json!([]), "{name}");
    let attempt = newest(order);
    assert_eq!(attempt["state"], "paid", "{name}");
    assert_eq!(attempt["provider"], way.provider, "{name}");
    assert_eq!(attempt["method"], way.method, "{name}");
    assert_eq!(attempt["payable"], "250.00", "{name}");
    assert_eq!(attempt["received"], "250.00", "{name}");
    assert_eq!(attempt["reason"], Value::Null, "{name}");
    assert_eq!(attempt["confirmed_by"], by, "{name}");
    assert_eq!(attempt["fee"], json!(way.fee), "{name}");
    assert_eq!(
        attempt["instruction"],
        Value::Null,
        "{name}: nobody is to pay again"
    );
}

pub(crate) async fn no_violation(way: &Way, till: &TestTill) {
    let stats = till.provider.stats().await.unwrap();
    assert!(
        stats.violations.is_empty(),
        "{}: {:?}",
        way.name,
        stats.violations
    );
}
