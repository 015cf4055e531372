//! A verifier of slips that answers what a test says, and the slips to ask it about.

use crate::scripted_provider::Script;
use async_trait::async_trait;
use keptang_domain::slip::{BankCode, MaskedNumber, Party, SendingBank, SlipFacts, SlipRef, TransRef};
use keptang_domain::{Money, Timestamp};
use keptang_ports::{
    Quota, SlipAccount, SlipAnswer, SlipError, SlipFault, SlipQuestion, SlipVerifier, TestReport,
};

/// Answers of a check.
pub type Checks = Script<SlipQuestion, Result<SlipAnswer, SlipError>>;

/// A verifier. Without instructions it knows no transfer.
pub struct ScriptedVerifier {
    /// Checks of slips.
    pub checks: Checks,
}

impl Default for ScriptedVerifier {
    fn default() -> Self {
        Self {
            checks: Script::new(|_| Err(SlipError::NotFound)),
        }
    }
}

#[async_trait]
impl SlipVerifier for ScriptedVerifier {
    fn fault(&self) -> Option<&SlipFault> {
        None
    }

    fn is_live(&self) -> bool {
        false
    }

    async fn verify(&self, question: &SlipQuestion) -> Result<SlipAnswer, SlipError> {
        self.checks.ask(question).await
    }

    async fn info(&self) -> Result<SlipAccount, SlipError> {
        Err(SlipError::Unavailable { after_ms: None })
    }

    fn quota(&self) -> Option<Quota> {
        None
    }

    async fn test(&self) -> TestReport {
        TestReport {
            fault: None,
            message_th: "ทดสอบ".to_owned(),
            message_en: "test".to_owned(),
        }
    }
}

/// The text of a bank slip's code (thai-qr-formats.md, section 4).
///
/// # Panics
/// When the reference is longer than 99 characters.
pub fn slip_code(bank: &str, trans_ref: &str) -> String {
    let template = format!("00060000010103{bank}02{:02}{trans_ref}", trans_ref.len());
    let covered = format!("00{:02}{template}5102TH9104", template.len());
    format!("{covered}{:04X}", crc16(covered.as_bytes()))
}

/// CRC-16/CCITT-FALSE, written once more so that the till's own is not its own witness.
fn crc16(bytes: &[u8]) -> u16 {
    let mut crc = 0xFFFF_u16;
    for byte in bytes {
        crc ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            let carry = crc & 0x8000 != 0;
            crc <<= 1;
            if carry {
                crc ^= 0x1021;
            }
        }
    }
    crc
}

/// What a verifier says about a transfer to an account: account numbers are masked as banks print them.
///
/// # Panics
/// When the bank, the reference or the number makes no sense.
pub fn transfer(bank: &str, trans_ref: &str, amount: Money, sent_at: Timestamp, to: &str) -> SlipAnswer {
    SlipAnswer {
        facts: SlipFacts {
            reference: SlipRef {
                sending_bank: SendingBank::from_word(bank).expect("a bank of the test"),
                trans_ref: TransRef::new(trans_ref).expect("a reference of the test"),
            },
            amount,
            sent_at,
            sender: Party::default(),
            receiver: Party {
                bank: BankCode::new("004"),
                account: Some(MaskedNumber::read(to).expect("a number of the test")),
                ..Party::default()
            },
            matched: None,
        },
        is_duplicate: Some(false),
        is_amount_matched: None,
        kept: "{}".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use keptang_domain::slip::mini_qr;

    #[test]
    fn a_made_code_is_read_back() {
        // S12 of thai-qr-formats.md, with its checksum whole.
        let known = "0046000600000101030140225202601010TESTTESTTEST00015102TH91040C18";
        assert_eq!(slip_code("014", "202601010TESTTESTTEST0001"), known);
        let read = mini_qr::read(&slip_code("002", "R1")).reference();
        assert_eq!(read.map(|read| read.trans_ref.to_string()), Some("R1".to_owned()));
    }
}
