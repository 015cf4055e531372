//! A counter that takes slips: the shop's own PromptPay and a gateway, a verifier that knows the transfers a test made,
//! and pictures in memory.

use crate::world::*;
use async_trait::async_trait;
use keptang_checkout::{Charge, Override, Shown, SlipDesk, SlipDetail, SlipOutcome, SlipWish, Till};
use keptang_domain::order::{AttemptState, Order};
use keptang_domain::slip::timetable::Pace;
use keptang_domain::slip::words::Era;
use keptang_domain::slip::{ShopAccount, mini_qr};
use keptang_domain::{Method, Money, ProviderId, Timestamp};
use keptang_ports::{PictureStore, SlipAnswer, SlipError, SlipInput};
use keptang_testkit::scripted_provider::ScriptedProvider;
use keptang_testkit::scripted_verifier::{ScriptedVerifier, slip_code, transfer};
use std::collections::BTreeMap;
use std::io;
use std::ops::Deref;
use std::sync::{Arc, Mutex};

pub(crate) const KBANK: &str = "004";
pub(crate) const BANGKOK_BANK: &str = "002";
/// The shop's account as banks print it, and a neighbour's.
pub(crate) const OURS: &str = "xxx-x-x6789-0";
pub(crate) const THEIRS: &str = "xxx-x-x1111-2";
/// A white PNG: a picture in which no code can be found.
#[rustfmt::skip]
pub(crate) const WHITE: &[u8] = &[
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00,
    0x00, 0x08, 0x00, 0x00, 0x00, 0x08, 0x08, 0x00, 0x00, 0x00, 0x00, 0xE1, 0x64, 0xE1, 0x57, 0x00, 0x00, 0x00,
    0x0E, 0x49, 0x44, 0x41, 0x54, 0x78, 0xDA, 0x63, 0xF8, 0x0F, 0x05, 0x0C, 0x94, 0x31, 0x00, 0xF7, 0xC0, 0x3F,
    0xC1, 0xAF, 0x5C, 0x0F, 0xCD, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
];

/// Pictures that are kept in memory.
#[derive(Default)]
pub(crate) struct Pictures(Mutex<BTreeMap<String, Vec<u8>>>);

impl Pictures {
    pub(crate) fn files(&self) -> Vec<String> {
        self.0.lock().unwrap().keys().cloned().collect()
    }

    /// As a full or broken disk does.
    pub(crate) fn lose_all(&self) {
        self.0.lock().unwrap().clear();
    }
}

#[async_trait]
impl PictureStore for Pictures {
    async fn keep(&self, name: &str, extension: &str, bytes: &[u8]) -> io::Result<String> {
        let file = format!("{name}.{extension}");
        self.0.lock().unwrap().insert(file.clone(), bytes.to_vec());
        Ok(file)
    }

    async fn read(&self, file: &str) -> io::Result<Vec<u8>> {
        let found = self.0.lock().unwrap().get(file).cloned();
        found.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    async fn wipe(&self, file: &str) -> io::Result<()> {
        self.0.lock().unwrap().remove(file);
        Ok(())
    }
}

/// The shop. Its verifier knows the transfers that were made, and no other.
pub(crate) struct Shop {
    world: World,
    pub(crate) verifier: Arc<ScriptedVerifier>,
    pub(crate) pictures: Arc<Pictures>,
    transfers: Arc<Mutex<BTreeMap<String, SlipAnswer>>>,
}

impl Deref for Shop {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Shop {
    pub(crate) fn new() -> Self {
        Self::at(World::new())
    }

    pub(crate) fn at(mut world: World) -> Self {
        let transfers: Arc<Mutex<BTreeMap<String, SlipAnswer>>> = Arc::default();
        let (verifier, pictures) = (
            Arc::new(ScriptedVerifier::default()),
            Arc::new(Pictures::default()),
        );
        let known = Arc::clone(&transfers);
        verifier.checks.always(move |question| match &question.input {
            SlipInput::Payload(text) => {
                let reference = mini_qr::read(text).reference().ok_or(SlipError::NotFound)?;
                let known = known.lock().unwrap();
                known
                    .get(reference.trans_ref.as_str())
                    .cloned()
                    .ok_or(SlipError::NotFound)
            }
            _ => Err(SlipError::NoSlipInPicture),
        });
        world.slips = Some(SlipDesk {
            verifier: Some(verifier.clone()),
            pictures: pictures.clone(),
            accounts: vec![ShopAccount::new(KBANK, "1234567890", Vec::new(), None).unwrap()],
            max_age_ms: None,
            pace: Pace::default(),
            keep_pictures_ms: 30 * 86_400_000,
            era: Era::Common,
        });
        world
            .others
            .push(Arc::new(ScriptedProvider::new(ProviderId::PromptPayDirect)));
        Self {
            world,
            verifier,
            pictures,
            transfers,
        }
    }

    /// The same shop before anybody set up a verifier.
    pub(crate) fn without_a_verifier() -> Self {
        let mut shop = Self::new();
        shop.world.slips.as_mut().unwrap().verifier = None;
        shop
    }

    /// A bill for the shop's own QR, shown to the customer.
    pub(crate) async fn bill(&self, till: &Till, amount: Money) -> Order {
        let charge = Charge {
            method: Method::PromptPay,
            amount,
            ..charge()
        };
        self.open(till, charge).await
    }

    /// A bill at the gateway.
    pub(crate) async fn gateway_bill(&self, till: &Till) -> Order {
        self.open(till, charge()).await
    }

    async fn open(&self, till: &Till, charge: Charge) -> Order {
        let order = till.charge(charge).await.unwrap();
        self.until_state(order.id, secs(1), AttemptState::Awaiting).await
    }

    /// The customer pays the shop now, from KBank.
    pub(crate) fn pays(&self, trans_ref: &str, amount: Money) -> Shown {
        self.transfers(KBANK, trans_ref, amount, self.now(), OURS)
    }

    /// A transfer that the verifier knows, and the code of its slip.
    pub(crate) fn transfers(
        &self,
        bank: &str,
        trans_ref: &str,
        amount: Money,
        sent_at: Timestamp,
        to: &str,
    ) -> Shown {
        let answer = transfer(bank, trans_ref, amount, sent_at, to);
        self.transfers
            .lock()
            .unwrap()
            .insert(trans_ref.to_owned(), answer);
        code(bank, trans_ref)
    }

    pub(crate) fn asked(&self) -> usize {
        self.verifier.checks.count()
    }
}

pub(crate) fn code(bank: &str, trans_ref: &str) -> Shown {
    Shown::Text(slip_code(bank, trans_ref))
}

/// A picture of a code.
pub(crate) fn picture(text: &str) -> Shown {
    Shown::Picture(keptang_qr::encode(text).unwrap().to_png(4, 4))
}

pub(crate) async fn show(till: &Till, shown: Shown, order: Option<&Order>) -> SlipOutcome {
    show_with(till, shown, order, None).await
}

pub(crate) async fn show_with(
    till: &Till,
    shown: Shown,
    order: Option<&Order>,
    overriding: Option<Override>,
) -> SlipOutcome {
    let wish = SlipWish {
        shown,
        order: order.map(|order| order.id),
        by: Some("Nok".to_owned()),
        overriding,
    };
    till.verify_slip(wish).await.unwrap()
}

pub(crate) fn detail(outcome: &SlipOutcome) -> SlipDetail {
    SlipDetail::from_json(&outcome.record.detail)
}
