//! What goes to stdout: one JSON object per line, or aligned text in the shop's language.
//!
//! Whoever reads may leave early (`keptang report | head -1`). What a command does to money is not cut short by that:
//! it goes on to its end, and the lines that nobody reads are dropped.

use crate::exit::{Exit, Failure};
use keptang_api::{App, Instruction, Order};
use serde::Serialize;
use serde_json::json;
use std::cell::Cell;
use std::io::{self, ErrorKind, Write as _};

/// Prints for one run of the command line.
pub(crate) struct Printer {
    json: bool,
    thai: bool,
    /// Something could not be written although somebody waits for it: a full disk, not a reader that left.
    lost: Cell<bool>,
}

impl Printer {
    pub(crate) fn new(json: bool) -> Self {
        Self {
            json,
            thai: true,
            lost: Cell::new(false),
        }
    }

    /// Writes bytes to stdout as they are.
    pub(crate) fn bytes(&self, bytes: &[u8]) {
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                tracing::error!(error = %error, "stdout could not be written");
                self.lost.set(true);
            }
            _ => {}
        }
    }

    fn text(&self, text: &str) {
        self.bytes(format!("{text}\n").as_bytes());
    }

    /// How a command ends that came to `exit`: what was to be shown and is lost is not done.
    pub(crate) fn end(&self, exit: Exit) -> Exit {
        if self.lost.get() && exit == Exit::Done {
            said("stdout could not be written. Check the disk.");
            return Exit::Error;
        }
        exit
    }

    /// A format asked for by name, whatever `--json` says.
    pub(crate) fn always_json(&mut self) {
        self.json = true;
    }

    pub(crate) fn is_thai(&self) -> bool {
        self.thai
    }

    pub(crate) fn set_language(&mut self, app: &App) {
        self.thai = app.settings().shop.language.word() == "th";
    }

    /// One line for programs, or the text for people.
    pub(crate) fn line(&self, value: &impl Serialize, text: impl FnOnce(bool) -> String) {
        if self.json {
            match serde_json::to_string(value) {
                Ok(line) => self.text(&line),
                Err(error) => tracing::error!(error = %error, "a line could not be written"),
            }
        } else {
            self.text(&text(self.thai));
        }
    }

    pub(crate) fn order(&self, order: &Order) {
        self.line(&Line(order), |thai| order_text(order, thai));
    }

    /// A hint for people at the terminal; never on stdout, where programs read.
    pub(crate) fn hint(&self, th: &str, en: &str) {
        said(if self.thai { th } else { en });
    }

    /// Why another provider is asked: said to people, and in the order's own line to programs.
    pub(crate) fn next_provider(&self, order: &Order, next: &str) {
        let newest = order.attempts.last();
        let failed = newest.map_or("", |attempt| attempt.provider);
        let reason = newest.and_then(|attempt| attempt.reason).unwrap_or_default();
        self.hint(
            &format!("{failed} ใช้ไม่ได้ ({reason}) ลอง {next} แทน"),
            &format!("{failed} cannot serve ({reason}). Trying {next}."),
        );
    }

    /// The QR as blocks of text, for a customer standing at a terminal.
    pub(crate) fn qr(&self, order: &Order) {
        if self.json {
            return;
        }
        let Some(instruction) = order
            .attempts
            .last()
            .and_then(|attempt| attempt.instruction.as_ref())
        else {
            return;
        };
        let (text, words) = match instruction {
            Instruction::QrText { text, .. } => (Some(text.clone()), None),
            Instruction::QrImage { text, .. } => (text.clone(), None),
            Instruction::CryptoAddress {
                address,
                amount,
                coin,
                network,
                ..
            } => (
                Some(address.clone()),
                Some(format!("{amount} {coin}  {network}\n{address}")),
            ),
            Instruction::BankAccount {
                bank_code,
                number,
                name,
            } => (None, Some(format!("{bank_code}  {number}  {name}"))),
            Instruction::Redirect { url, .. } => (Some(url.clone()), Some(url.clone())),
        };
        if let Some(words) = words {
            self.text(&words);
        }
        if let Some(drawn) = text.as_deref().and_then(keptang_api::terminal_qr) {
            self.text(&drawn);
        }
    }

    pub(crate) fn failure(&self, failure: &Failure) -> Exit {
        let exit = failure.exit();
        if self.json {
            let line = json!({
                "type": "error", "code": failure.word(), "setting": failure.setting(), "exit": exit.code(),
                "message_th": failure.sentence(true), "message_en": failure.sentence(false),
            });
            // A program reading stdout gets nothing it did not ask for: errors are for stderr.
            said(&line.to_string());
        } else {
            said(&failure.sentence(self.thai));
        }
        exit
    }
}

/// An order as a line for programs: without the drawing of the QR, which is for the window and many times the size of
/// everything else. The QR's text or picture says the same.
struct Line<'a>(&'a Order);

impl Serialize for Line<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut line = serde_json::to_value(self.0).map_err(serde::ser::Error::custom)?;
        let attempts = line["attempts"].as_array_mut().into_iter().flatten();
        for instruction in attempts.filter_map(|attempt| attempt["instruction"].as_object_mut()) {
            instruction.remove("qr");
        }
        line.serialize(serializer)
    }
}

/// A sentence on stderr, if anybody still reads there.
pub(crate) fn said(sentence: &str) {
    let _ = writeln!(io::stderr().lock(), "{sentence}");
}

/// One line an order: number, amount, state in words, provider, flags.
pub(crate) fn order_text(order: &Order, thai: bool) -> String {
    let newest = order.attempts.last();
    let state = newest.map_or(order.state, |attempt| attempt.state);
    let by = newest.map_or("", |attempt| attempt.provider);
    let reason = newest
        .and_then(|attempt| attempt.reason)
        .map(|reason| format!("  ({reason})"))
        .unwrap_or_default();
    let flags = if order.flags.is_empty() {
        String::new()
    } else {
        format!("  ⚑ {}", order.flags.join(" "))
    };
    format!(
        "{:<8} {:>14}  {}  {:<16}{reason}{flags}",
        order.number,
        format!("฿{}", order.amount_due),
        padded(state_words(state, thai), 26),
        by
    )
}

/// Thai vowels and tone marks take no column of their own, so padding counts what is wide.
fn padded(text: &str, columns: usize) -> String {
    let no_width = |c: char| matches!(c, '\u{0E31}' | '\u{0E34}'..='\u{0E3A}' | '\u{0E47}'..='\u{0E4E}');
    let wide = text.chars().filter(|c| !no_width(*c)).count();
    format!("{text}{}", " ".repeat(columns.saturating_sub(wide)))
}

/// The words of design.md §4.
fn state_words(state: &str, thai: bool) -> &'static str {
    let (th, en) = match state {
        "prepared" | "submitted" => ("กำลังขอคิวอาร์", "Asking for the QR"),
        "awaiting" => ("รอลูกค้าสแกน", "Waiting for the scan"),
        "confirming" => ("เห็นเงินแล้ว กำลังยืนยัน", "Money seen, confirming"),
        "cancelling" => ("กำลังยกเลิก", "Cancelling"),
        "unknown" => ("ยังไม่รู้ผล", "Not known yet"),
        "held" => ("ผู้ให้บริการพักเงินไว้", "Held by the provider"),
        "paid" | "settled" | "completed" => ("รับเงินแล้ว", "Paid"),
        "failed" => ("จ่ายไม่สำเร็จ", "Payment failed"),
        "expired" => ("หมดเวลา ยังไม่เห็นเงิน", "Expired, no money seen"),
        "cancelled" | "voided" => ("ยกเลิกแล้ว ไม่มีเงินเข้า", "Cancelled, no money came"),
        _ => ("", ""),
    };
    if thai { th } else { en }
}

#[cfg(test)]
mod tests {
    use super::padded;

    #[test]
    fn thai_columns_line_up() {
        assert_eq!(padded("ที่นี่", 5), "ที่นี่   ");
        assert_eq!(padded("ab", 3), "ab ");
    }
}
