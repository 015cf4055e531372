//! From settings and secrets to providers: what each client is told. A provider whose settings are wrong is made all
//! the same, so that the till can say what is wrong with it.

use crate::pictures::PictureFolder;
use keptang_checkout::{PayoutAccount, PayoutRules, SlipDesk};
use keptang_domain::promptpay;
use keptang_domain::slip::timetable::Pace;
use keptang_domain::slip::{ShopAccount, words};
use keptang_domain::{Method, Money, ProviderId};
use keptang_ports::{Clock, SlipVerifier};
use keptang_providers::crypto_2328::Crypto2328;
use keptang_providers::{
    HttpClient, HttpClientError, Providers, Secret, crypto_2328, deposit_gateway, easyslip, jwt_gateway,
    omise_truemoney, promptpay_direct,
};
use keptang_settings::{
    AccountText, AmountSignature, CallbackSignature, DecimalText, Flow, JwtType, SecretName, Secrets,
    Settings,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The providers of a till.
pub(crate) struct Wired {
    pub(crate) providers: Providers,
    /// Also apart: its limits are the provider's own, to be asked for once it can be.
    pub(crate) crypto: Option<Arc<Crypto2328>>,
}

/// Every provider that is switched on. `public_url` is where callbacks reach this till.
pub(crate) fn providers(
    settings: &Settings,
    secrets: &Secrets,
    public_url: Option<&str>,
    clock: Arc<dyn Clock>,
) -> Result<Wired, HttpClientError> {
    let timeout_ms = i64::try_from(settings.timing.request_timeout_ms).unwrap_or(i64::MAX);
    let http = HttpClient::new(timeout_ms, clock)?;
    let wiring = Wiring {
        settings,
        secrets,
        public_url,
    };
    let on = |id| settings.is_enabled(id, secrets);
    let mut providers = Providers::new();
    let mut crypto = None;
    if on(ProviderId::PromptPayDirect) {
        let direct = wiring.promptpay_direct();
        providers = providers.with(promptpay_direct::PromptPayDirect::new(&direct));
    }
    if on(ProviderId::DepositGateway) {
        let config = wiring.deposit_gateway();
        providers = providers.with(deposit_gateway::DepositGateway::new(config, &http));
    }
    if on(ProviderId::JwtGateway) {
        let config = wiring.jwt_gateway();
        providers = providers.with(jwt_gateway::JwtGateway::new(config, &http));
    }
    if on(ProviderId::OmiseTrueMoney) {
        let config = wiring.omise_truemoney();
        providers = providers.with(omise_truemoney::OmiseTrueMoney::new(config, &http));
    }
    if on(ProviderId::Crypto2328) {
        let client = Arc::new(Crypto2328::new(wiring.crypto_2328(), &http));
        crypto = Some(Arc::clone(&client));
        providers = providers.with_shared(client);
    }
    Ok(Wired { providers, crypto })
}

/// Providers of each method in the owner's order, as far as they are on.
pub(crate) fn routing(settings: &Settings, providers: &Providers) -> BTreeMap<Method, Vec<ProviderId>> {
    // The drawer has no client: nobody is asked.
    let on = |id: &ProviderId| *id == ProviderId::Cash || providers.get(*id).is_some();
    Method::ALL
        .iter()
        .map(|method| {
            let wanted = settings.routing.of(*method).iter().copied();
            (*method, wanted.filter(on).collect())
        })
        .collect()
}

/// Where money may be paid out to, how much and how soon.
pub(crate) fn payout_rules(settings: &Settings) -> PayoutRules {
    let given = &settings.providers.jwt_gateway;
    let accounts = given.payout_accounts.iter().map(|account| PayoutAccount {
        label: account.label.clone(),
        bank_code: account.bank_code.clone(),
        account_no: account.account_no.expose().to_owned(),
        account_name: account.account_name.clone(),
    });
    PayoutRules {
        accounts: accounts.collect(),
        day_limit: Money::from_satang(given.payout_day_limit_satang),
        cool_down_ms: i64::from(given.payout_cool_down_hours).saturating_mul(3_600_000),
    }
}

/// What is needed to take slips. An account whose number cannot be read is left out and said so in the log: a slip to it
/// is then for a person, never a "no".
pub(crate) fn slip_desk(
    settings: &Settings,
    secrets: &Secrets,
    data_dir: &Path,
    clock: Arc<dyn Clock>,
) -> Result<SlipDesk, HttpClientError> {
    let given = &settings.easyslip;
    let verifier: Option<Arc<dyn SlipVerifier>> = if settings.is_easyslip_enabled(secrets) {
        let timeout_ms = i64::try_from(settings.timing.request_timeout_ms).unwrap_or(i64::MAX);
        let http = HttpClient::new(timeout_ms, clock)?;
        let key = secrets
            .get(SecretName::EasySlipApiKey)
            .and_then(|secret| Secret::new(secret.expose()));
        let config = easyslip::Config {
            base_url: given.base_url.clone(),
            match_account: given.match_account,
            live: !settings.training,
            ..easyslip::Config::new(key)
        };
        Some(Arc::new(easyslip::EasySlip::new(config, &http)))
    } else {
        None
    };
    Ok(SlipDesk {
        verifier,
        pictures: Arc::new(PictureFolder::of(data_dir)),
        accounts: shop_accounts(settings),
        max_age_ms: given.max_age_minutes.map(|minutes| i64::from(minutes) * 60_000),
        pace: Pace {
            first_s: settings.timing.slip_retry_first_s,
            every_s: settings.timing.slip_retry_every_s,
        },
        keep_pictures_ms: i64::from(given.keep_images_days) * 86_400_000,
        era: match settings.shop.era {
            keptang_settings::Era::Christian => words::Era::Common,
            keptang_settings::Era::Buddhist => words::Era::Buddhist,
        },
    })
}

fn shop_accounts(settings: &Settings) -> Vec<ShopAccount> {
    let listed = settings.shop.accounts.iter().filter_map(|account| {
        let names = [&account.name_th, &account.name_en]
            .into_iter()
            .flatten()
            .cloned();
        let promptpay = account.promptpay.as_ref().map(|id| id.expose());
        ShopAccount::new(&account.bank_code, account.number.expose(), names, promptpay)
            .inspect_err(|error| tracing::error!(error = %error, "an entry of shop.accounts is left out"))
            .ok()
    });
    // The shop's own PromptPay QR is where most slips are sent.
    let own = settings
        .shop
        .promptpay_id
        .as_ref()
        .and_then(|id| id.expose().parse::<promptpay::Target>().ok())
        .map(ShopAccount::promptpay);
    listed.chain(own).collect()
}

struct Wiring<'a> {
    settings: &'a Settings,
    secrets: &'a Secrets,
    public_url: Option<&'a str>,
}

impl Wiring<'_> {
    fn secret(&self, name: SecretName) -> Option<Secret> {
        self.secrets
            .get(name)
            .and_then(|secret| Secret::new(secret.expose()))
    }

    /// Real money, as far as nothing in the keys of a provider tells.
    fn live(&self) -> bool {
        !self.settings.training
    }

    /// A transfer to this shop can be shown as a slip.
    fn slips(&self) -> bool {
        self.settings.is_easyslip_enabled(self.secrets)
    }

    fn callbacks(&self) -> bool {
        self.public_url.is_some()
    }

    fn promptpay_direct(&self) -> promptpay_direct::Config {
        promptpay_direct::Config {
            promptpay_id: self
                .settings
                .shop
                .promptpay_id
                .as_ref()
                .map(|id| id.expose().to_owned()),
            live: self.live(),
        }
    }

    fn deposit_gateway(&self) -> deposit_gateway::Config {
        let given = &self.settings.providers.deposit_gateway;
        let usual = deposit_gateway::Payer::default();
        deposit_gateway::Config {
            amount_signature: match given.amount_signature {
                AmountSignature::Fixed2 => deposit_gateway::AmountSignature::Fixed2,
                AmountSignature::Minimal => deposit_gateway::AmountSignature::Minimal,
            },
            payer: deposit_gateway::Payer {
                account: account(given.payer_account.as_ref()),
                bank_code: given.payer_bank_code.clone().unwrap_or(usual.bank_code),
                name_th: given.payer_name_th.clone().unwrap_or(usual.name_th),
                name_en: given.payer_name_en.clone().unwrap_or(usual.name_en),
                user_id: given.payer_user_id.clone().unwrap_or(usual.user_id),
            },
            callbacks: self.callbacks(),
            slips: self.slips(),
            live: self.live(),
            ..deposit_gateway::Config::new(
                given.base_url.as_deref().unwrap_or_default(),
                self.secret(SecretName::DepositGatewayToken),
                self.secret(SecretName::DepositGatewayApiKey),
                self.secret(SecretName::DepositGatewaySecretKey),
            )
        }
    }

    fn jwt_gateway(&self) -> jwt_gateway::Config {
        let given = &self.settings.providers.jwt_gateway;
        let usual = jwt_gateway::Payer::default();
        let training = self
            .settings
            .training
            .then_some(keptang_simulator::TRAINING_JWT_MERCHANT_ID);
        jwt_gateway::Config {
            kind: match given.kind {
                JwtType::Qr => jwt_gateway::DepositType::Qr,
                JwtType::BankTransfer => jwt_gateway::DepositType::BankTransfer,
            },
            callback_signature: match given.callback_signature {
                CallbackSignature::Strict => jwt_gateway::CallbackSignature::Strict,
                CallbackSignature::CoreFields => jwt_gateway::CallbackSignature::CoreFields,
            },
            payer: jwt_gateway::Payer {
                account_number: account(given.payer_account_number.as_ref()),
                bank: given.payer_bank.clone().unwrap_or(usual.bank),
                name: given.payer_name.clone().unwrap_or(usual.name),
            },
            paths: jwt_gateway::Paths {
                deposit: given.paths.deposit.clone(),
                withdraw: given.paths.withdraw.clone(),
                balance: given.paths.balance.clone(),
                order_query: given.paths.order_query.clone(),
                banks: given.paths.banks.clone(),
                health: given.paths.health.clone(),
                jwt_create: given.paths.jwt_create.clone(),
            },
            callbacks: self.callbacks(),
            slips: self.slips(),
            live: self.live(),
            ..jwt_gateway::Config::new(
                given.base_url.as_deref().unwrap_or_default(),
                given.merchant_id.as_deref().or(training).unwrap_or_default(),
                self.secret(SecretName::JwtGatewayApiKey),
            )
        }
    }

    fn omise_truemoney(&self) -> omise_truemoney::Config {
        let given = &self.settings.providers.omise_truemoney;
        let webhook_secret = self.secret(SecretName::OmiseWebhookSecret);
        omise_truemoney::Config {
            base_url: given.base_url.clone(),
            flow: match given.flow {
                Flow::OneCall => omise_truemoney::Flow::OneCall,
                Flow::SourceFirst => omise_truemoney::Flow::SourceFirst,
            },
            public_key: self.secret(SecretName::OmisePublicKey),
            callbacks: self.callbacks() && webhook_secret.is_some(),
            webhook_secret,
            till: self.settings.shop.counter.clone(),
            ..omise_truemoney::Config::new(self.secret(SecretName::OmiseSecretKey))
        }
    }

    fn crypto_2328(&self) -> crypto_2328::Config {
        let given = &self.settings.providers.crypto_2328;
        let training = self
            .settings
            .training
            .then_some(keptang_simulator::TRAINING_CRYPTO_PROJECT);
        let project = given.project.as_deref().or(training).map(str::to_owned);
        let decimal = |text: &DecimalText| text.as_str().to_owned();
        crypto_2328::Config {
            base_url: given.base_url.clone(),
            legal_note_acknowledged: given.legal_note_acknowledged,
            invoice_currency: given.invoice_currency.clone(),
            usd_thb_rate: Some(decimal(&given.usd_thb_rate)),
            coins: given.coins.clone(),
            ttl_seconds: given.ttl_s,
            fee_split: given.fee_split.as_ref().map(decimal),
            price_markup: given.price_markup.as_ref().map(decimal),
            invite_code: given.invite_code.clone(),
            description: given.description.clone(),
            public_url: self.public_url.map(str::to_owned),
            live: self.live(),
            ..crypto_2328::Config::new(project, self.secret(SecretName::Crypto2328ApiKey))
        }
    }
}

fn account(text: Option<&AccountText>) -> Option<Secret> {
    text.and_then(|text| Secret::new(text.expose()))
}
