//! Receipts and copies: files that a command writes or reads.

use crate::Session;
use crate::args::{PaperArg, ReceiptArgs};
use crate::exit::{Exit, Failure};
use keptang_api::PaperSize;
use std::path::Path;

impl Session {
    pub(crate) async fn receipt(&mut self, args: ReceiptArgs) -> Result<Exit, Failure> {
        let app = self.open().await?;
        let size = match args.paper {
            PaperArg::Roll58 => PaperSize::Roll58,
            PaperArg::Roll80 => PaperSize::Roll80,
            PaperArg::A4 => PaperSize::A4,
        };
        let by = self.user.clone();
        let (number, pdf) = match &args.refund {
            Some(refund) => app.credit_note_pdf(&args.order, refund, size, by).await?,
            None => app.receipt_pdf(&args.order, size, by).await?,
        };
        keptang_api::write_whole(&args.output, &pdf).map_err(|error| {
            Failure::NotWritten(args.output.display().to_string(), error.kind().to_string())
        })?;
        let line = serde_json::json!({
            "type": "receipt", "number": number, "path": args.output, "bytes": pdf.len(),
        });
        self.printer
            .line(&line, |_| format!("{number}  {}", args.output.display()));
        Ok(Exit::Done)
    }

    pub(crate) async fn backup(&mut self, file: &Path) -> Result<Exit, Failure> {
        let app = self.open().await?;
        let line = app.back_up(file, &passphrase()?).await?;
        self.printer
            .line(&line, |_| format!("{}  {}", line.path, line.bytes));
        Ok(Exit::Done)
    }

    /// Opens no till: what is brought back may be all there is.
    pub(crate) async fn restore(&mut self, file: &Path, drill: bool) -> Result<Exit, Failure> {
        if !file.exists() {
            return Err(Failure::File(file.display().to_string(), "not found".to_owned()));
        }
        let line = keptang_api::restore(self.options.clone(), file, &passphrase()?, drill).await?;
        self.printer.line(&line, |thai| {
            let what = match (line.ok, drill, thai) {
                (false, _, true) => "สมุดบัญชีในสำเนาไม่ครบถ้วน",
                (false, _, false) => "The ledger inside the copy is not intact",
                (true, true, true) => "สำเนาใช้ได้ ไม่ได้เปลี่ยนอะไร",
                (true, true, false) => "The copy is good; nothing was replaced",
                (true, false, true) => "กู้กลับแล้ว ของเดิมเก็บไว้ในชื่อ .before-restore",
                (true, false, false) => "Restored; what was there is kept as .before-restore",
            };
            let fault = line.fault.as_deref().unwrap_or_default();
            format!(
                "{what}  {}  {} / {}  {fault}",
                line.made_at, line.events, line.orders
            )
        });
        Ok(if line.ok { Exit::Done } else { Exit::Error })
    }
}

/// The passphrase of a copy, from the environment or, at a terminal, from a prompt that does not echo.
fn passphrase() -> Result<String, Failure> {
    match std::env::var("KEPTANG_PASSPHRASE") {
        Ok(text) if !text.is_empty() => Ok(text),
        _ => rpassword::prompt_password("Passphrase: ").map_err(|_| Failure::PassphraseMissing),
    }
}
