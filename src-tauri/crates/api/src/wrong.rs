//! What is wrong with the settings, as one sentence that names the setting: for a provider that is switched off, for
//! one whose settings were refused, and for settings the till cannot even start with.

use crate::app::{App, StartError};
use crate::dto::Attempt;
use crate::error::{ApiError, ErrorCode};
use crate::handlers;
use crate::provider_lines::ProviderTest;
use keptang_checkout::{ChargeError, RouteError, Standing};
use keptang_domain::ProviderId;
use keptang_ports::Fault;
use keptang_settings::SecretName;

impl App {
    /// What keeps a provider switched off.
    pub(crate) fn switched_off(&self, provider: ProviderId) -> Fault {
        let (code, setting) = self.why_switched_off(provider);
        off(code, setting)
    }

    /// What keeps slips from being verified.
    pub(crate) fn slips_switched_off(&self) -> Fault {
        let key = SecretName::EasySlipApiKey;
        if self.settings().easyslip.enabled != Some(false) && self.secrets().get(key).is_none() {
            off("missing_secret", key.variable().to_owned())
        } else {
            off("disabled", "slips.easyslip.enabled".to_owned())
        }
    }

    fn why_switched_off(&self, provider: ProviderId) -> (&'static str, String) {
        let providers = &self.settings().providers;
        let (enabled, secrets): (Option<bool>, &[SecretName]) = match provider {
            ProviderId::Cash => return ("disabled", "routing.cash".to_owned()),
            ProviderId::PromptPayDirect => return ("disabled", "shop.promptpay_id".to_owned()),
            // Asked before anything else: without it no key helps.
            ProviderId::Crypto2328 if !providers.crypto_2328.legal_note_acknowledged => {
                return (
                    "disabled",
                    "providers.crypto_2328.legal_note_acknowledged".to_owned(),
                );
            }
            ProviderId::Crypto2328 => (providers.crypto_2328.enabled, &[SecretName::Crypto2328ApiKey]),
            ProviderId::DepositGateway => (
                providers.deposit_gateway.enabled,
                &[
                    SecretName::DepositGatewayToken,
                    SecretName::DepositGatewayApiKey,
                    SecretName::DepositGatewaySecretKey,
                ],
            ),
            ProviderId::JwtGateway => (providers.jwt_gateway.enabled, &[SecretName::JwtGatewayApiKey]),
            ProviderId::OmiseTrueMoney => (
                providers.omise_truemoney.enabled,
                &[SecretName::OmiseSecretKey, SecretName::OmisePublicKey],
            ),
        };
        let missing = secrets.iter().find(|name| self.secrets().get(**name).is_none());
        match missing {
            Some(name) if enabled != Some(false) => ("missing_secret", name.variable().to_owned()),
            _ => ("disabled", format!("providers.{provider}.enabled")),
        }
    }

    /// Why a sale was not opened. A provider that is only switched off is the owner's to switch on, not a mistake of
    /// whoever named it.
    pub(crate) fn not_opened(&self, error: ChargeError) -> ApiError {
        match error {
            ChargeError::Route(RouteError::NotThisProvider { provider, method })
                if provider.method() == method && !handlers::takes(self, provider) =>
            {
                ApiError::misconfigured(&self.switched_off(provider))
            }
            ChargeError::Route(RouteError::NoProvider { method }) => {
                let routed = self.settings().routing.of(method);
                // The last one is the one that needs least.
                let setting = routed.last().map_or_else(
                    || format!("routing.{method}"),
                    |last| self.switched_off(*last).setting,
                );
                ApiError::new(ErrorCode::NoProvider)
                    .with("method", method)
                    .with("setting", setting)
            }
            other => other.into(),
        }
    }

    /// What the attempt's provider complained about in its last answer, if it did.
    pub fn wrong_setting(&self, attempt: &Attempt) -> Option<ApiError> {
        let provider = attempt.provider.parse().ok()?;
        match self.till().health(provider).standing {
            Standing::Misconfigured { fault } => Some(ApiError::misconfigured(&fault)),
            _ => None,
        }
    }
}

fn off(code: &'static str, setting: String) -> Fault {
    Fault {
        code,
        message_th: format!("ยังไม่ได้เปิดใช้ ตั้งค่า {setting} ก่อน"),
        message_en: format!("Not switched on. Set {setting} first."),
        setting,
    }
}

/// The connection test of a provider whose address the settings do not accept: the till does not start with it, and
/// the test is what names it.
pub fn address_not_accepted(id: &str, error: &StartError) -> Option<ProviderTest> {
    let StartError::Settings(error) = error else {
        return None;
    };
    let setting = error.key()?;
    let of_provider = |section: &str| setting == format!("{section}.{id}.base_url");
    (of_provider("providers") || of_provider("slips")).then(|| {
        ProviderTest::faulty(
            id,
            Fault {
                code: "not_https",
                setting: setting.to_owned(),
                message_th: error.th(),
                message_en: error.to_string(),
            },
        )
    })
}
