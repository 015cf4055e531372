//! X, Z and the day's report as PDF.

use super::words;
use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use keptang_checkout::{DayReport, ReviewItem, ShiftEnd, Signed, ZReport};
use keptang_domain::day::{Group, Totals};
use keptang_domain::{BusinessDay, Method, Money, ProviderId};
use keptang_paper::language::Locale;
use keptang_paper::report::{
    CountLine, ExceptionLine, Grouping, Report, ReportKind, ReportSums, Section, Share, SignOff, report_pdf,
};

impl App {
    /// The owner's report of a day with every bill, as PDF; today when no day is given.
    ///
    /// # Errors
    /// `bad_request` for a date that is none.
    pub async fn report_pdf(&self, date: Option<&str>, by: Option<String>) -> Result<Vec<u8>, ApiError> {
        let day = self.day_or_today(date)?;
        Ok(report_pdf(&self.day_report(day, by).await?))
    }

    /// The paper of a day that somebody asked for by its word, with a name for its file: `x`, `day`, or `z`, the last one
    /// of the day when no number is given.
    pub(crate) async fn report_named(
        &self,
        word: &str,
        day: BusinessDay,
        number: Option<u64>,
        by: Option<String>,
    ) -> Result<(Report, String), ApiError> {
        match word {
            "x" => {
                let report = self.till().x_report(day).await?;
                Ok((self.paper(ReportKind::X, &report, by).await?, format!("X-{day}")))
            }
            "day" => Ok((self.day_report(day, by).await?, day.to_string())),
            "z" => {
                let z = match number {
                    Some(number) => self.till().z_get(number).await?,
                    None => self.till().z_list(day).await?.pop(),
                };
                let z = z.ok_or_else(|| ApiError::new(ErrorCode::NotFound))?;
                Ok((self.z_report(&z).await?, format!("Z-{:04}", z.number)))
            }
            other => Err(ApiError::new(ErrorCode::BadRequest).with("what", other)),
        }
    }

    async fn day_report(&self, day: BusinessDay, by: Option<String>) -> Result<Report, ApiError> {
        let report = self.till().x_report(day).await?;
        let mut paper = self.paper(ReportKind::Day, &report, by).await?;
        paper.exceptions = self.exception_lines(day).await?;
        paper.orders = Some(self.orders_table((day, day)).await?);
        let signed = self.till().signed(day).await?;
        paper.sign_off = signed.filter(|signed| signed.stands).map(sign_off);
        Ok(paper)
    }

    /// A Z as it was stored.
    async fn z_report(&self, z: &ZReport) -> Result<Report, ApiError> {
        let mut paper = self.paper(ReportKind::Z, &z.report, Some(z.by.clone())).await?;
        paper.number = Some(format!("{:04}", z.number));
        paper.made_at = z.at;
        // What was counted since is another paper's.
        paper.counts.clear();
        Ok(paper)
    }

    async fn paper(
        &self,
        kind: ReportKind,
        report: &DayReport,
        made_by: Option<String>,
    ) -> Result<Report, ApiError> {
        let locale = self.locale();
        let shifts = self.till().shifts_closed_on(report.day).await?;
        Ok(Report {
            manner: self.manner(false),
            seller: self.seller(),
            kind,
            number: None,
            day: report.day,
            counter: None,
            period: None,
            made_by,
            made_at: self.till().now(),
            sums: sums(&report.totals),
            sections: sections(locale, report),
            remarks: remarks(locale, report),
            drawer: Vec::new(),
            counts: shifts.iter().flat_map(|shift| counts(locale, shift)).collect(),
            exceptions: Vec::new(),
            orders: None,
            sign_off: None,
        })
    }

    async fn exception_lines(&self, day: BusinessDay) -> Result<Vec<ExceptionLine>, ApiError> {
        let locale = self.locale();
        let items = self.till().exceptions(day).await?;
        Ok(items.iter().map(|item| exception(locale, item)).collect())
    }
}

fn sums(totals: &Totals) -> ReportSums {
    ReportSums {
        gross: totals.gross,
        refunds: totals.refunds,
        fees: totals.fees,
        net: totals.net,
        orders: totals.orders,
        automatic: totals.automatic,
        slip: totals.slip,
        manual: totals.manual,
        cash: totals.cash,
        adjustments: totals.adjustments,
        suspense: totals.suspense,
    }
}

fn share<K>(group: &Group<K>, label: String) -> Share {
    Share {
        label,
        orders: group.totals.orders,
        gross: group.totals.gross,
        refunds: group.totals.refunds,
        fees: group.totals.fees,
        net: group.totals.net,
    }
}

fn sections(locale: Locale, report: &DayReport) -> Vec<Section> {
    let method = |group: &Group<Method>| share(group, words::method(locale, group.key).to_owned());
    let provider = |group: &Group<ProviderId>| share(group, words::provider(locale, group.key).to_owned());
    let cashier = |group: &Group<Option<String>>| {
        let nobody = || locale.pick("ไม่มีชื่อ", "No name").to_owned();
        share(group, group.key.clone().unwrap_or_else(nobody))
    };
    let hour = |group: &Group<u8>| share(group, format!("{:02}:00", group.key));
    vec![
        Section {
            by: Grouping::Method,
            shares: report.by_method.iter().map(method).collect(),
        },
        Section {
            by: Grouping::Provider,
            shares: report.by_provider.iter().map(provider).collect(),
        },
        Section {
            by: Grouping::Cashier,
            shares: report.by_cashier.iter().map(cashier).collect(),
        },
        Section {
            by: Grouping::Hour,
            shares: report.by_hour.iter().map(hour).collect(),
        },
    ]
}

fn remarks(locale: Locale, report: &DayReport) -> Vec<(String, String)> {
    let mut remarks = vec![
        (
            locale
                .pick("ควรอยู่ที่ธนาคารและผู้ให้บริการ", "Should be with banks and providers")
                .to_owned(),
            report.found.bank.to_string(),
        ),
        (
            locale.pick("ควรอยู่ในลิ้นชัก", "Should be in the drawer").to_owned(),
            report.found.drawer.to_string(),
        ),
    ];
    if let Some(ms) = report.facts.median_to_paid_ms {
        remarks.push((
            locale.pick("มัธยฐานเวลาจนได้เงิน", "Median time to paid").to_owned(),
            format!("{} {}", ms / 1_000, locale.pick("วินาที", "seconds")),
        ));
    }
    remarks
}

fn counts(locale: Locale, shift: &ShiftEnd) -> Vec<CountLine> {
    let lines = shift.closing.differences.iter();
    lines
        .map(|line| CountLine {
            words: format!(
                "{} {} {} · {}",
                locale.pick("กะ", "Shift"),
                shift.counter,
                shift.number,
                words::method(locale, line.method)
            ),
            expected: line.expected,
            counted: Some(line.counted),
            difference: Some(line.difference),
        })
        .collect()
}

fn exception(locale: Locale, item: &ReviewItem) -> ExceptionLine {
    let settlement = item.settled.as_ref().map(|settled| {
        let outcome = words::outcome(locale, settled.outcome.word());
        let parts = [outcome.as_str(), settled.note.as_str(), settled.by.as_str()];
        let said = parts.into_iter().filter(|part| !part.is_empty());
        said.collect::<Vec<_>>().join(" · ")
    });
    ExceptionLine {
        order_number: item.order_number.clone().unwrap_or_else(|| "–".to_owned()),
        what: words::review(locale, item.kind.word()),
        amount: item.amount.unwrap_or(Money::ZERO),
        settlement,
    }
}

fn sign_off(signed: Signed) -> SignOff {
    SignOff {
        by: signed.by,
        at: signed.at,
        note: signed.note,
    }
}
