//! The provider's JSON objects, key for key as in the given page.

use serde_json::{Map, Value, json};

use super::state::{Charge, Refund, Source, Status};
use crate::clock::iso;
use crate::qr::QrKind;

pub(super) const REFUND_LIST_LIMIT: usize = 20;

/// What a printed object depends on besides itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    /// Scheme, host and mount that `download_uri` starts with.
    pub(super) base: &'a str,
    pub(super) is_live: bool,
    pub(super) now_ms: i64,
}

/// 1.6 % and 7 % tax on it, rounded half up to whole satang (the rates are this simulator's own).
fn fees_satang(amount_satang: i64) -> (i64, i64) {
    let fee = (amount_satang * 16 + 500) / 1000;
    (fee, (fee * 7 + 50) / 100)
}

/// The part of an id after its prefix.
pub(super) fn token_of(id: &str) -> &str {
    id.rsplit('_').next().unwrap_or(id)
}

pub(super) fn bare_source(source: &Source, is_live: bool) -> Value {
    source_object(&source.id, source.created_ms, source.amount_satang, is_live)
}

fn source_object(id: &str, created_ms: i64, amount_satang: i64, is_live: bool) -> Value {
    let mut object = json!({
        "object": "source", "id": id, "livemode": is_live, "location": format!("/sources/{id}"),
        "amount": amount_satang, "created_at": iso(created_ms), "currency": "THB", "flow": "offline",
        "ip": "127.0.0.1", "items": [], "type": "truemoney_qr", "charge_status": "unknown", "discounts": [],
    });
    for absent in [
        "barcode",
        "bank",
        "email",
        "installment_term",
        "absorption_type",
        "name",
        "mobile_number",
        "phone_number",
        "platform_type",
        "scannable_code",
        "billing",
        "shipping",
        "references",
        "provider_references",
        "store_id",
        "store_name",
        "terminal_id",
        "zero_interest_installments",
        "receipt_amount",
        "promotion_code",
    ] {
        object[absent] = Value::Null;
    }
    object
}

fn charge_source(charge: &Charge, view: View<'_>) -> Value {
    let mut source = source_object(
        &charge.source_id,
        charge.source_created_ms,
        charge.amount_satang,
        view.is_live,
    );
    let location = format!("/charges/{}/documents/{}", charge.id, charge.document_id);
    source["scannable_code"] = json!({
        "object": "barcode",
        "type": "qr",
        "image": {
            "object": "document", "livemode": view.is_live, "id": charge.document_id, "deleted": false,
            // The name stays `.png` for an SVG too: the page warns not to trust it (§2).
            "filename": "qrcode.png", "location": location, "kind": "qr",
            "download_uri": format!("{}{location}/downloads/{}", view.base, charge.download_token),
            "created_at": iso(charge.created_ms),
        },
    });
    source["provider_references"] =
        json!({"reference_number_1": charge.payment_id, "reference_number_2": null});
    source["charge_status"] = json!(charge.status.word());
    source
}

pub(super) fn charge(charge: &Charge, view: View<'_>) -> Value {
    let is_paid = charge.is_paid();
    let (fee, fee_vat) = if is_paid {
        fees_satang(charge.amount_satang)
    } else {
        (0, 0)
    };
    let net = if is_paid {
        charge.amount_satang - fee - fee_vat
    } else {
        0
    };
    let time = |at_ms: Option<i64>| at_ms.map(iso);
    let mut object = json!({
        "object": "charge", "id": charge.id, "location": format!("/charges/{}", charge.id),
        "amount": charge.amount_satang, "net": net, "fee": fee, "fee_vat": fee_vat,
        "interest": 0, "interest_vat": 0,
        "funding_amount": charge.amount_satang, "refunded_amount": charge.refunded_satang(),
        "transaction_fees": {
            "fee_flat": null, "fee_rate": is_paid.then_some("1.6"), "vat_rate": "7.0",
        },
        "platform_fee": {"fixed": null, "amount": null, "percentage": null},
        "currency": "THB", "funding_currency": "THB", "ip": charge.ip,
        "refunds": refund_list(charge, view.now_ms),
        "description": charge.description, "metadata": charge.metadata,
        "source": charge_source(charge, view),
        "transaction": charge.transaction_id,
        "failure_code": charge.failure.as_ref().map(|failure| &failure.code),
        "failure_message": charge.failure.as_ref().map(|failure| &failure.message),
        "status": charge.status.word(),
        "authorize_uri": format!("https://pay.omise.co/payments/{}/authorize?acs=false", charge.payment_id),
        "return_uri": charge.return_uri,
        "created_at": iso(charge.created_ms), "paid_at": time(charge.paid_ms),
        "authorized_at": time(charge.paid_ms), "expires_at": iso(charge.expires_ms),
        "expired_at": time(charge.expired_ms), "reversed_at": time(charge.reversed_ms),
    });
    let flags = json!({
        "zero_interest_installments": false, "authorized": is_paid, "capturable": false, "capture": true,
        "disputable": false, "livemode": view.is_live, "refundable": charge.can_refund(view.now_ms),
        "partially_refundable": charge.can_refund(view.now_ms),
        "reversed": charge.status == Status::Reversed, "reversible": false, "voided": charge.is_voided(),
        "paid": is_paid, "expired": charge.status == Status::Expired,
        "can_perform_void": charge.can_void(view.now_ms),
    });
    let absent = [
        "acquirer_reference_number",
        "link",
        "card",
        "schedule",
        "linked_account",
        "customer",
        "dispute",
        "branch",
        "terminal",
        "device",
        "approval_code",
    ];
    if let (Some(object), Value::Object(flags)) = (object.as_object_mut(), flags) {
        object.extend(flags);
        object.extend(absent.map(|name| (name.to_owned(), Value::Null)));
    }
    object
}

pub(super) fn refund(charge: &Charge, refund: &Refund, is_live: bool) -> Value {
    json!({
        "object": "refund", "id": refund.id, "livemode": is_live,
        "location": format!("/charges/{}/refunds/{}", charge.id, refund.id),
        "amount": refund.amount_satang, "currency": "THB", "charge": charge.id, "voided": refund.is_void,
        "status": "closed", "transaction": refund.transaction_id, "funding_amount": refund.amount_satang,
        "funding_currency": "THB", "metadata": refund.metadata, "created_at": iso(refund.created_ms),
    })
}

pub(super) fn refund_list(charge: &Charge, now_ms: i64) -> Value {
    // A live refund differs only by its flag, and ids already tell the mode.
    let is_live = !charge.id.contains("_test_");
    let data: Vec<Value> = charge
        .refunds
        .iter()
        .take(REFUND_LIST_LIMIT)
        .map(|one| refund(charge, one, is_live))
        .collect();
    list(&Page {
        data,
        limit: REFUND_LIST_LIMIT,
        offset: 0,
        total: charge.refunds.len(),
        location: &format!("/charges/{}/refunds", charge.id),
        is_reversed: false,
        from: "1970-01-01T00:00:00Z",
        to: &iso(now_ms),
    })
}

/// One page of a list.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) data: Vec<Value>,
    pub(super) limit: usize,
    pub(super) offset: usize,
    pub(super) total: usize,
    pub(super) location: &'a str,
    pub(super) is_reversed: bool,
    pub(super) from: &'a str,
    pub(super) to: &'a str,
}

pub(super) fn list(page: &Page<'_>) -> Value {
    let order = if page.is_reversed {
        "reverse_chronological"
    } else {
        "chronological"
    };
    json!({
        "object": "list", "data": page.data, "limit": page.limit, "offset": page.offset, "total": page.total,
        "location": page.location, "order": order, "from": page.from, "to": page.to,
    })
}

pub(super) fn capability(is_live: bool) -> Value {
    json!({
        "object": "capability", "location": "/capability", "livemode": is_live, "country": "TH",
        "banks": ["bay", "bbl", "kbank", "ktb", "scb"],
        "limits": {
            "charge_amount": {"max": 15_000_000, "min": 2000},
            "transfer_amount": {"max": null, "min": 3000},
            "installment_amount": {"min": 200_000},
        },
        "payment_methods": [{
            "object": "payment_method", "name": "truemoney_qr", "currencies": ["THB"], "card_brands": null,
            "installment_terms": null, "banks": null, "provider": null,
        }],
        "tokenization_methods": [], "zero_interest_installments": false,
    })
}

pub(super) fn account(is_live: bool) -> Value {
    json!({
        "object": "account", "id": if is_live { "acct_simulator" } else { "acct_test_simulator" },
        "location": "/account", "livemode": is_live, "country": "TH", "currency": "THB",
        "email": "shop@example.com", "team": "team_simulator", "api_version": "2019-05-29",
        "supported_currencies": ["THB"], "created_at": "2024-01-01T00:00:00Z",
    })
}

/// Lies about a charge object, as the answer faults demand.
pub(super) fn tamper(charge: &mut Map<String, Value>, fault: &crate::faults::Fault) {
    use crate::faults::Fault;
    let mut set = |name: &str, value: Value| {
        charge.insert(name.to_owned(), value);
    };
    match fault {
        Fault::StatusWord { word } => set("status", json!(word)),
        Fault::QueryAmount { amount_satang } => set("amount", json!(amount_satang)),
        Fault::Currency { currency } => set("currency", json!(currency)),
        Fault::LivemodeFlipped => {
            let is_live = charge
                .get("livemode")
                .and_then(Value::as_bool)
                .unwrap_or_default();
            charge.insert("livemode".to_owned(), json!(!is_live));
        }
        _ => {}
    }
}

pub(super) fn qr_kind(fault: Option<&crate::faults::Fault>) -> QrKind {
    use crate::faults::Fault;
    match fault {
        Some(Fault::QrSvg) => QrKind::Svg,
        Some(Fault::QrUndecodable) => QrKind::Undecodable,
        _ => QrKind::Png,
    }
}

#[cfg(test)]
mod tests {
    use super::fees_satang;

    #[test]
    fn fees_are_rounded_half_up() {
        assert_eq!(fees_satang(400_000), (6_400, 448));
        assert_eq!(fees_satang(10_000), (160, 11));
        assert_eq!(fees_satang(10_031), (160, 11));
        assert_eq!(fees_satang(10_032), (161, 11));
    }
}
