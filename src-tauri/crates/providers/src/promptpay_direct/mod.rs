//! The shop's own PromptPay ID: a QR we write ourselves. No network.
//!
//! Nobody can be asked whether it was paid, so there is no status, no cancel and no refund here: a slip or a
//! permitted person settles it. A QR that was shown can be paid for ever.

use async_trait::async_trait;
use keptang_domain::order::{Instruction, Quote};
use keptang_domain::promptpay::{self, Target};
use keptang_domain::{Money, ProviderId, Timestamp, Tracking};
use keptang_ports::{
    Asset, Cancel, CreatePayment, Created, Fault, Lookup, NoticeReader, PaymentProvider, Payouts,
    ProviderError, ProviderProfile, Refunds, Resend, Statement, StatusQuery, TestReport,
};

const SETTING: &str = "shop.promptpay_id";

/// What the owner sets.
#[derive(Debug, Clone)]
pub struct Config {
    /// The shop's mobile number, national or tax ID, or e-wallet ID, as typed.
    pub promptpay_id: Option<String>,
    /// Real money; `false` in training, where the ID is made up.
    pub live: bool,
}

/// The provider.
pub struct PromptPayDirect {
    profile: ProviderProfile,
    target: Result<Target, Fault>,
}

impl PromptPayDirect {
    /// A provider for that ID; without a usable one it exists, says what is missing, and makes no QR.
    pub fn new(config: &Config) -> Self {
        let typed = config.promptpay_id.as_deref().map_or("", str::trim);
        let target = if typed.is_empty() {
            Err(fault(
                "ยังไม่ได้ใส่พร้อมเพย์ของร้าน ใส่เบอร์มือถือ เลขประจำตัว หรือเลขอีวอลเล็ตในการตั้งค่าร้าน",
                "The shop's PromptPay ID is missing. Enter its mobile number, national or tax ID, or e-wallet ID in \
                 the shop settings.",
            ))
        } else {
            typed.parse::<Target>().map_err(|_| {
                fault(
                    "พร้อมเพย์ของร้านไม่ถูกต้อง ตรวจเบอร์มือถือ เลขประจำตัว 13 หลัก หรือเลขอีวอลเล็ต 15 หลัก",
                    "The shop's PromptPay ID is not valid. Check the mobile number, the 13 digits of an ID or the 15 \
                     digits of an e-wallet.",
                )
            })
        };
        let profile = ProviderProfile {
            min: Money::SMALLEST_SALE,
            max: Money::LARGEST_SALE,
            tracking: vec![Tracking::Slip, Tracking::Person],
            own_life_ms: None,
            // Nothing is ever sent.
            requests_per_second: 0,
            live: config.live,
            fault: target.as_ref().err().cloned(),
        };
        Self { profile, target }
    }

    fn target(&self) -> Result<&Target, ProviderError> {
        self.target
            .as_ref()
            .map_err(|fault| ProviderError::Misconfigured(Box::new(fault.clone())))
    }
}

fn fault(th: &str, en: &str) -> Fault {
    Fault {
        code: "other",
        setting: SETTING.to_owned(),
        message_th: th.to_owned(),
        message_en: en.to_owned(),
    }
}

#[async_trait]
impl PaymentProvider for PromptPayDirect {
    fn id(&self) -> ProviderId {
        ProviderId::PromptPayDirect
    }

    fn profile(&self) -> &ProviderProfile {
        &self.profile
    }

    fn assets(&self) -> Vec<Asset> {
        Vec::new()
    }

    fn quote(
        &self,
        _amount: Money,
        _asset: Option<&Asset>,
        _now: Timestamp,
    ) -> Result<Option<Quote>, ProviderError> {
        Ok(None)
    }

    fn clock_ahead_ms(&self) -> Option<i64> {
        None
    }

    async fn create(&self, payment: &CreatePayment) -> Result<Created, ProviderError> {
        // No reference inside: banks are not bound to hand it on, and the shortest QR scans best.
        let text = promptpay::credit_transfer(self.target()?, Some(payment.amount), None).map_err(|_| {
            ProviderError::Refused {
                code: "amount_out_of_range".to_owned(),
            }
        })?;
        Ok(Created {
            provider_ref: None,
            payable: payment.amount,
            offer: Ok(Instruction::QrText { text }),
            lifetime_ms: None,
            // Nobody was asked.
            said: None,
        })
    }

    fn status(&self) -> Option<&dyn StatusQuery> {
        None
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        None
    }

    fn notices(&self) -> Option<&dyn NoticeReader> {
        None
    }

    fn cancel(&self) -> Option<&dyn Cancel> {
        None
    }

    fn refunds(&self) -> Option<&dyn Refunds> {
        None
    }

    fn resend(&self) -> Option<&dyn Resend> {
        None
    }

    fn statement(&self) -> Option<&dyn Statement> {
        None
    }

    fn payouts(&self) -> Option<&dyn Payouts> {
        None
    }

    async fn test(&self) -> TestReport {
        TestReport {
            fault: self.profile.fault.clone(),
            message_th: "สร้างคิวอาร์พร้อมเพย์ของร้านได้ ให้สแกนดูชื่อผู้รับหนึ่งครั้งก่อนใช้จริง".to_owned(),
            message_en: "The shop's PromptPay QR can be made. Scan it once and check the receiver's name."
                .to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use keptang_domain::AttemptId;
    use keptang_domain::promptpay::Recipient;

    fn provider(id: Option<&str>) -> PromptPayDirect {
        PromptPayDirect::new(&Config {
            promptpay_id: id.map(str::to_owned),
            live: true,
        })
    }

    fn payment(satang: i64) -> CreatePayment {
        CreatePayment {
            attempt: AttemptId::from_bits(1),
            order_number: "1-0001".to_owned(),
            amount: Money::from_satang(satang),
            callback_url: None,
            quote: None,
        }
    }

    #[tokio::test]
    async fn the_qr_names_the_shop_and_the_exact_amount() {
        let provider = provider(Some("080-000-0000"));
        for satang in [1, 9_950, 999_999_999] {
            let created = provider.create(&payment(satang)).await.unwrap();
            assert_eq!((created.payable.satang(), created.lifetime_ms), (satang, None));
            let Ok(Instruction::QrText { text }) = created.offer else {
                panic!("not a text")
            };
            let qr = promptpay::parse(&text).unwrap();
            assert_eq!(qr.amount, Some(Money::from_satang(satang)));
            let Recipient::CreditTransfer(target) = qr.recipient else {
                panic!("another kind of QR")
            };
            assert_eq!(target.to_string(), "0800000000");
        }
    }

    #[tokio::test]
    async fn vector_p17_comes_out_to_the_letter() {
        let created = provider(Some("0800000000"))
            .create(&payment(9_950))
            .await
            .unwrap();
        let text = "00020101021229370016A0000006770101110113006680000000053037645405\
                    99.505802TH63046CF2";
        assert_eq!(
            created.offer,
            Ok(Instruction::QrText {
                text: text.to_owned()
            })
        );
    }

    #[tokio::test]
    async fn without_a_usable_id_nothing_is_made_and_the_setting_is_named() {
        for id in [None, Some(""), Some("   "), Some("12345")] {
            let provider = provider(id);
            let fault = provider.profile().fault.clone().unwrap();
            assert_eq!((fault.code, fault.setting.as_str()), ("other", SETTING));
            let refused = provider.create(&payment(100)).await.unwrap_err();
            assert_eq!(refused, ProviderError::Misconfigured(Box::new(fault.clone())));
            assert_eq!(provider.test().await.fault, Some(fault));
        }
    }
}
