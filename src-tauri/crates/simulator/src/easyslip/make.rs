//! Slips to order: the registry's entries, and what a customer with a story holds up.

use super::banks;
use super::mini_qr::{field, split};
use super::state::{ELSEWHERE, Slip};
use super::wire::{MadeSlip, MakeSlip, NewSlip, Party, Proxy, ProxyType, Publish, SlipKind, SlipView, Story};
use crate::app::Turn;
use crate::control::ChargeView;
use crate::money::scaled;
use crate::qr::{self, Payee};

/// Why there is no such slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoSlip {
    /// A field makes no sense; which.
    Field(&'static str),
    /// The bank has issued this number already, or nothing is there to be shown once more.
    WrongState,
    UnknownCharge,
    UnknownSlip,
}

/// Adds a slip to the registry.
pub(crate) fn add(turn: &mut Turn<'_>, new: NewSlip) -> Result<SlipView, NoSlip> {
    if new.amount_satang <= 0 || new.fee_satang < 0 {
        return Err(NoSlip::Field("an amount"));
    }
    let own_bank = new.sender.as_ref().and_then(|sender| sender.bank.clone());
    let sending_bank = new.sending_bank.or(own_bank).unwrap_or_else(|| "004".to_owned());
    if sending_bank.len() != 3 || !sending_bank.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NoSlip::Field("sending_bank"));
    }
    let trans_ref = match new.trans_ref {
        Some(text) => text,
        None => fresh_ref(turn, new.kind, &sending_bank),
    };
    let is_ref =
        (1..=35).contains(&trans_ref.len()) && trans_ref.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_ref {
        return Err(NoSlip::Field("trans_ref"));
    }
    let sender = new
        .sender
        .unwrap_or_else(|| Party::training_sender(&sending_bank));
    let receiver = match new.receiver {
        Some(receiver) => receiver,
        None => own_account(turn, new.kind).ok_or(NoSlip::Field("receiver"))?,
    };
    let slip = Slip {
        kind: new.kind,
        sending_bank,
        trans_ref,
        amount_satang: new.amount_satang,
        fee_satang: new.fee_satang,
        sender,
        receiver,
        at_ms: new.at_ms.unwrap_or(turn.now_ms),
        refs: [new.ref1, new.ref2, new.ref3],
        merchant_id: new.merchant_id,
        publish: new.publish,
        published_from_ms: turn.now_ms,
        seen_by: new
            .is_seen_elsewhere
            .then(|| ELSEWHERE.to_owned())
            .into_iter()
            .collect(),
    };
    if turn
        .world
        .easyslip
        .slips
        .iter()
        .any(|other| other.id() == slip.id())
    {
        return Err(NoSlip::WrongState);
    }
    let view = slip.view(turn.now_ms);
    turn.world.easyslip.slips.push(slip);
    turn.touch();
    Ok(view)
}

/// A number as long as the bank's are.
fn fresh_ref(turn: &mut Turn<'_>, kind: SlipKind, bank: &str) -> String {
    let chars = match kind {
        SlipKind::Bank => banks::trans_ref_chars(bank),
        SlipKind::Truewallet => 14,
    };
    let token = turn.token();
    // The tail is what differs when tokens are counted.
    let tail = token.get(token.len().saturating_sub(chars)..).unwrap_or_default();
    match (kind, bank) {
        // Wallet numbers are digits; letters become some.
        (SlipKind::Truewallet, _) => tail
            .bytes()
            .map(|byte| char::from(b'0' + byte % 10))
            .map(|digit| digit.to_string())
            .collect(),
        // SCB's numbers have letters of both cases.
        (SlipKind::Bank, "014") => format!("{tail:A>chars$}"),
        (SlipKind::Bank, _) => format!("{:0>chars$}", tail.to_uppercase()),
    }
}

/// The shop's first registered account, as a receiver.
fn own_account(turn: &Turn<'_>, kind: SlipKind) -> Option<Party> {
    let account = turn.world.settings.easyslip.accounts.first()?;
    let (bank, number) = match kind {
        SlipKind::Bank => (Some(account.bank.clone()), &account.number),
        SlipKind::Truewallet => (None, account.promptpay.first()?),
    };
    Some(Party {
        bank,
        name_th: Some(account.name_th.clone()),
        name_en: Some(account.name_en.clone()),
        account: Some(number.clone()),
        ..Party::default()
    })
}

/// Whom and how much a payment QR pays (QR page §2, §3).
struct Payment {
    receiver: Party,
    amount_satang: Option<i64>,
}

fn read_payment(turn: &Turn<'_>, text: &str) -> Option<Payment> {
    let fields = split(text)?;
    let template = match (field(&fields, "29"), field(&fields, "30")) {
        (Some(transfer), _) => split(transfer)?,
        (None, bill) => {
            let biller = field(&split(bill?)?, "01")?;
            return Some(Payment {
                receiver: target(turn, ProxyType::Billerid, biller.to_owned()),
                amount_satang: field(&fields, "54").and_then(|baht| scaled(baht, 2)),
            });
        }
    };
    let receiver = if let Some(mobile) = field(&template, "01") {
        target(
            turn,
            ProxyType::Msisdn,
            format!("0{}", mobile.strip_prefix("0066")?),
        )
    } else if let Some(id) = field(&template, "02") {
        target(turn, ProxyType::Natid, id.to_owned())
    } else if let Some(wallet) = field(&template, "03") {
        target(turn, ProxyType::Ewalletid, wallet.to_owned())
    } else {
        let account = field(&template, "04")?;
        Party {
            bank: Some(account.get(..3)?.to_owned()),
            account: Some(account.get(3..)?.into()),
            ..Party::default()
        }
    };
    Some(Payment {
        receiver,
        amount_satang: field(&fields, "54").and_then(|baht| scaled(baht, 2)),
    })
}

/// A PromptPay receiver, with the name and bank of the registered account it leads to.
fn target(turn: &Turn<'_>, kind: ProxyType, number: String) -> Party {
    let mut accounts = turn.world.settings.easyslip.accounts.iter();
    let account = accounts.find(|account| account.promptpay.iter().any(|target| target.0 == number));
    let proxy = Proxy {
        kind,
        number: number.as_str().into(),
    };
    Party {
        bank: account.map(|account| account.bank.clone()),
        name_th: account.map(|account| account.name_th.clone()),
        name_en: account.map(|account| account.name_en.clone()),
        account: account.map(|account| account.number.clone()),
        proxy: Some(proxy),
        ..Party::default()
    }
}

/// What the customer of `wish` holds up. `charge` is the one it names.
pub(crate) fn make(
    turn: &mut Turn<'_>,
    wish: MakeSlip,
    charge: Option<ChargeView>,
) -> Result<MadeSlip, NoSlip> {
    if wish.story == Story::Reused {
        let latest = turn.world.easyslip.slips.last().ok_or(NoSlip::WrongState)?;
        return Ok(shown(latest.view(turn.now_ms)));
    }
    let charge_qr = charge.as_ref().and_then(|charge| charge.qr_text.clone());
    let payment = match &wish.payment_qr {
        Some(text) => Some(read_payment(turn, text).ok_or(NoSlip::Field("payment_qr"))?),
        // A crypto address is no payment QR; the money then goes to the shop's account.
        None => charge_qr.and_then(|text| read_payment(turn, &text)),
    };
    let of_payment = payment.as_ref().and_then(|payment| payment.amount_satang);
    let asked_satang = wish
        .amount_satang
        .or_else(|| charge.as_ref().map(|charge| charge.amount_satang))
        .or(of_payment)
        .filter(|satang| *satang > 0)
        .ok_or(NoSlip::Field("an amount"))?;
    let foreign = |qr_text: String| MadeSlip {
        qr_text,
        printed_satang: asked_satang,
        slip: None,
    };
    match wish.story {
        Story::ShopQr => {
            let own = || qr::text(Payee::Mobile, asked_satang, "SHOP");
            return Ok(foreign(wish.payment_qr.unwrap_or_else(own)));
        }
        Story::Junk => return Ok(foreign("https://menu.example.com/table/7".to_owned())),
        _ => {}
    }
    // A wallet slip names its receiver by phone, not by PromptPay target.
    let payee = payment
        .map(|payment| payment.receiver)
        .filter(|_| wish.slip == SlipKind::Bank);
    let mut new = NewSlip {
        kind: wish.slip,
        sending_bank: wish.sending_bank,
        amount_satang: asked_satang,
        receiver: wish.receiver.or(payee),
        ..NewSlip::default()
    };
    tell(&mut new, wish.story, turn.now_ms);
    let mut made = shown(add(turn, new)?);
    if let Story::Edited { printed_satang } = wish.story {
        made.printed_satang = printed_satang;
    }
    Ok(made)
}

fn shown(slip: SlipView) -> MadeSlip {
    MadeSlip {
        qr_text: slip.qr_text.clone(),
        printed_satang: slip.amount_satang,
        slip: Some(slip),
    }
}

fn tell(new: &mut NewSlip, story: Story, now_ms: i64) {
    match story {
        Story::Honest | Story::Edited { .. } | Story::Reused | Story::ShopQr | Story::Junk => {}
        Story::OtherShop => {
            new.receiver = Some(match new.kind {
                SlipKind::Bank => Party::other_shop(),
                SlipKind::Truewallet => Party {
                    bank: None,
                    account: Some("0899999999".into()),
                    ..Party::other_shop()
                },
            });
        }
        Story::Old { age_s } => new.at_ms = Some(now_ms.saturating_sub(i64::from(age_s) * 1000)),
        Story::Scheduled { in_s, is_known } => {
            new.at_ms = Some(now_ms.saturating_add(i64::from(in_s) * 1000));
            let for_ms = u64::from(in_s) * 1000;
            new.publish = if is_known {
                Publish::Known
            } else {
                Publish::Unpublished { for_ms }
            };
        }
        Story::OffBy { satang } => new.amount_satang = new.amount_satang.saturating_add(satang),
        Story::Pending { for_ms } => new.publish = Publish::Pending { for_ms },
        Story::Unpublished { for_ms } => new.publish = Publish::Unpublished { for_ms },
        Story::Fake => new.publish = Publish::Never,
        Story::SeenElsewhere => new.is_seen_elsewhere = true,
    }
}

/// Changes when EasySlip can see a slip, counted from now.
pub(crate) fn set_publish(turn: &mut Turn<'_>, id: &str, publish: Publish) -> Result<SlipView, NoSlip> {
    let now_ms = turn.now_ms;
    let mut slips = turn.world.easyslip.slips.iter_mut();
    let slip = slips.find(|slip| slip.id() == id).ok_or(NoSlip::UnknownSlip)?;
    slip.publish = publish;
    slip.published_from_ms = now_ms;
    let view = slip.view(now_ms);
    turn.touch();
    Ok(view)
}

/// Every slip, oldest first.
pub(crate) fn views(turn: &Turn<'_>) -> Vec<SlipView> {
    let slips = turn.world.easyslip.slips.iter();
    slips.map(|slip| slip.view(turn.now_ms)).collect()
}

/// What the QR of a slip says.
pub(crate) fn payload_of(turn: &Turn<'_>, id: &str) -> Option<String> {
    let mut slips = turn.world.easyslip.slips.iter();
    slips.find(|slip| slip.id() == id).map(Slip::qr_text)
}
