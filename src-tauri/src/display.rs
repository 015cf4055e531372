//! What the customer's window may know, and how it gets there.
//!
//! The cashier's page composes it; this module lets nothing else through. No order, no name and no ledger row has a
//! field here, and an unknown field is refused.

use crate::windows;
use serde::{Deserialize, Serialize};
use std::sync::Mutex;
use std::time::Duration;
use tauri::{Emitter, EventTarget, Manager, Runtime};

/// The event the customer's page listens to.
const EVENT: &str = "display";

/// When a fresh page is told what the last one showed. A page starts to listen shortly after it has loaded, and
/// nothing says when; what is told twice is the same picture.
const TELL_FRESH_PAGE_AFTER: [Duration; 3] = [
    Duration::from_millis(50),
    Duration::from_millis(250),
    Duration::from_millis(1_000),
];

/// One picture for the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Display {
    kind: Kind,
    shop_name: String,
    amount: Option<String>,
    qr: Option<Qr>,
    png_base64: Option<String>,
    remaining_ms: Option<i64>,
    lifetime_ms: Option<i64>,
    rail: Option<Rail>,
    paid_at: Option<String>,
    /// Where to pay when the picture's QR does not say it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pay_to: Option<PayTo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cash: Option<Cash>,
    theme: Theme,
}

/// What the customer has to write or choose: the receiver's side only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum PayTo {
    Coin {
        amount: String,
        coin: String,
        network: String,
    },
    Bank {
        bank_code: String,
        number: String,
        name: String,
    },
    Page {},
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cash {
    tendered: String,
    change: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Idle,
    Waiting,
    Moment,
    Paid,
    Blank,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Rail {
    Promptpay,
    Truemoney,
    Crypto,
    Cash,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Theme {
    Light,
    Dark,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Qr {
    size: u32,
    path: String,
}

/// The newest picture and when it came, for a customer window that opens later.
#[derive(Debug, Default)]
pub(crate) struct Newest(Mutex<Option<(Display, tokio::time::Instant)>>);

impl Newest {
    fn keep(&self, display: Display) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) =
            Some((display, tokio::time::Instant::now()));
    }

    /// The newest picture as it would be sent now: a countdown went on since.
    fn now(&self) -> Option<Display> {
        let newest = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (mut display, at) = newest.clone()?;
        let gone_ms = i64::try_from(at.elapsed().as_millis()).unwrap_or(i64::MAX);
        display.remaining_ms = display
            .remaining_ms
            .map(|left_ms| left_ms.saturating_sub(gone_ms).max(0));
        Some(display)
    }
}

/// Shows a picture to the customer, now or when their window opens.
pub(crate) fn show<R: Runtime>(manager: &impl Manager<R>, display: Display) -> tauri::Result<()> {
    let app = manager.app_handle();
    app.emit_to(EventTarget::webview_window(windows::CUSTOMER), EVENT, &display)?;
    app.state::<Newest>().keep(display);
    Ok(())
}

/// Tells a customer page that has just loaded what there is to see.
pub(crate) fn tell_fresh_page<R: Runtime>(app: &tauri::AppHandle<R>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        for pause in TELL_FRESH_PAGE_AFTER {
            tokio::time::sleep(pause).await;
            let Some(display) = app.state::<Newest>().now() else {
                return;
            };
            if let Err(error) = app.emit_to(EventTarget::webview_window(windows::CUSTOMER), EVENT, &display) {
                tracing::warn!(error = %error, "the customer's window could not be told");
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn waiting() -> serde_json::Value {
        json!({
            "kind": "waiting", "shop_name": "ร้านน้ำปั่น", "amount": "250.00", "qr": { "size": 33, "path": "M0 0h1v1z" },
            "png_base64": null, "remaining_ms": 60_000, "lifetime_ms": 600_000, "rail": "truemoney", "paid_at": null,
            "theme": "light"
        })
    }

    #[test]
    fn a_picture_goes_through_unchanged() {
        let display: Display = serde_json::from_value(waiting()).unwrap();
        assert_eq!(serde_json::to_value(display).unwrap(), waiting());
    }

    #[test]
    fn where_to_pay_and_change_go_through_unchanged() {
        for (field, value) in [
            (
                "pay_to",
                json!({ "kind": "coin", "amount": "3.31", "coin": "USDT", "network": "TRX-TRC20" }),
            ),
            (
                "pay_to",
                json!({ "kind": "bank", "bank_code": "004", "number": "1234567890", "name": "ร้าน" }),
            ),
            ("pay_to", json!({ "kind": "page" })),
            ("cash", json!({ "tendered": "500.00", "change": "379.75" })),
        ] {
            let mut picture = waiting();
            picture[field] = value;
            let display: Display = serde_json::from_value(picture.clone()).unwrap();
            assert_eq!(serde_json::to_value(display).unwrap(), picture);
        }
    }

    #[test]
    fn nothing_else_goes_through() {
        for (field, value) in [
            ("order_id", json!("0199")),
            ("cashier", json!("Malee")),
            ("payer_name", json!("Somchai")),
            ("kind", json!("review")),
            ("theme", json!("pink")),
            ("amount", json!(250)),
            (
                "pay_to",
                json!({ "kind": "coin", "amount": "1", "coin": "USDT", "network": "SOL", "payer": "x" }),
            ),
            (
                "cash",
                json!({ "tendered": "500.00", "change": "0.00", "drawer": "9000.00" }),
            ),
            ("qr", json!({ "size": 33, "path": "", "text": "000201" })),
        ] {
            let mut picture = waiting();
            picture[field] = value;
            assert!(serde_json::from_value::<Display>(picture).is_err(), "{field}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_that_opens_later_sees_the_time_that_is_left() {
        let newest = Newest::default();
        assert_eq!(newest.now(), None);
        newest.keep(serde_json::from_value(waiting()).unwrap());
        tokio::time::advance(Duration::from_millis(59_000)).await;
        assert_eq!(newest.now().unwrap().remaining_ms, Some(1_000));
        tokio::time::advance(Duration::from_millis(59_000)).await;
        assert_eq!(newest.now().unwrap().remaining_ms, Some(0), "never negative");
    }
}
