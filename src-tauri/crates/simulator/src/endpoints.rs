//! The operations of every provider, by the names that stats and fault rules use.

use serde::{Deserialize, Serialize};

/// A provider the simulator plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// TrueMoney through Omise.
    Omise,
    /// The `create_deposit` gateway.
    DepositGateway,
    /// The gateway with JWT signatures.
    JwtGateway,
    /// 2328.io.
    #[serde(rename = "crypto_2328")]
    Crypto2328,
    /// EasySlip, which verifies slips and has no charges.
    #[serde(rename = "easyslip")]
    EasySlip,
}

impl Provider {
    /// The word in [`ChargeView`](crate::control::ChargeView).
    pub fn word(self) -> &'static str {
        match self {
            Self::Omise => "omise",
            Self::DepositGateway => "deposit_gateway",
            Self::JwtGateway => "jwt_gateway",
            Self::Crypto2328 => "crypto_2328",
            Self::EasySlip => "easyslip",
        }
    }
}

/// One API operation of one provider. The name is what stats and rules use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Endpoint {
    #[serde(rename = "omise.source.create")]
    OmiseSourceCreate,
    #[serde(rename = "omise.charge.create")]
    OmiseChargeCreate,
    #[serde(rename = "omise.charge.get")]
    OmiseChargeGet,
    #[serde(rename = "omise.charge.list")]
    OmiseChargeList,
    #[serde(rename = "omise.charge.expire")]
    OmiseChargeExpire,
    #[serde(rename = "omise.refund.create")]
    OmiseRefundCreate,
    #[serde(rename = "omise.refund.get")]
    OmiseRefundGet,
    #[serde(rename = "omise.refund.list")]
    OmiseRefundList,
    #[serde(rename = "omise.qr.download")]
    OmiseQrDownload,
    #[serde(rename = "omise.event.get")]
    OmiseEventGet,
    #[serde(rename = "omise.capability.get")]
    OmiseCapabilityGet,
    #[serde(rename = "omise.account.get")]
    OmiseAccountGet,
    #[serde(rename = "deposit.create")]
    DepositCreate,
    #[serde(rename = "deposit.resend")]
    DepositResend,
    #[serde(rename = "deposit.withdraw")]
    DepositWithdraw,
    #[serde(rename = "deposit.balance")]
    DepositBalance,
    #[serde(rename = "deposit.qr.download")]
    DepositQrDownload,
    #[serde(rename = "jwt.deposit")]
    JwtDeposit,
    #[serde(rename = "jwt.withdraw")]
    JwtWithdraw,
    #[serde(rename = "jwt.balance")]
    JwtBalance,
    #[serde(rename = "jwt.order.query")]
    JwtOrderQuery,
    #[serde(rename = "jwt.banks")]
    JwtBanks,
    #[serde(rename = "jwt.health")]
    JwtHealth,
    #[serde(rename = "jwt.sign")]
    JwtSign,
    #[serde(rename = "jwt.qr.download")]
    JwtQrDownload,
    #[serde(rename = "crypto.payment.create")]
    CryptoPaymentCreate,
    #[serde(rename = "crypto.payment.info")]
    CryptoPaymentInfo,
    #[serde(rename = "crypto.payment.list")]
    CryptoPaymentList,
    #[serde(rename = "crypto.balance")]
    CryptoBalance,
    #[serde(rename = "crypto.rates")]
    CryptoRates,
    #[serde(rename = "crypto.directions")]
    CryptoDirections,
    #[serde(rename = "easyslip.verify.bank")]
    EasySlipVerifyBank,
    #[serde(rename = "easyslip.verify.truewallet")]
    EasySlipVerifyTruewallet,
    #[serde(rename = "easyslip.info")]
    EasySlipInfo,
    #[serde(rename = "easyslip.health")]
    EasySlipHealth,
}

impl Endpoint {
    /// Whose operation it is.
    pub fn provider(self) -> Provider {
        match self {
            Self::OmiseSourceCreate
            | Self::OmiseChargeCreate
            | Self::OmiseChargeGet
            | Self::OmiseChargeList
            | Self::OmiseChargeExpire
            | Self::OmiseRefundCreate
            | Self::OmiseRefundGet
            | Self::OmiseRefundList
            | Self::OmiseQrDownload
            | Self::OmiseEventGet
            | Self::OmiseCapabilityGet
            | Self::OmiseAccountGet => Provider::Omise,
            Self::DepositCreate
            | Self::DepositResend
            | Self::DepositWithdraw
            | Self::DepositBalance
            | Self::DepositQrDownload => Provider::DepositGateway,
            Self::JwtDeposit
            | Self::JwtWithdraw
            | Self::JwtBalance
            | Self::JwtOrderQuery
            | Self::JwtBanks
            | Self::JwtHealth
            | Self::JwtSign
            | Self::JwtQrDownload => Provider::JwtGateway,
            Self::CryptoPaymentCreate
            | Self::CryptoPaymentInfo
            | Self::CryptoPaymentList
            | Self::CryptoBalance
            | Self::CryptoRates
            | Self::CryptoDirections => Provider::Crypto2328,
            Self::EasySlipVerifyBank
            | Self::EasySlipVerifyTruewallet
            | Self::EasySlipInfo
            | Self::EasySlipHealth => Provider::EasySlip,
        }
    }

    /// Whether it fetches a QR image, which takes no credentials.
    pub(crate) fn is_download(self) -> bool {
        matches!(
            self,
            Self::OmiseQrDownload | Self::DepositQrDownload | Self::JwtQrDownload
        )
    }
}
