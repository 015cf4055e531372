//! What each provider can do, by its page, and how it is put together for the stage.

use Can::*;
use keptang_domain::ProviderId;
use keptang_ports::PaymentProvider;
use keptang_providers::{
    HttpClient, Secret, crypto_2328, deposit_gateway, jwt_gateway, omise_truemoney, promptpay_direct,
};
use keptang_simulator::faults::Endpoint;
use keptang_simulator::{
    Running, TRAINING_CRYPTO_API_KEY, TRAINING_CRYPTO_PROJECT, TRAINING_DEPOSIT_API_KEY,
    TRAINING_DEPOSIT_SECRET_KEY, TRAINING_DEPOSIT_TOKEN, TRAINING_JWT_API_KEY, TRAINING_JWT_MERCHANT_ID,
    TRAINING_SECRET_KEY, TRAINING_WEBHOOK_SECRET,
};
use std::sync::Arc;

/// Something that a scenario may need of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Can {
    /// It is asked over a network.
    BeCalled,
    /// It can be asked where a payment stands.
    BePolled,
    /// It finds a payment by our reference.
    FindLost,
    /// It calls back when asked to.
    Resend,
    /// It lets go of a payment when asked to.
    LetGo,
    /// It calls back.
    CallBack,
    /// Its callbacks are signed.
    Sign,
    /// Its callbacks carry a time under their signature.
    SignTime,
    /// Each attempt has a callback address of its own.
    CallAttempt,
    /// A payment has an end.
    Expire,
    /// It says that a payment failed.
    Fail,
    /// Part of the sum can arrive, and it says how much.
    TakePart,
    /// The same payment can be paid again, and it says so.
    TakeTwice,
    /// It changes amounts to tell payments apart.
    Adjust,
    /// It can hold money back.
    Hold,
    /// Its QR carries the amount.
    PrintAmount,
}

/// A provider as some shop has it. Displayed as its module among the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Player {
    OmiseTrueMoney,
    DepositGateway,
    JwtGateway,
    /// A merchant whose gateway has no order query: its signed callbacks are all there is (cli.md, evidence).
    JwtGatewayUnasked,
    Crypto2328,
    PromptPayDirect,
}

impl Player {
    pub(crate) const ALL: [Self; 6] = [
        Self::OmiseTrueMoney,
        Self::DepositGateway,
        Self::JwtGateway,
        Self::JwtGatewayUnasked,
        Self::Crypto2328,
        Self::PromptPayDirect,
    ];

    pub(crate) const fn provider(self) -> ProviderId {
        match self {
            Self::OmiseTrueMoney => ProviderId::OmiseTrueMoney,
            Self::DepositGateway => ProviderId::DepositGateway,
            Self::JwtGateway | Self::JwtGatewayUnasked => ProviderId::JwtGateway,
            Self::Crypto2328 => ProviderId::Crypto2328,
            Self::PromptPayDirect => ProviderId::PromptPayDirect,
        }
    }

    pub(crate) fn can(self, can: Can) -> bool {
        self.abilities().contains(&can)
    }

    /// What it declares.
    const fn abilities(self) -> &'static [Can] {
        match self {
            Self::OmiseTrueMoney => &[
                BeCalled,
                BePolled,
                FindLost,
                LetGo,
                CallBack,
                Sign,
                SignTime,
                Expire,
                Fail,
                PrintAmount,
            ],
            Self::DepositGateway => &[
                BeCalled,
                Resend,
                CallBack,
                CallAttempt,
                Expire,
                Fail,
                Adjust,
                PrintAmount,
            ],
            Self::JwtGateway => &[
                BeCalled,
                BePolled,
                FindLost,
                CallBack,
                Sign,
                SignTime,
                CallAttempt,
                Expire,
                Fail,
                Adjust,
                PrintAmount,
            ],
            Self::JwtGatewayUnasked => &[
                BeCalled,
                CallBack,
                Sign,
                CallAttempt,
                Expire,
                Fail,
                Adjust,
                PrintAmount,
            ],
            Self::Crypto2328 => &[
                BeCalled,
                BePolled,
                FindLost,
                CallBack,
                Sign,
                CallAttempt,
                Expire,
                TakePart,
                TakeTwice,
                Hold,
            ],
            Self::PromptPayDirect => &[],
        }
    }
}

/// Tests ask faster than people.
const REQUESTS_PER_SECOND: u32 = 10_000;

/// The provider's client, pointed at the simulator.
pub(crate) fn client(
    player: Player,
    http: &HttpClient,
    simulator: &Running,
    public_url: &str,
) -> Arc<dyn PaymentProvider> {
    match player {
        Player::OmiseTrueMoney => Arc::new(omise_truemoney::OmiseTrueMoney::new(
            omise_truemoney::Config {
                base_url: simulator.omise_base_url(),
                webhook_secret: Secret::new(TRAINING_WEBHOOK_SECRET),
                callbacks: true,
                requests_per_second: REQUESTS_PER_SECOND,
                ..omise_truemoney::Config::new(Secret::new(TRAINING_SECRET_KEY))
            },
            http,
        )),
        Player::DepositGateway => Arc::new(deposit_gateway::DepositGateway::new(
            deposit_gateway::Config {
                callbacks: true,
                requests_per_second: REQUESTS_PER_SECOND,
                ..deposit_gateway::Config::new(
                    &simulator.deposit_base_url(),
                    Secret::new(TRAINING_DEPOSIT_TOKEN),
                    Secret::new(TRAINING_DEPOSIT_API_KEY),
                    Secret::new(TRAINING_DEPOSIT_SECRET_KEY),
                )
            },
            http,
        )),
        Player::JwtGateway | Player::JwtGatewayUnasked => Arc::new(jwt_gateway::JwtGateway::new(
            jwt_gateway::Config {
                paths: jwt_gateway::Paths {
                    order_query: (player == Player::JwtGateway).then(|| "/order/query".to_owned()),
                    ..jwt_gateway::Paths::default()
                },
                callbacks: true,
                requests_per_second: REQUESTS_PER_SECOND,
                ..jwt_gateway::Config::new(
                    &simulator.jwt_base_url(),
                    TRAINING_JWT_MERCHANT_ID,
                    Secret::new(TRAINING_JWT_API_KEY),
                )
            },
            http,
        )),
        Player::Crypto2328 => Arc::new(crypto_2328::Crypto2328::new(
            crypto_2328::Config {
                base_url: simulator.crypto_base_url(),
                legal_note_acknowledged: true,
                public_url: Some(public_url.to_owned()),
                live: false,
                requests_per_second: REQUESTS_PER_SECOND,
                ..crypto_2328::Config::new(
                    Some(TRAINING_CRYPTO_PROJECT.to_owned()),
                    Secret::new(TRAINING_CRYPTO_API_KEY),
                )
            },
            http,
        )),
        Player::PromptPayDirect => Arc::new(promptpay_direct::PromptPayDirect::new(
            &promptpay_direct::Config {
                promptpay_id: Some("0800000000".to_owned()),
                live: false,
            },
        )),
    }
}

/// The operations that scenarios spoil.
#[derive(Clone, Copy)]
pub(crate) struct Endpoints {
    pub(crate) create: Endpoint,
    pub(crate) query: Endpoint,
    pub(crate) find: Endpoint,
    pub(crate) cancel: Endpoint,
}

/// Where it is asked what; where an operation does not exist, the nearest that does.
pub(crate) fn endpoints(player: Player) -> Endpoints {
    let (create, query, find, cancel) = match player {
        Player::OmiseTrueMoney => (
            Endpoint::OmiseChargeCreate,
            Endpoint::OmiseChargeGet,
            Endpoint::OmiseChargeList,
            Endpoint::OmiseChargeExpire,
        ),
        Player::DepositGateway => (
            Endpoint::DepositCreate,
            Endpoint::DepositResend,
            Endpoint::DepositResend,
            Endpoint::DepositResend,
        ),
        Player::JwtGateway | Player::JwtGatewayUnasked => (
            Endpoint::JwtDeposit,
            Endpoint::JwtOrderQuery,
            Endpoint::JwtOrderQuery,
            Endpoint::JwtOrderQuery,
        ),
        Player::Crypto2328 => (
            Endpoint::CryptoPaymentCreate,
            Endpoint::CryptoPaymentInfo,
            Endpoint::CryptoPaymentInfo,
            Endpoint::CryptoPaymentInfo,
        ),
        Player::PromptPayDirect => unreachable!("{player:?} is never called"),
    };
    Endpoints {
        create,
        query,
        find,
        cancel,
    }
}
