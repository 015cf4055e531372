//! Pages to PDF bytes.
//!
//! The same pages give the same bytes: the file's date is the document's own, nothing random goes in. A line of text
//! is one ActualText span, because glyphs alone do not say what was written: ำ is two glyphs and each glyph may
//! stand for one text only. Fonts are cut down to the glyphs in use.

use std::collections::{BTreeMap, BTreeSet};

use printpdf::{
    Codepoint, Color, CurTransMat, DictItem, FontId, Greyscale, LinePoint, Op, PaintMode, ParsedFont,
    PdfDocument, PdfFont, PdfFontHandle, PdfPage, PdfSaveOptions, Point, Polygon, PolygonRing, Pt, Rect,
    TextItem, TextMatrix, WindingOrder, to_lopdf_doc,
};
use subsetter::GlyphRemapper;

use keptang_domain::Timestamp;

use crate::language::Language;
use crate::measure::{Length, from_units};
use crate::page::{Grey, Mark, Page, RISE_COS, RISE_SIN, TextMark};
use crate::text::{Face, Glyph, Weight};

/// What a reader shows about the file.
pub(crate) struct About<'a> {
    pub(crate) title: &'a str,
    pub(crate) author: &'a str,
    pub(crate) language: Language,
    pub(crate) made_at: Timestamp,
}

/// Writes the pages.
pub(crate) fn write(pages: &[Page], about: &About<'_>) -> Vec<u8> {
    let mut document = PdfDocument::new(about.title);
    let info = &mut document.metadata.info;
    info.author = about.author.to_owned();
    info.creator = "Keptang".to_owned();
    info.producer = "Keptang".to_owned();
    // Times a PDF cannot say become its first day; only a broken clock gives one.
    let made_at = printpdf::OffsetDateTime::from_unix_timestamp(about.made_at.ms().div_euclid(1000))
        .unwrap_or(info.creation_date);
    info.creation_date = made_at;
    info.modification_date = made_at;

    let fonts = Fonts::of(pages);
    for (weight, subset) in &fonts.by_weight {
        document
            .resources
            .fonts
            .map
            .insert(font_id(*weight), subset.font.clone());
    }
    document.pages = pages.iter().map(|page| pdf_page(page, &fonts)).collect();

    let mut file = to_lopdf_doc(&document, &PdfSaveOptions::default(), &mut Vec::new());
    // Replacement text for marked content is younger than the version printpdf writes (PDF 1.4).
    file.version = "1.7".to_owned();
    // The two ids are random in printpdf. Without encryption a file needs none (ISO 32000-1, 7.5.5).
    file.trailer.remove(b"ID");
    let language = DictItem::String {
        data: about.language.tag().as_bytes().to_vec(),
        literal: true,
    };
    if let Ok(catalog) = file.catalog_mut() {
        catalog.set("Lang", language.to_lopdf());
    }
    // printpdf names a prepress standard in every file, if only an empty one, and readers then announce PDF/X.
    let info = file.trailer.get(b"Info").and_then(|info| info.as_reference());
    if let Ok(info) = info.and_then(|id| file.get_dictionary_mut(id)) {
        info.remove(b"GTS_PDFXVersion");
    }
    file.compress();
    let mut bytes = Vec::new();
    file.save_to(&mut bytes).expect("a Vec takes every write");
    bytes
}

/// The faces of a document, cut down to what it uses.
struct Fonts {
    by_weight: BTreeMap<Weight, Subset>,
}

struct Subset {
    font: PdfFont,
    new_ids: GlyphRemapper,
}

impl Fonts {
    fn of(pages: &[Page]) -> Self {
        let mut used = BTreeMap::<Weight, BTreeSet<u16>>::new();
        for mark in pages.iter().flat_map(|page| &page.marks) {
            if let Mark::Text(text) = mark {
                used.entry(text.weight)
                    .or_default()
                    .extend(text.line.glyphs.iter().map(|glyph| glyph.id));
            }
        }
        let by_weight = used
            .iter()
            .map(|(weight, ids)| (*weight, Subset::of(*weight, ids)))
            .collect();
        Self { by_weight }
    }

    fn new_id(&self, weight: Weight, id: u16) -> u16 {
        self.by_weight
            .get(&weight)
            .and_then(|subset| subset.new_ids.get(id))
            .unwrap_or(0)
    }
}

impl Subset {
    fn of(weight: Weight, ids: &BTreeSet<u16>) -> Self {
        let mut new_ids = GlyphRemapper::new();
        for id in ids {
            new_ids.remap(*id);
        }
        let bytes = subsetter::subset(Face::of(weight).data(), 0, &new_ids)
            .expect("the bundled face is whole and the glyphs came from it");
        let mut font = ParsedFont::from_bytes(&bytes, 0, &mut Vec::new())
            .expect("a subset keeps the tables a PDF font is described by");
        // Six letters and a plus mark a subset (ISO 32000-1, 9.6.4).
        font.font_name = Some(
            match weight {
                Weight::Regular => "KEPTNG+Sarabun-Regular",
                Weight::Bold => "KEPTNG+Sarabun-Bold",
            }
            .to_owned(),
        );
        Self {
            font: PdfFont::new(font),
            new_ids,
        }
    }
}

fn font_id(weight: Weight) -> FontId {
    FontId(
        match weight {
            Weight::Regular => "SarabunRegular",
            Weight::Bold => "SarabunBold",
        }
        .to_owned(),
    )
}

fn pdf_page(page: &Page, fonts: &Fonts) -> PdfPage {
    let mut ops = Vec::new();
    let mut ink = None;
    for mark in &page.marks {
        let grey = match mark {
            Mark::Text(text) => text.grey,
            Mark::Fill { grey, .. } => *grey,
            Mark::Mosaic(_) => Grey(0),
        };
        if ink != Some(grey) {
            ops.push(fill_colour(grey));
            ink = Some(grey);
        }
        match mark {
            Mark::Text(text) => push_text(&mut ops, text, page.height, fonts),
            Mark::Fill {
                x, y, width, height, ..
            } => ops.push(Op::DrawRectangle {
                rectangle: Rect {
                    mode: Some(PaintMode::Fill),
                    ..Rect::from_xywh(
                        points(*x),
                        points(page.height - y - height),
                        points(*width),
                        points(*height),
                    )
                },
            }),
            Mark::Mosaic(tiles) => ops.push(mosaic(tiles, page.height)),
        }
    }
    let whole = Rect::from_wh(points(page.width), points(page.height));
    PdfPage {
        media_box: whole.clone(),
        trim_box: whole.clone(),
        crop_box: whole,
        ops,
    }
}

fn fill_colour(grey: Grey) -> Op {
    let percent = thousandths(i32::from(grey.0) * 1000 / 255);
    Op::SetFillColor {
        col: Color::Greyscale(Greyscale::new(percent, None)),
    }
}

fn mosaic(tiles: &[[Length; 4]], page_height: Length) -> Op {
    let ring = |[x, y, width, height]: &[Length; 4]| {
        let (left, right) = (*x, x + width);
        let (top, bottom) = (page_height - y, page_height - y - height);
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        PolygonRing {
            points: corners
                .map(|(x, y)| LinePoint {
                    p: Point {
                        x: points(x),
                        y: points(y),
                    },
                    bezier: false,
                })
                .to_vec(),
        }
    };
    Op::DrawPolygon {
        polygon: Polygon {
            rings: tiles.iter().map(ring).collect(),
            mode: PaintMode::Fill,
            winding_order: WindingOrder::NonZero,
        },
    }
}

fn push_text(ops: &mut Vec<Op>, text: &TextMark, page_height: Length, fonts: &Fonts) {
    if text.line.glyphs.is_empty() {
        return;
    }
    let (x, y) = (text.x, page_height - text.y);
    if text.rises {
        ops.push(Op::SaveGraphicsState);
        ops.push(Op::SetTransformationMatrix {
            matrix: CurTransMat::Raw([RISE_COS, RISE_SIN, FALL_SIN, RISE_COS, points(x).0, points(y).0]),
        });
    }
    let (x, y) = if text.rises { (0, 0) } else { (x, y) };
    ops.push(Op::StartTextSection);
    ops.push(Op::BeginMarkedContentWithProperties {
        tag: "Span".to_owned(),
        properties: actual_text(&text.line.text),
    });
    ops.push(Op::SetFont {
        font: PdfFontHandle::External(font_id(text.weight)),
        size: points(text.size),
    });
    push_glyphs(ops, text, (x, y), fonts);
    ops.push(Op::EndMarkedContent);
    ops.push(Op::EndTextSection);
    if text.rises {
        ops.push(Op::RestoreGraphicsState);
    }
}

const FALL_SIN: f32 = -RISE_SIN;

/// Glyphs of one height are one string with corrections between them; each change of height starts anew.
fn push_glyphs(ops: &mut Vec<Op>, text: &TextMark, (x, y): (Length, Length), fonts: &Fonts) {
    let face = Face::of(text.weight);
    let length = |units| from_units(units, face.units_per_em(), text.size);
    let mut rest = text.line.glyphs.as_slice();
    while let Some(first) = rest.first() {
        let count = run_length(face, rest);
        let (run, after) = rest.split_at(count);
        rest = after;
        ops.push(Op::SetTextMatrix {
            matrix: TextMatrix::Raw([
                1.0,
                0.0,
                0.0,
                1.0,
                points(x + length(first.x)).0,
                points(y + length(first.y)).0,
            ]),
        });
        let shown = run.iter().enumerate().map(|(at, glyph)| Codepoint {
            gid: fonts.new_id(text.weight, glyph.id),
            offset: run
                .get(at + 1)
                .and_then(|next| correction(face, glyph, next))
                .unwrap_or(0)
                .into(),
            cid: Some(face.letters_of(glyph.id).unwrap_or("\u{FFFD}").to_owned()),
        });
        ops.push(Op::ShowText {
            items: vec![TextItem::GlyphIds(shown.collect())],
        });
    }
}

fn run_length(face: &Face, glyphs: &[Glyph]) -> usize {
    let follows = |glyph: &Glyph, next: &Glyph| glyph.y == next.y && correction(face, glyph, next).is_some();
    let pairs = glyphs.iter().zip(glyphs.iter().skip(1));
    1 + pairs.take_while(|(glyph, next)| follows(glyph, next)).count()
}

/// How far the pen has to move back before `next`, in thousandths of an em.
fn correction(face: &Face, glyph: &Glyph, next: &Glyph) -> Option<i16> {
    let natural = glyph.x.checked_add(face.glyph_advance(glyph.id))?;
    let back = i64::from(natural) - i64::from(next.x);
    i16::try_from(back * 1000 / i64::from(face.units_per_em())).ok()
}

fn actual_text(text: &str) -> DictItem {
    let mut utf16 = vec![0xfe, 0xff];
    utf16.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    let text = DictItem::String {
        data: utf16,
        literal: false,
    };
    DictItem::Dict {
        map: BTreeMap::from([("ActualText".to_owned(), text)]),
    }
}

fn points(length: Length) -> Pt {
    Pt(thousandths(length))
}

/// PDF writes lengths and shades as decimals; this is the only place where one is made.
#[expect(
    clippy::float_arithmetic,
    clippy::as_conversions,
    reason = "a place on paper, no money"
)]
fn thousandths(value: i32) -> f32 {
    (f64::from(value) / 1000.0) as f32
}
