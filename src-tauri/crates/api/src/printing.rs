//! Receipts for the window: shown, printed, saved; and the printer's queue. A sale never waits for a printer.

use crate::app::App;
use crate::bills::business_day;
use crate::dto::{Nothing, Order};
use crate::error::{ApiError, ErrorCode};
use crate::paperwork::{PaperSize, SavedFile};
use crate::session::Who;
use crate::system::{SystemClock, SystemIds};
use crate::view::moment;
use base64::Engine as _;
use keptang_domain::order::OrderState;
use keptang_domain::{BusinessDay, OrderId};
use keptang_paper::document::Document;
use keptang_paper::escpos::{self, Finish, ThermalHead};
use keptang_paper::report::{report_pdf, report_strip};
use keptang_printer::{JobId, JobKind, PrintQueue, QueueError, Target};
use keptang_settings::{PrinterKind, Settings};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use ts_rs::TS;

/// Jobs, in the data directory.
const QUEUE_FOLDER: &str = "print-queue";
/// Whoever holds this prints receipts by itself, so that two processes on one till do not print one receipt twice.
const AUTO_LOCK: &str = "auto-print.lock";

/// The printer and what waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PrinterState {
    /// What it is.
    #[ts(type = "\"none\" | \"tcp\" | \"device\"")]
    pub kind: &'static str,
    /// Jobs that wait.
    #[ts(type = "number")]
    pub waiting: usize,
    /// Why they wait.
    #[ts(
        type = "\"unreachable\" | \"refused\" | \"paper_or_offline\" | \"permission\" | \"not_found\" | \"queue_unreadable\" | null"
    )]
    pub error: Option<&'static str>,
    /// When it last took a whole job.
    pub printed_at: Option<String>,
    /// What waits, oldest first.
    pub jobs: Vec<PrintJob>,
}

/// A job that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PrintJob {
    /// Its name.
    pub id: String,
    /// What it is.
    #[ts(type = "\"receipt\" | \"credit_note\" | \"report\" | \"test_page\" | \"drawer\"")]
    pub what: &'static str,
    /// Since when it waits.
    pub since: String,
}

/// A receipt with its number.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct ReceiptView {
    /// Its number.
    pub number: String,
    /// The order, completed.
    pub order: Order,
    /// It had its number before, and says so.
    pub copy: bool,
    /// How it looks, a PNG as base64.
    pub picture_base64: String,
    /// The same as PDF.
    pub file: SavedFile,
}

/// Asks for a receipt.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReceiptRequest {
    /// Id or number.
    pub order: String,
    /// On which paper.
    #[ts(type = "\"58\" | \"80\" | \"a4\"")]
    pub paper: String,
    /// The credit note of this refund instead.
    #[serde(default)]
    #[ts(optional)]
    pub refund_id: Option<String>,
}

/// Prints a receipt.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PrintRequest {
    /// Id or number.
    pub order: String,
    /// The credit note of this refund instead.
    #[serde(default)]
    #[ts(optional)]
    pub refund_id: Option<String>,
}

/// Names a job.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct JobRequest {
    /// Its name.
    pub id: String,
}

/// Asks for a paper of a day.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DayPaperRequest {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Which paper.
    #[ts(type = "\"x\" | \"z\" | \"day\"")]
    pub what: String,
    /// Which Z; the last of the day when left out.
    #[serde(default)]
    #[ts(type = "number", optional)]
    pub number: Option<u64>,
}

/// Asks for a file of days.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportRequest {
    /// First business day.
    pub from: String,
    /// Last business day.
    pub to: String,
    /// Of what.
    #[ts(type = "\"orders\" | \"day\" | \"z\" | \"methods\" | \"reconcile\"")]
    pub what: String,
    /// As what.
    #[ts(type = "\"csv\" | \"xlsx\" | \"pdf\"")]
    pub format: String,
}

/// The queue of the printer that is set up; `None` without one, or with an address that is none.
pub(crate) fn queue(settings: &Settings, data_dir: &Path) -> Option<PrintQueue> {
    let address = settings.printer.address.as_deref()?;
    let target = match settings.printer.kind {
        PrinterKind::None => return None,
        PrinterKind::Tcp => Target::tcp(address),
        PrinterKind::Device => Target::device(address),
    };
    let opened = target.map_err(|error| error.to_string()).and_then(|target| {
        let folder = data_dir.join(QUEUE_FOLDER);
        PrintQueue::open(folder, target, Arc::new(SystemClock), Arc::new(SystemIds))
            .map_err(|error| error.to_string())
    });
    // A sale is worth more than its paper: the till opens without a printer.
    opened
        .inspect_err(|error| tracing::error!(error, "the printer cannot be used"))
        .ok()
}

impl App {
    fn head(&self) -> ThermalHead {
        if self.settings().printer.width_mm < 80 {
            ThermalHead::Mm58
        } else {
            ThermalHead::Mm80
        }
    }

    /// The paper in the printer.
    pub(crate) fn roll(&self) -> PaperSize {
        match self.head() {
            ThermalHead::Mm58 => PaperSize::Roll58,
            ThermalHead::Mm80 => PaperSize::Roll80,
        }
    }

    fn printer(&self) -> Result<&PrintQueue, ApiError> {
        self.print_queue()
            .ok_or_else(|| ApiError::new(ErrorCode::NoPrinter).with("setting", "printer.kind"))
    }

    async fn print(&self, kind: JobKind, document: Document) -> Result<(), ApiError> {
        let head = self.head();
        let drawn = tokio::task::spawn_blocking(move || {
            let finish = Finish {
                cut: true,
                drawer: None,
            };
            escpos::print(&document.to_raster(head), finish)
        });
        let bytes = drawn.await.map_err(|_| ApiError::new(ErrorCode::Internal))?;
        self.printer()?.put(kind, bytes).await?;
        Ok(())
    }

    async fn print_receipt(&self, order: &str, by: Option<String>) -> Result<(), ApiError> {
        self.printer()?;
        let issued = self.issue_receipt(order, by).await?;
        let document = self.receipt_document(&issued, self.roll())?;
        self.print(JobKind::Receipt, document).await
    }

    /// Prints the receipt of an order that was just paid, where the owner wants that. Whatever goes wrong is the printer's
    /// own matter and is shown there.
    pub(crate) async fn print_by_itself(&self, id: OrderId) {
        if !self.prints_by_itself() {
            return;
        }
        let Ok(order) = self.till().ledger().load(keptang_ports::OrderKey::Id(id)).await else {
            return;
        };
        if order.state != OrderState::Settled {
            return;
        }
        let cashier = order.opening.cashier.clone();
        if let Err(error) = self.print_receipt(&order.opening.number, cashier).await {
            tracing::warn!(error = %error, order = order.opening.number, "a receipt was not printed by itself");
        }
    }

    /// The same for a credit note that was just issued.
    pub(crate) async fn print_note_by_itself(&self, paper: Option<Document>, number: &str) {
        let Some(paper) = paper.filter(|_| self.prints_by_itself()) else {
            return;
        };
        if let Err(error) = self.print(JobKind::CreditNote, paper).await {
            tracing::warn!(error = %error, number, "a credit note was not printed by itself");
        }
    }

    fn prints_by_itself(&self) -> bool {
        self.settings().printer.auto && self.print_queue().is_some()
    }

    /// Takes the task of printing by itself, for as long as the file that comes back is held.
    pub(crate) fn auto_print_lock(&self) -> Option<File> {
        if !self.settings().printer.auto {
            return None;
        }
        let file = File::create(self.data_dir().join(AUTO_LOCK)).ok()?;
        file.try_lock().ok().map(|()| file)
    }

    async fn printer_now(&self) -> Result<PrinterState, ApiError> {
        let Some(queue) = self.print_queue() else {
            return Ok(PrinterState {
                kind: self.settings().printer.kind.word(),
                waiting: 0,
                error: None,
                printed_at: None,
                jobs: Vec::new(),
            });
        };
        let status = queue.status().await?;
        let jobs = queue.jobs().await?;
        Ok(PrinterState {
            kind: self.settings().printer.kind.word(),
            waiting: status.waiting,
            error: status.last_error.map(keptang_printer::Fault::code),
            printed_at: status.last_printed_at.map(moment),
            jobs: jobs
                .iter()
                .map(|job| PrintJob {
                    id: job.id.to_string(),
                    what: job.kind.word(),
                    since: moment(job.created_at),
                })
                .collect(),
        })
    }
}

pub(crate) async fn order_receipt(
    app: &App,
    who: Who,
    request: ReceiptRequest,
) -> Result<ReceiptView, ApiError> {
    let size = PaperSize::of(&request.paper)?;
    let (issued, document) = match &request.refund_id {
        Some(refund) => app.credit_note(&request.order, refund, size, who.name()).await?,
        None => {
            let issued = app.issue_receipt(&request.order, who.name()).await?;
            let document = app.receipt_document(&issued, size)?;
            (issued, document)
        }
    };
    let (pdf, picture) = tokio::task::spawn_blocking(move || {
        let picture = document.to_pngs().into_iter().next().unwrap_or_default();
        (document.to_pdf(), picture)
    })
    .await
    .map_err(|_| ApiError::new(ErrorCode::Internal))?;
    let number = issued.document.number.clone();
    let file = app.save(&format!("{number}-{}.pdf", request.paper), pdf).await?;
    Ok(ReceiptView {
        number,
        order: app.show(&issued.order).await,
        copy: issued.is_copy,
        picture_base64: base64::engine::general_purpose::STANDARD.encode(picture),
        file,
    })
}

/// On the roll in the printer, whatever paper was looked at.
pub(crate) async fn receipt_print(
    app: &App,
    who: Who,
    request: PrintRequest,
) -> Result<PrinterState, ApiError> {
    match &request.refund_id {
        Some(refund) => {
            app.printer()?;
            let (_, document) = app
                .credit_note(&request.order, refund, app.roll(), who.name())
                .await?;
            app.print(JobKind::CreditNote, document).await?;
        }
        None => app.print_receipt(&request.order, who.name()).await?,
    }
    app.printer_now().await
}

pub(crate) async fn printer_state(app: &App, _: Who, _: Nothing) -> Result<PrinterState, ApiError> {
    app.printer_now().await
}

pub(crate) async fn printer_test(app: &App, _: Who, _: Nothing) -> Result<PrinterState, ApiError> {
    let head = app.head();
    let drawn = tokio::task::spawn_blocking(move || {
        let finish = Finish {
            cut: true,
            drawer: None,
        };
        escpos::print(&escpos::test_page(head), finish)
    });
    let bytes = drawn.await.map_err(|_| ApiError::new(ErrorCode::Internal))?;
    let printer = app.printer()?;
    printer.put(JobKind::TestPage, bytes).await?;
    printer.retry_now();
    app.printer_now().await
}

pub(crate) async fn printer_drop(app: &App, _: Who, request: JobRequest) -> Result<PrinterState, ApiError> {
    let id: JobId = request
        .id
        .parse()
        .map_err(|_| ApiError::new(ErrorCode::BadRequest).with("argument", "id"))?;
    // One that is gone already is what was asked for.
    app.printer()?.drop_job(id).await?;
    app.printer_now().await
}

pub(crate) async fn day_paper(app: &App, who: Who, request: DayPaperRequest) -> Result<SavedFile, ApiError> {
    let day = business_day(&request.date)?;
    let (report, name) = app
        .report_named(&request.what, day, request.number, who.name())
        .await?;
    app.save(&format!("{name}.pdf"), report_pdf(&report)).await
}

/// The same on the roll in the printer.
pub(crate) async fn day_print(
    app: &App,
    who: Who,
    request: DayPaperRequest,
) -> Result<PrinterState, ApiError> {
    app.printer()?;
    let day = business_day(&request.date)?;
    let (report, _) = app
        .report_named(&request.what, day, request.number, who.name())
        .await?;
    let strip = report_strip(&report, app.roll().paper());
    app.print(JobKind::Report, strip).await?;
    app.printer_now().await
}

pub(crate) async fn day_export(app: &App, who: Who, request: ExportRequest) -> Result<SavedFile, ApiError> {
    let (from, to) = (business_day(&request.from)?, business_day(&request.to)?);
    if to < from {
        return Err(ApiError::new(ErrorCode::BadRequest).with("argument", "date"));
    }
    let table = match request.what.as_str() {
        "orders" => app.orders_table((from, to)).await?,
        "day" => app.days_table((from, to)).await?,
        "z" => app.z_table((from, to)).await?,
        "methods" => app.sums_of(from).await?,
        "reconcile" => app.reconcile_table(from, who.name()).await?,
        other => return Err(ApiError::new(ErrorCode::BadRequest).with("what", other)),
    };
    let name = file_name(&request, from, to);
    let about = vec![if from == to {
        from.to_string()
    } else {
        format!("{from} – {to}")
    }];
    let bytes = app.table_file(table, &request.format, about, who.name())?;
    app.save(&name, bytes).await
}

fn file_name(request: &ExportRequest, from: BusinessDay, to: BusinessDay) -> String {
    let days = if from == to {
        from.to_string()
    } else {
        format!("{from}-{to}")
    };
    format!("{}-{days}.{}", request.what, request.format)
}

impl From<QueueError> for ApiError {
    fn from(error: QueueError) -> Self {
        tracing::error!(error = %error, "the print queue cannot be used");
        Self::new(ErrorCode::FileNotWritten).with("path", QUEUE_FOLDER)
    }
}
