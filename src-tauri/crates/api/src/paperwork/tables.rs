//! Tables of bills, sums and differences, as CSV, XLSX and PDF.

use super::words;
use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use keptang_checkout::DayReport;
use keptang_domain::day::{Group, Totals};
use keptang_domain::order::{Flag, Order};
use keptang_domain::{BusinessDay, Money};
use keptang_paper::language::Locale;
use keptang_paper::sheet::{TableDocument, table_pdf};
use keptang_paper::table::{Cell, Column, Table};
use keptang_paper::xlsx::SheetError;
use keptang_paper::{csv, xlsx};
use keptang_ports::OrderFilter;

/// Bills of one export; more is a database's work, not a sheet's.
const MOST_ORDERS: usize = 200_000;

impl App {
    /// The sums of a day as CSV; today when no day is given.
    ///
    /// # Errors
    /// `bad_request` for a date that is none.
    pub async fn report_csv(&self, date: Option<&str>) -> Result<Vec<u8>, ApiError> {
        let day = self.day_or_today(date)?;
        let report = self.till().x_report(day).await?;
        Ok(csv::write(&sums_table(self.locale(), &report)))
    }

    /// The sums and the bills of a day as a workbook; today when no day is given.
    ///
    /// # Errors
    /// As for the CSV.
    pub async fn report_xlsx(&self, date: Option<&str>) -> Result<Vec<u8>, ApiError> {
        let day = self.day_or_today(date)?;
        let report = self.till().x_report(day).await?;
        let tables = [
            sums_table(self.locale(), &report),
            self.orders_table((day, day)).await?,
        ];
        Ok(xlsx::write(&tables)?)
    }

    /// Bills of these business days, oldest first.
    pub(crate) async fn orders_table(&self, days: (BusinessDay, BusinessDay)) -> Result<Table, ApiError> {
        let filter = OrderFilter {
            days: Some(days),
            limit: MOST_ORDERS,
            ..OrderFilter::default()
        };
        let orders = self.till().ledger().list(filter).await?;
        let mut table = Table::new(self.locale().pick("บิล", "Bills"), order_columns(self.locale()));
        let mut sums = [Money::ZERO; 3];
        for order in orders.iter().rev() {
            let money = [order.opening.amount_due, order.received(), order.refunded()];
            for (sum, amount) in sums.iter_mut().zip(money) {
                *sum = sum.checked_add(amount).unwrap_or(*sum);
            }
            table.push(self.order_row(order, money));
        }
        let mut totals = vec![Cell::Empty; 4];
        totals.extend(sums.map(Cell::Money));
        totals.extend([Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty]);
        table.set_totals(totals);
        Ok(table)
    }

    fn order_row(&self, order: &Order, money: [Money; 3]) -> Vec<Cell> {
        let locale = self.locale();
        let provider = order.newest().map(|attempt| self.way_words(attempt.provider));
        let flags: Vec<String> = order
            .flags()
            .into_iter()
            .map(Flag::word)
            .map(|word| words::review(locale, word))
            .collect();
        let text = |text: Option<String>| text.map_or(Cell::Empty, Cell::Text);
        let mut row = vec![
            Cell::text(order.opening.number.clone()),
            Cell::Text(locale.moment(order.created_at)),
            Cell::Text(words::state(locale, order.state.word())),
            text(provider),
        ];
        row.extend(money.map(Cell::Money));
        row.extend([
            text(order.opening.cashier.clone()),
            text(order.receipt().map(|receipt| receipt.number.clone())),
            text(order.opening.note.clone()),
            Cell::Text(flags.join(", ")),
        ]);
        row
    }

    /// Differences between the ledger and the providers' lists on one day, asked of the providers now.
    pub(crate) async fn reconcile_table(
        &self,
        day: BusinessDay,
        by: Option<String>,
    ) -> Result<Table, ApiError> {
        let locale = self.locale();
        let mut table = Table::new(
            locale.pick("กระทบยอด", "Reconciliation"),
            vec![
                Column::words(locale.pick("ผู้ให้บริการ", "Provider"), 16),
                Column::words(locale.pick("ผล", "Result"), 14),
                Column::words(locale.pick("บิล", "Bill"), 9),
                Column::words(locale.pick("อ้างอิง", "Reference"), 26),
                Column::figures(locale.pick("ยอดเรา", "Ours"), 12),
                Column::figures(locale.pick("ยอดเขา", "Theirs"), 12),
                Column::words(locale.pick("สถานะเรา", "Our state"), 12),
                Column::words(locale.pick("สถานะเขา", "Their state"), 14),
            ],
        );
        for run in self.reconcile(&day.to_string(), None, by).await? {
            for line in run.lines {
                let text = |text: Option<String>| text.map_or(Cell::Empty, Cell::Text);
                table.push(vec![
                    Cell::text(line.provider),
                    Cell::text(line.bucket),
                    text(line.order),
                    text(line.provider_ref),
                    money_cell(line.our_amount),
                    money_cell(line.their_amount),
                    text(line.our_state.map(str::to_owned)),
                    text(line.their_state),
                ]);
            }
        }
        Ok(table)
    }

    /// One table as a file of this format: `csv`, `xlsx`, `pdf`.
    pub(crate) fn table_file(
        &self,
        table: Table,
        format: &str,
        about: Vec<String>,
        made_by: Option<String>,
    ) -> Result<Vec<u8>, ApiError> {
        match format {
            "csv" => Ok(csv::write(&table)),
            "xlsx" => Ok(xlsx::write(&[table])?),
            "pdf" => Ok(table_pdf(&TableDocument {
                manner: self.manner(false),
                shop: self.seller().name,
                about,
                made_by,
                made_at: self.till().now(),
                table,
            })),
            other => Err(ApiError::new(ErrorCode::BadRequest).with("format", other)),
        }
    }

    /// The sums of several days, a row each.
    pub(crate) async fn days_table(&self, (from, to): (BusinessDay, BusinessDay)) -> Result<Table, ApiError> {
        let locale = self.locale();
        let mut columns = vec![Column::words(locale.pick("วัน", "Day"), 12)];
        columns.extend(sum_columns(locale));
        let mut table = Table::new(locale.pick("รายวัน", "By day"), columns);
        let mut day = from;
        while day <= to {
            let totals = self.till().day_totals(day).await?;
            let mut row = vec![Cell::Day(day)];
            row.extend(sum_cells(&totals));
            table.push(row);
            day = day.next();
        }
        Ok(table)
    }

    /// The Z reports of several days as they were stored, a row each.
    pub(crate) async fn z_table(&self, (from, to): (BusinessDay, BusinessDay)) -> Result<Table, ApiError> {
        let locale = self.locale();
        let mut columns = vec![
            Column::words("Z", 7),
            Column::words(locale.pick("วัน", "Day"), 12),
            Column::words(locale.pick("ปิดเมื่อ", "Closed at"), 18),
            Column::words(locale.pick("โดย", "By"), 12),
        ];
        columns.extend(sum_columns(locale));
        let mut table = Table::new("Z", columns);
        let mut day = from;
        while day <= to {
            for z in self.till().z_list(day).await? {
                let mut row = vec![
                    Cell::Text(format!("{:04}", z.number)),
                    Cell::Day(day),
                    Cell::Text(locale.moment(z.at)),
                    Cell::Text(z.by.clone()),
                ];
                row.extend(sum_cells(&z.report.totals));
                table.push(row);
            }
            day = day.next();
        }
        Ok(table)
    }

    pub(crate) async fn sums_of(&self, day: BusinessDay) -> Result<Table, ApiError> {
        let report = self.till().x_report(day).await?;
        Ok(sums_table(self.locale(), &report))
    }
}

fn money_cell(text: Option<String>) -> Cell {
    let Some(text) = text else { return Cell::Empty };
    match keptang_domain::money::parse_amount(&text) {
        Ok(amount) => Cell::Money(amount),
        // A currency that is not baht stands as it was told.
        Err(_) => Cell::Text(text),
    }
}

fn order_columns(locale: Locale) -> Vec<Column> {
    vec![
        Column::words(locale.pick("เลขบิล", "Number"), 9),
        Column::words(locale.pick("เวลา", "Time"), 17),
        Column::words(locale.pick("สถานะ", "State"), 11),
        Column::words(locale.pick("จ่ายด้วย", "Paid by"), 18),
        Column::figures(locale.pick("ยอดบิล", "Due"), 12),
        Column::figures(locale.pick("รับเข้า", "Received"), 12),
        Column::figures(locale.pick("คืน", "Refunded"), 10),
        Column::words(locale.pick("แคชเชียร์", "Cashier"), 12),
        Column::words(locale.pick("ใบเสร็จ", "Receipt"), 13),
        Column::words(locale.pick("บันทึก", "Note"), 16),
        Column::words(locale.pick("ต้องดู", "Review"), 16),
    ]
}

fn sum_columns(locale: Locale) -> Vec<Column> {
    vec![
        Column::figures(locale.pick("บิล", "Bills"), 7),
        Column::figures(locale.pick("ยอดขาย", "Gross"), 13),
        Column::figures(locale.pick("คืนเงิน", "Refunds"), 12),
        Column::figures(locale.pick("ค่าธรรมเนียม", "Fees"), 12),
        Column::figures(locale.pick("สุทธิ", "Net"), 13),
    ]
}

fn sum_cells(totals: &Totals) -> Vec<Cell> {
    vec![
        Cell::Count(i64::try_from(totals.orders).unwrap_or(i64::MAX)),
        Cell::Money(totals.gross),
        Cell::Money(totals.refunds),
        Cell::Money(totals.fees),
        Cell::Money(totals.net),
    ]
}

/// The whole, and the same money by method, provider, cashier and hour. The first column says which, so that whoever
/// adds up takes one of them.
fn sums_table(locale: Locale, report: &DayReport) -> Table {
    let mut columns = vec![
        Column::words(locale.pick("แยกตาม", "By"), 12),
        Column::words(locale.pick("รายการ", "Item"), 20),
    ];
    columns.extend(sum_columns(locale));
    let mut table = Table::new(
        format!("{} {}", locale.pick("สรุป", "Summary"), report.day),
        columns,
    );
    let mut push = |by: &str, item: String, totals: &Totals| {
        let mut row = vec![Cell::text(by), Cell::Text(item)];
        row.extend(sum_cells(totals));
        table.push(row);
    };
    push(locale.pick("ทั้งวัน", "Day"), report.day.to_string(), &report.totals);
    for group in &report.by_method {
        let word = words::method(locale, group.key).to_owned();
        push(locale.pick("วิธีจ่าย", "Method"), word, &group.totals);
    }
    for group in &report.by_provider {
        let word = words::provider(locale, group.key).to_owned();
        push(locale.pick("ผู้ให้บริการ", "Provider"), word, &group.totals);
    }
    for group in &report.by_cashier {
        let nobody = || locale.pick("ไม่มีชื่อ", "No name").to_owned();
        push(
            locale.pick("แคชเชียร์", "Cashier"),
            group.key.clone().unwrap_or_else(nobody),
            &group.totals,
        );
    }
    let hour = |group: &Group<u8>| format!("{:02}:00", group.key);
    for group in &report.by_hour {
        push(locale.pick("ชั่วโมง", "Hour"), hour(group), &group.totals);
    }
    for (th, en, amount) in [
        ("ระบบยืนยันเอง", "Confirmed by providers", report.totals.automatic),
        ("ยืนยันด้วยสลิป", "Confirmed by slips", report.totals.slip),
        ("ยืนยันด้วยคน", "Confirmed by a person", report.totals.manual),
        ("เงินสด", "Cash", report.totals.cash),
        ("ปรับเศษสตางค์", "Satang adjustments", report.totals.adjustments),
        ("เงินของบิลที่ยกเลิก", "For cancelled bills", report.totals.suspense),
    ] {
        table.push(vec![
            Cell::text(locale.pick("ยอดขายนี้", "Of gross")),
            Cell::text(locale.pick(th, en)),
            Cell::Empty,
            Cell::Money(amount),
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
        ]);
    }
    table
}

impl From<SheetError> for ApiError {
    fn from(error: SheetError) -> Self {
        tracing::error!(error = %error, "a workbook could not be written");
        Self::new(ErrorCode::Internal)
    }
}
