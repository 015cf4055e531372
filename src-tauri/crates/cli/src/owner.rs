//! The owner's day at the command line: report, shifts, X, Z and sign-off.

use crate::Session;
use crate::args::{DayArgs, DayCommand, DrawerArgs, ReportArgs, ReportFormat, ShiftCommand};
use crate::exit::{Exit, Failure};
use keptang_api::day::{GroupLine, Report, Totals, ZLine};
use keptang_api::drawer::Shift;
use keptang_api::{App, Right};
use serde_json::json;
use std::path::Path;

impl Session {
    pub(crate) async fn report(&mut self, args: ReportArgs) -> Result<Exit, Failure> {
        let app = self.open().await?;
        let date = args.date.as_deref();
        let bytes = match args.format {
            ReportFormat::Table | ReportFormat::Json => {
                let report = app.report(date).await?;
                let Some(file) = &args.output else {
                    if args.format == ReportFormat::Json {
                        self.printer.always_json();
                    }
                    self.printer.line(&report, |thai| report_text(&report, thai));
                    return Ok(Exit::Done);
                };
                let text = if args.format == ReportFormat::Json {
                    serde_json::to_string(&report).unwrap_or_default()
                } else {
                    report_text(&report, self.printer.is_thai())
                };
                return self.written(file, format!("{text}\n").as_bytes());
            }
            ReportFormat::Csv => app.report_csv(date).await?,
            ReportFormat::Xlsx => app.report_xlsx(date).await?,
            ReportFormat::Pdf => app.report_pdf(date, self.user.clone()).await?,
        };
        match &args.output {
            Some(file) => self.written(file, &bytes),
            // Text for a pipe; the others would only fill a terminal with noise.
            None if args.format == ReportFormat::Csv => {
                self.printer.bytes(&bytes);
                Ok(Exit::Done)
            }
            None => Err(Failure::FileNeeded),
        }
    }

    /// Writes a file beside its place first, so that nobody ever finds half of one.
    pub(crate) fn written(&self, file: &Path, bytes: &[u8]) -> Result<Exit, Failure> {
        keptang_api::write_whole(file, bytes)
            .map_err(|error| Failure::NotWritten(file.display().to_string(), error.kind().to_string()))?;
        let line = json!({ "type": "file", "path": file, "bytes": bytes.len() });
        self.printer.line(&line, |_| file.display().to_string());
        Ok(Exit::Done)
    }

    pub(crate) async fn shift_command(&mut self, command: ShiftCommand) -> Result<Exit, Failure> {
        let app = self.open().await?;
        let person = self.approved(&app, Right::Look).await?;
        let told = person.role.may(Right::Review);
        if matches!(command, ShiftCommand::Show) {
            let shifts = app.shifts(told).await?;
            match shifts.open.as_ref().or(shifts.last.first()) {
                Some(shift) => self.shift(shift),
                None => self.printer.line(
                    &json!({ "type": "shift", "counter": app.till().config().counter, "number": null }),
                    |thai| pick(thai, "ยังไม่เคยเปิดกะ", "No shift was ever opened.").to_owned(),
                ),
            }
            return Ok(Exit::Done);
        }
        if !person.role.may(Right::Take) {
            // The gate's own words, with the right that is missing.
            self.approved(&app, Right::Take).await?;
        }
        let by = Some(person.name);
        let shift = match command {
            ShiftCommand::Open { float } => app.shift_open(by, &float).await?,
            ShiftCommand::In(DrawerArgs { amount, reason }) => {
                app.drawer_move(by, "in", &amount, &reason).await?
            }
            ShiftCommand::Out(DrawerArgs { amount, reason }) => {
                app.drawer_move(by, "out", &amount, &reason).await?
            }
            ShiftCommand::Close { counted, counted_by } => {
                let counted = counts(counted, &counted_by)?;
                if !counted.is_empty() {
                    app.shift_count(by.clone(), &counted).await?;
                }
                let shift = app.shift_close(by, told).await?;
                self.shift(&shift);
                return shift_exit(&app, &shift).await;
            }
            ShiftCommand::Show => return Ok(Exit::Done),
        };
        self.shift(&shift);
        Ok(Exit::Done)
    }

    fn shift(&self, shift: &Shift) {
        self.printer.line(shift, |thai| shift_text(shift, thai));
    }

    pub(crate) async fn day_command(&mut self, command: DayCommand) -> Result<Exit, Failure> {
        let app = self.open().await?;
        match command {
            DayCommand::X(DayArgs { date }) => {
                self.approved(&app, Right::Review).await?;
                let report = app.report(date.as_deref()).await?;
                let mut line = serde_json::to_value(&report).unwrap_or_default();
                line["type"] = json!("x");
                self.printer.line(&line, |thai| report_text(&report, thai));
                Ok(Exit::Done)
            }
            DayCommand::Z(DayArgs { date }) => {
                let by = self.approved(&app, Right::Decide).await?.name;
                let z = app.close_day(date.as_deref(), by).await?;
                self.printer.line(&z_line(&z), |thai| z_text(&z, thai));
                Ok(Exit::Done)
            }
            DayCommand::Sign { day, reason } => {
                // Blanks explain nothing.
                let reason = reason.filter(|reason| !reason.trim().is_empty());
                let by = self.approved(&app, Right::Own).await?.name;
                let signed = app
                    .sign_day(day.date.as_deref(), by, reason.clone(), reason.as_deref())
                    .await?;
                let business_day = app.day_text(day.date.as_deref())?;
                let line = json!({
                    "type": "day_signed", "business_day": business_day, "at": signed.at, "by": signed.by,
                    "note": signed.note,
                });
                self.printer.line(&line, |thai| {
                    format!(
                        "{}  {business_day}  {}",
                        pick(thai, "รับรองยอดแล้ว", "Signed off"),
                        signed.by
                    )
                });
                Ok(Exit::Done)
            }
        }
    }
}

/// `--counted` is the drawer; `--counted-by promptpay=120.00` another method.
fn counts(cash: Option<String>, others: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let mut counted: Vec<(String, String)> = cash.into_iter().map(|sum| ("cash".to_owned(), sum)).collect();
    for other in others {
        let pair = other.split_once('=').ok_or(Failure::CountShape)?;
        counted.push((pair.0.to_owned(), pair.1.to_owned()));
    }
    Ok(counted)
}

/// A shift that ends with something missing is for the owner to look at.
async fn shift_exit(app: &App, closed: &Shift) -> Result<Exit, Failure> {
    let told = app.shifts(true).await?;
    let differs = told
        .last
        .iter()
        .filter(|shift| shift.number == closed.number)
        .flat_map(|shift| shift.difference.iter().flatten())
        .any(|line| line.difference != "0.00");
    Ok(if differs { Exit::Review } else { Exit::Done })
}

fn pick<'a>(thai: bool, th: &'a str, en: &'a str) -> &'a str {
    if thai { th } else { en }
}

fn sums_text(totals: &Totals, thai: bool) -> String {
    let line = |th: &str, en: &str, amount: &str| format!("{:>16}  {}", amount, pick(thai, th, en));
    [
        line("ยอดขาย", "gross", &totals.gross),
        line("− คืนเงิน", "− refunds", &totals.refunds),
        line("− ค่าธรรมเนียม", "− fees", &totals.fees),
        line("= สุทธิ", "= net", &totals.net),
        line("ระบบยืนยันเอง", "confirmed by providers", &totals.automatic),
        line("ยืนยันด้วยสลิป", "confirmed by slips", &totals.slip_confirmed),
        line("ยืนยันด้วยคน", "confirmed by a person", &totals.manual),
        line("เงินสด", "cash", &totals.cash),
    ]
    .join("\n")
}

fn groups_text(title: &str, groups: &[GroupLine]) -> String {
    let lines = groups.iter().map(|group| {
        let key = if group.key.is_empty() { "—" } else { &group.key };
        format!("{:>16}  {:>5}  {key}", group.net, group.orders)
    });
    std::iter::once(format!("\n{title}"))
        .chain(lines)
        .collect::<Vec<_>>()
        .join("\n")
}

fn report_text(report: &Report, thai: bool) -> String {
    let mut parts = vec![
        format!(
            "{}  {}  {}",
            report.business_day,
            report.totals.orders,
            pick(thai, "บิล", "bills")
        ),
        sums_text(&report.totals, thai),
        groups_text(pick(thai, "ตามวิธีจ่าย", "By method"), &report.by_method),
        groups_text(pick(thai, "ตามผู้ให้บริการ", "By provider"), &report.by_provider),
        groups_text(pick(thai, "ตามแคชเชียร์", "By cashier"), &report.by_cashier),
        groups_text(pick(thai, "ตามชั่วโมง", "By hour"), &report.by_hour),
    ];
    let open = report.review.iter().filter(|item| item.settled.is_none());
    for item in open {
        parts.push(format!(
            "⚑ {}  {}  {}",
            item.order.as_deref().unwrap_or(&item.item),
            item.kind,
            item.amount.as_deref().unwrap_or_default()
        ));
    }
    for order in &report.open_orders {
        parts.push(format!(
            "{}  {}  ฿{}",
            pick(thai, "ยังค้าง", "Still open"),
            order.number,
            order.amount_due
        ));
    }
    parts.join("\n")
}

/// A Z as a line: its sums stand where those of a report stand, so that one reader reads both.
fn z_line(z: &ZLine) -> serde_json::Value {
    let mut line = serde_json::to_value(z).unwrap_or_default();
    if let serde_json::Value::Object(sums) = serde_json::to_value(&z.totals).unwrap_or_default() {
        for (name, sum) in sums {
            line[name] = sum;
        }
    }
    line
}

fn z_text(z: &ZLine, thai: bool) -> String {
    format!(
        "Z {:04}  {}  {}\n{}",
        z.number,
        z.business_day,
        z.by,
        sums_text(&z.totals, thai)
    )
}

fn shift_text(shift: &Shift, thai: bool) -> String {
    let state = match &shift.closed_at {
        Some(at) => format!("{} {at}", pick(thai, "ปิดแล้ว", "closed")),
        None => pick(thai, "เปิดอยู่", "open").to_owned(),
    };
    let mut text = format!(
        "{} {} {}  {state}  {} ฿{}",
        pick(thai, "กะ", "Shift"),
        shift.counter,
        shift.number,
        pick(thai, "เงินทอนตั้งต้น", "float"),
        shift.float
    );
    for line in shift.difference.iter().flatten() {
        text.push_str(&format!(
            "\n{:<10} {} {}  {} {}  {} {}",
            line.key,
            pick(thai, "นับได้", "counted"),
            line.counted,
            pick(thai, "ควรมี", "expected"),
            line.expected,
            pick(thai, "ต่าง", "difference"),
            line.difference
        ));
    }
    text
}
