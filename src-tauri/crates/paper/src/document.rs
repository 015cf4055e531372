//! What all documents share: whose they are, what they are printed on, and what stands across them.

use keptang_domain::Timestamp;
use keptang_qr::EncodeError;

use crate::escpos::{ThermalHead, raster};
use crate::flow::{Flow, Sheet, Side, Type, watermark};
use crate::language::Locale;
use crate::measure::{Length, mm, pt10};
use crate::page::{Grey, Page};
use crate::pdf::{About, write};
use crate::raster::{Raster, Resolution, page_png};

/// What a receipt is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// A strip 58 mm wide, as long as its text.
    Mm58,
    /// A strip 80 mm wide, as long as its text.
    Mm80,
    /// A4 pages.
    A4,
}

impl Paper {
    pub(crate) const fn sheet(self) -> Sheet {
        match self {
            Self::Mm58 => Sheet::strip(58, 5),
            Self::Mm80 => Sheet::strip(80, 4),
            Self::A4 => Sheet::a4(),
        }
    }

    /// The type of running text.
    pub(crate) const fn body(self) -> Type {
        Type::regular(match self {
            // 24 dots of a thermal head; below that tone marks run into their vowels.
            Self::Mm58 => 85,
            Self::Mm80 => 95,
            Self::A4 => 105,
        })
    }

    /// The type of the one amount that matters.
    pub(crate) const fn total(self) -> Type {
        Type::regular(match self {
            Self::Mm58 => 190,
            Self::Mm80 => 240,
            Self::A4 => 240,
        })
        .bold()
    }

    /// The type of titles.
    pub(crate) const fn title(self) -> Type {
        Type::regular(match self {
            Self::Mm58 => 105,
            Self::Mm80 => 125,
            Self::A4 => 160,
        })
        .bold()
    }
}

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// The text of a QR is empty or too long for one.
    #[error("the QR on the document cannot be made")]
    Qr(#[source] EncodeError),
}

/// The shop as it stands on its papers. Each text as the owner wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seller {
    /// The shop's name.
    pub name: String,
    /// Its branch: `สำนักงานใหญ่`, `สาขาที่ 00001`. A tax invoice says which.
    pub branch: Option<String>,
    /// Its address.
    pub address: Option<String>,
    /// Its telephone number.
    pub phone: Option<String>,
    /// The 13 figures of the taxpayer.
    pub tax_id: Option<String>,
    /// The number of the point of sale, where the Revenue Department gave one.
    pub pos_id: Option<String>,
}

/// How a document speaks and what it must not be mistaken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Manner {
    /// Words and dates.
    pub locale: Locale,
    /// Not the first print: says so.
    pub is_copy: bool,
    /// Made in training mode: worthless, and every page says so.
    pub is_training: bool,
}

/// Across everything made in training mode, in both languages at once: whoever finds the paper must understand it.
pub(crate) const TRAINING: &str = "ฝึก TRAINING ใช้ไม่ได้";

/// Thickness of the rule that parts regions, and of the one that parts rows.
pub(crate) const INK_RULE: Length = pt10(12);
pub(crate) const HAIR_RULE: Length = pt10(5);

/// Digits without their group, `VAT 7%`: hundredths of a percent as people write them.
pub(crate) fn percent(basis_points: u32) -> String {
    let (whole, part) = (basis_points / 100, basis_points % 100);
    match (part, part % 10) {
        (0, _) => format!("{whole}%"),
        (_, 0) => format!("{whole}.{}%", part / 10),
        _ => format!("{whole}.{part:02}%"),
    }
}

/// The seller's block, as a tax invoice wants it.
fn put_seller(flow: &mut Flow, seller: &Seller, locale: Locale, paper: Paper, edges: (Length, Length)) {
    let side = if paper == Paper::A4 {
        Side::Left
    } else {
        Side::Centre
    };
    let body = paper.body();
    flow.paragraph_between(&seller.name, paper.title(), side, edges);
    let labelled = |thai, english, text: &Option<String>| {
        text.as_ref()
            .map(|text| format!("{} {text}", locale.pick(thai, english)))
    };
    let lines = [
        seller.branch.clone(),
        seller.address.clone(),
        labelled("โทร.", "Tel.", &seller.phone),
        labelled("เลขประจำตัวผู้เสียภาษี", "Tax ID", &seller.tax_id),
        labelled("รหัสเครื่อง POS", "POS ID", &seller.pos_id),
    ];
    for line in lines.iter().flatten().filter(|line| !line.trim().is_empty()) {
        flow.paragraph_between(line, body, side, edges);
    }
}

/// What stands at the top of a receipt and of a credit note.
pub(crate) struct Letterhead<'a> {
    pub(crate) manner: Manner,
    pub(crate) seller: &'a Seller,
    /// The words that make the paper what it is, the first the largest.
    pub(crate) titles: &'a [&'a str],
    /// Label and value.
    pub(crate) facts: &'a [(&'a str, String)],
}

impl Letterhead<'_> {
    pub(crate) fn put(&self, flow: &mut Flow, paper: Paper) {
        match paper {
            Paper::A4 => self.put_beside(flow),
            Paper::Mm58 | Paper::Mm80 => self.put_below(flow, paper),
        }
    }

    /// One below the other, centred.
    fn put_below(&self, flow: &mut Flow, paper: Paper) {
        put_warnings(flow, self.manner, paper);
        let edges = (flow.left(), flow.right());
        put_seller(flow, self.seller, self.manner.locale, paper, edges);
        flow.gap(mm(2));
        flow.rule(INK_RULE, Grey::INK);
        flow.gap(mm(1));
        self.put_titles(flow, paper, Side::Centre, edges);
        flow.gap(mm(1));
        for (label, value) in self.facts {
            flow.pair(label, value, paper.body().quiet(), paper.body());
        }
        flow.gap(mm(1));
    }

    /// The seller on the left, what the paper is on the right.
    fn put_beside(&self, flow: &mut Flow) {
        let paper = Paper::A4;
        let bar_only = Manner {
            is_copy: false,
            ..self.manner
        };
        put_warnings(flow, bar_only, paper);
        let (top, middle) = (flow.place(), flow.left() + flow.width() * 11 / 20);
        put_seller(
            flow,
            self.seller,
            self.manner.locale,
            paper,
            (flow.left(), middle - mm(6)),
        );
        let seller_end = flow.place();
        flow.go_to(top);
        let edges = (middle, flow.right());
        self.put_titles(flow, paper, Side::Right, edges);
        if self.manner.is_copy {
            flow.paragraph_between(
                copy_word(self.manner.locale),
                paper.body().bold(),
                Side::Right,
                edges,
            );
        }
        flow.gap(mm(2));
        for (label, value) in self.facts {
            flow.pair_between(label, value, paper.body().quiet(), paper.body(), edges);
        }
        flow.go_to(flow.place().max(seller_end));
        flow.gap(mm(6));
    }

    fn put_titles(&self, flow: &mut Flow, paper: Paper, side: Side, edges: (Length, Length)) {
        for (at, title) in self.titles.iter().enumerate() {
            let style = if at == 0 {
                paper.title()
            } else {
                paper.body().bold()
            };
            flow.paragraph_between(title, style, side, edges);
        }
    }
}

/// Sums stand across a strip, and in the right half of a page.
pub(crate) fn sum_edges(flow: &Flow, paper: Paper) -> (Length, Length) {
    match paper {
        Paper::A4 => (flow.left() + flow.width() * 9 / 20, flow.right()),
        Paper::Mm58 | Paper::Mm80 => (flow.left(), flow.right()),
    }
}

/// The black bar of training mode and the word for a copy.
pub(crate) fn put_warnings(flow: &mut Flow, manner: Manner, paper: Paper) {
    if manner.is_training {
        flow.bar(TRAINING, paper.body().bold());
        flow.gap(mm(2));
    }
    if manner.is_copy {
        flow.paragraph(copy_word(manner.locale), paper.title(), Side::Centre);
    }
}

fn copy_word(locale: Locale) -> &'static str {
    locale.pick("สำเนา", "สำเนา COPY")
}

/// Page numbers below pages that have room for them: `หน้า 1/30`, and on the left what the document is.
pub(crate) fn put_page_numbers(flow_pages: &mut [Page], locale: Locale, words: &str) {
    let count = flow_pages.len();
    let style = Type::regular(85).quiet();
    for (at, page) in flow_pages.iter_mut().enumerate() {
        let number = format!("{} {}/{count}", locale.pick("หน้า", "Page"), at + 1);
        let mut footer = Flow::new(Sheet {
            width: page.width,
            height: Some(page.height),
            ..Sheet::a4()
        });
        footer.set_y(page.height - mm(13));
        let room = footer.width() - mm(30);
        let edges = (footer.left(), footer.right());
        let y = footer.y() + style.ascent();
        let number = footer.lines(&number, style, mm(30));
        for line in number.iter().take(1) {
            footer.put(line, style, edges, Side::Right, y);
        }
        let words = footer.lines(words, style, room);
        for line in words.iter().take(1) {
            footer.put(line, style, edges, Side::Left, y);
        }
        page.marks
            .extend(footer.finish().into_iter().flat_map(|page| page.marks));
    }
}

/// A document, laid out: every word of it has its place.
#[derive(Debug, Clone)]
pub struct Document {
    pages: Vec<Page>,
    title: String,
    seller: String,
    manner: Manner,
    made_at: Timestamp,
}

/// What a screen shows, in tenths of a dot per inch: small type can be read, and a page fits.
const SCREEN: Resolution = Resolution(1_440);

impl Document {
    /// Takes the pages and sets what stands across them.
    pub(crate) fn new(
        mut pages: Vec<Page>,
        title: &str,
        seller: &str,
        manner: Manner,
        made_at: Timestamp,
    ) -> Self {
        if manner.is_training {
            watermark(&mut pages, TRAINING);
        }
        Self {
            pages,
            title: title.to_owned(),
            seller: seller.to_owned(),
            manner,
            made_at,
        }
    }

    /// As a PDF.
    pub fn to_pdf(&self) -> Vec<u8> {
        write(
            &self.pages,
            &About {
                title: &self.title,
                author: &self.seller,
                language: self.manner.locale.language,
                made_at: self.made_at,
            },
        )
    }

    /// As dots for a thermal head. The document has to be laid out for the head's paper ([`ThermalHead::paper`]); of wider
    /// paper only the middle fits.
    pub fn to_raster(&self, head: ThermalHead) -> Raster {
        raster(&self.pages, head)
    }

    /// As pictures for a screen, one PNG for each page.
    pub fn to_pngs(&self) -> Vec<Vec<u8>> {
        self.pages.iter().map(|page| page_png(page, SCREEN)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn rates_are_written_short() {
        for (basis_points, expected) in [
            (0, "0%"),
            (700, "7%"),
            (750, "7.5%"),
            (725, "7.25%"),
            (705, "7.05%"),
            (10_000, "100%"),
        ] {
            assert_eq!(percent(basis_points), expected);
        }
    }
}
