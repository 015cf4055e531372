//! What each provider can do and how its connection test went, as lines.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::{handlers, view};
use keptang_domain::provider::UnknownWord;
use keptang_domain::{Method, ProviderId, Tracking};
use keptang_ports::Fault;
use serde::Serialize;

/// The word of the slip verifier, which is no provider of payments.
const EASYSLIP: &str = "easyslip";

/// One line of `provider list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ts_rs::TS)]
pub struct ProviderLine {
    /// Always `provider`.
    #[serde(rename = "type")]
    #[ts(type = "\"provider\"")]
    pub kind: &'static str,
    /// Word.
    #[ts(type = "Provider | \"easyslip\"")]
    pub id: &'static str,
    /// Set up and switched on.
    pub enabled: bool,
    /// Methods it serves.
    #[ts(type = "Method[]")]
    pub methods: Vec<&'static str>,
    /// Smallest amount.
    pub min: Option<String>,
    /// Largest amount.
    pub max: Option<String>,
    /// How the outcome is learnt.
    #[ts(type = "Tracking[]")]
    pub tracking: Vec<&'static str>,
    /// Can cancel.
    pub cancel: bool,
    /// Can return money.
    pub refund: bool,
    /// Has a list to reconcile with.
    pub statement: bool,
    /// Can pay out.
    pub payout: bool,
    /// Real money.
    pub live: bool,
}

/// One line of `provider test`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ts_rs::TS)]
pub struct ProviderTest {
    /// Always `provider_test`.
    #[serde(rename = "type")]
    #[ts(type = "\"provider_test\"")]
    pub kind: &'static str,
    /// Word.
    pub id: String,
    /// Nothing is wrong.
    pub ok: bool,
    /// Closed list of cli.md.
    pub code: &'static str,
    /// The setting to look at.
    pub setting: Option<String>,
    /// What was found, in Thai.
    pub message_th: String,
    /// What was found, in English.
    pub message_en: String,
}

impl ProviderTest {
    fn fine(id: &str, message_th: String, message_en: String) -> Self {
        Self {
            kind: "provider_test",
            id: id.to_owned(),
            ok: true,
            code: "ok",
            setting: None,
            message_th,
            message_en,
        }
    }

    pub(crate) fn faulty(id: &str, fault: Fault) -> Self {
        Self {
            kind: "provider_test",
            id: id.to_owned(),
            ok: false,
            code: fault.code,
            setting: Some(fault.setting),
            message_th: fault.message_th,
            message_en: fault.message_en,
        }
    }
}

impl App {
    /// Every provider and what it can do.
    pub fn provider_lines(&self) -> Vec<ProviderLine> {
        let around = view::Surroundings {
            till: self.till(),
            now: self.till().now(),
        };
        let known = ProviderId::ALL.iter().map(|id| match self.till().provider(*id) {
            Some(provider) => {
                let info = around.provider(provider.as_ref());
                ProviderLine {
                    kind: "provider",
                    id: id.word(),
                    enabled: true,
                    methods: vec![id.method().word()],
                    min: Some(info.min),
                    max: Some(info.max),
                    tracking: info.tracking,
                    cancel: info.cancel,
                    refund: info.refund,
                    statement: info.statement,
                    payout: info.balance,
                    live: info.live,
                }
            }
            None if *id == ProviderId::Cash => self.cash_line(),
            None => not_enabled(id.word(), vec![id.method().word()]),
        });
        known.chain([self.slips_line()]).collect()
    }

    fn cash_line(&self) -> ProviderLine {
        let method = vec![Method::Cash.word()];
        if !handlers::takes_cash(self) {
            return not_enabled(ProviderId::Cash.word(), method);
        }
        let drawer = view::cash_drawer(self.is_training());
        ProviderLine {
            kind: "provider",
            id: drawer.id,
            enabled: true,
            methods: method,
            min: Some(drawer.min),
            max: Some(drawer.max),
            tracking: drawer.tracking,
            cancel: false,
            refund: true,
            statement: false,
            payout: false,
            live: drawer.live,
        }
    }

    /// Tries a provider's connection.
    ///
    /// # Errors
    /// `bad_request` for an unknown word.
    pub async fn test_provider(&self, id: &str) -> Result<ProviderTest, ApiError> {
        if id == EASYSLIP {
            return Ok(self.test_slips().await);
        }
        let provider: ProviderId = id
            .parse()
            .map_err(|UnknownWord| ApiError::new(ErrorCode::BadRequest).with("word", id))?;
        if provider == ProviderId::Cash && handlers::takes_cash(self) {
            return Ok(ProviderTest::fine(
                id,
                "เงินสดไม่ต้องเชื่อมต่อ".to_owned(),
                "Cash needs no connection.".to_owned(),
            ));
        }
        let Some(known) = self.till().provider(provider) else {
            return Ok(ProviderTest::faulty(id, self.switched_off(provider)));
        };
        if let Some(fault) = known.profile().fault.clone() {
            return Ok(ProviderTest::faulty(id, fault));
        }
        let report = known.test().await;
        Ok(match report.fault {
            None => ProviderTest::fine(id, report.message_th, report.message_en),
            Some(fault) => ProviderTest::faulty(id, fault),
        })
    }

    /// EasySlip serves no method: it says whether a slip is of a transfer that was made.
    fn slips_line(&self) -> ProviderLine {
        let off = not_enabled(EASYSLIP, Vec::new());
        match self.till().slip_verifier() {
            Some(verifier) => ProviderLine {
                enabled: true,
                tracking: vec![Tracking::Slip.word()],
                live: verifier.is_live(),
                ..off
            },
            None => off,
        }
    }

    async fn test_slips(&self) -> ProviderTest {
        let Some(verifier) = self.till().slip_verifier() else {
            return ProviderTest::faulty(EASYSLIP, self.slips_switched_off());
        };
        if let Some(wrong) = verifier.fault() {
            return ProviderTest::faulty(EASYSLIP, wrong.fault.clone());
        }
        let report = verifier.test().await;
        match report.fault {
            None => ProviderTest::fine(EASYSLIP, report.message_th, report.message_en),
            Some(fault) => ProviderTest::faulty(EASYSLIP, fault),
        }
    }
}

fn not_enabled(id: &'static str, methods: Vec<&'static str>) -> ProviderLine {
    ProviderLine {
        kind: "provider",
        id,
        enabled: false,
        methods,
        min: None,
        max: None,
        tracking: Vec::new(),
        cancel: false,
        refund: false,
        statement: false,
        payout: false,
        live: false,
    }
}
