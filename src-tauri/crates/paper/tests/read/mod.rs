//! Reads our PDFs back with a parser, as a viewer would.
#![allow(unreachable_pub, reason = "shared by test files")]

use std::collections::BTreeMap;

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId};
use rustybuzz::ttf_parser::{Face, GlyphId, Rect};

/// A line as it can be copied, and the glyphs drawn for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub text: String,
    pub font: String,
    pub size: f32,
    /// Glyph number in the embedded font, and where it stands from the lower left corner of the page.
    pub glyphs: Vec<(u16, f32, f32)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub width: f32,
    pub height: f32,
    pub lines: Vec<Line>,
    pub fills: usize,
}

impl Page {
    pub fn texts(&self) -> Vec<&str> {
        self.lines.iter().map(|line| line.text.as_str()).collect()
    }
}

pub struct File {
    pub pages: Vec<Page>,
    pub title: String,
    /// Font programs by the name used on the pages.
    pub fonts: BTreeMap<String, Vec<u8>>,
    /// Glyph advances by the same name, in thousandths of an em.
    widths: BTreeMap<String, BTreeMap<u16, i64>>,
}

impl File {
    /// The extent of a glyph's outline in an embedded font.
    pub fn outline(&self, font: &str, glyph: u16) -> Option<Rect> {
        Face::parse(&self.fonts[font], 0)
            .unwrap()
            .glyph_bounding_box(GlyphId(glyph))
    }

    pub fn texts(&self) -> Vec<&str> {
        self.pages.iter().flat_map(Page::texts).collect()
    }
}

pub fn read(bytes: &[u8]) -> File {
    let document = Document::load_mem(bytes).expect("a reader takes the file");
    let mut file = File {
        pages: Vec::new(),
        title: String::new(),
        fonts: BTreeMap::new(),
        widths: BTreeMap::new(),
    };
    let info = document.trailer.get(b"Info").unwrap().as_reference().unwrap();
    let title = document.get_dictionary(info).unwrap().get(b"Title").unwrap();
    // An empty title is written without its byte order.
    file.title = match title.as_str().unwrap() {
        [] => String::new(),
        title => utf16(title),
    };
    for page in document.get_pages().into_values() {
        read_fonts(&document, page, &mut file);
        let page = read_page(&document, page, &file.widths);
        file.pages.push(page);
    }
    file
}

fn read_fonts(document: &Document, page: ObjectId, file: &mut File) {
    for (name, font) in document.get_page_fonts(page).unwrap() {
        let name = String::from_utf8(name).unwrap();
        if file.fonts.contains_key(&name) {
            continue;
        }
        let Object::Array(descendants) = font.get(b"DescendantFonts").unwrap() else {
            panic!("a composite font has a descendant")
        };
        let descendant = descendants[0].as_dict().unwrap();
        let descriptor = resolve(document, descendant, b"FontDescriptor");
        let program = descriptor.get(b"FontFile2").unwrap().as_reference().unwrap();
        let program = document.get_object(program).unwrap().as_stream().unwrap();
        file.fonts
            .insert(name.clone(), program.decompressed_content().unwrap());
        file.widths.insert(name, read_widths(descendant));
    }
}

fn resolve<'a>(document: &'a Document, dictionary: &'a Dictionary, key: &[u8]) -> &'a Dictionary {
    let id = dictionary.get(key).unwrap().as_reference().unwrap();
    document.get_dictionary(id).unwrap()
}

fn read_widths(font: &Dictionary) -> BTreeMap<u16, i64> {
    let Object::Array(groups) = font.get(b"W").unwrap() else {
        panic!("widths are listed")
    };
    let mut widths = BTreeMap::new();
    for group in groups.chunks(2) {
        let first = group[0].as_i64().unwrap();
        for (at, width) in (0..).zip(group[1].as_array().unwrap()) {
            widths.insert(u16::try_from(first + at).unwrap(), width.as_i64().unwrap());
        }
    }
    widths
}

fn read_page(document: &Document, id: ObjectId, widths: &BTreeMap<String, BTreeMap<u16, i64>>) -> Page {
    let media: Vec<f32> = document
        .get_dictionary(id)
        .unwrap()
        .get(b"MediaBox")
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .map(|side| side.as_float().unwrap())
        .collect();
    let mut page = Page {
        width: media[2],
        height: media[3],
        lines: Vec::new(),
        fills: 0,
    };
    let content = Content::decode(&document.get_page_content(id)).unwrap();
    let mut reader = Reader::default();
    for operation in &content.operations {
        reader.take(operation, &mut page, widths);
    }
    assert!(reader.text.is_none(), "a span is closed");
    page
}

/// What a viewer remembers between operations.
#[derive(Default)]
struct Reader {
    text: Option<Line>,
    /// Origin of a slope that text may stand on.
    slope: Option<[f32; 6]>,
    pen: (f32, f32),
}

impl Reader {
    fn take(
        &mut self,
        operation: &Operation,
        page: &mut Page,
        widths: &BTreeMap<String, BTreeMap<u16, i64>>,
    ) {
        let number = |at: usize| operation.operands[at].as_float().unwrap();
        match operation.operator.as_str() {
            "cm" => self.slope = Some(std::array::from_fn(number)),
            "Q" => self.slope = None,
            "f" | "f*" => page.fills += 1,
            "BDC" => {
                let properties = operation.operands[1].as_dict().unwrap();
                let text = properties.get(b"ActualText").unwrap().as_str().unwrap();
                let line = Line {
                    text: utf16(text),
                    font: String::new(),
                    size: 0.0,
                    glyphs: Vec::new(),
                };
                assert!(self.text.replace(line).is_none(), "spans are not nested");
            }
            "EMC" => page.lines.push(self.text.take().expect("a span was open")),
            "Tf" => {
                let line = self.text.as_mut().expect("letters stand in a span");
                line.font = String::from_utf8(operation.operands[0].as_name().unwrap().to_vec()).unwrap();
                line.size = number(1);
            }
            "Tm" => self.pen = (number(4), number(5)),
            "TJ" => self.show(operation.operands[0].as_array().unwrap(), widths),
            "Tj" | "'" | "\"" => panic!("glyphs are shown one way only"),
            _ => {}
        }
    }

    fn show(&mut self, items: &[Object], widths: &BTreeMap<String, BTreeMap<u16, i64>>) {
        let line = self.text.as_mut().expect("letters stand in a span");
        for item in items {
            match item {
                Object::String(code, _) => {
                    let glyph = u16::from_be_bytes([code[0], code[1]]);
                    let (x, y) = match self.slope {
                        Some([a, b, c, d, e, f]) => (
                            a * self.pen.0 + c * self.pen.1 + e,
                            b * self.pen.0 + d * self.pen.1 + f,
                        ),
                        None => self.pen,
                    };
                    line.glyphs.push((glyph, x, y));
                    self.pen.0 += widths[&line.font][&glyph] as f32 / 1000.0 * line.size;
                }
                kern => self.pen.0 -= kern.as_float().unwrap() / 1000.0 * line.size,
            }
        }
    }
}

fn utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes
        .chunks(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
        .collect();
    assert_eq!(
        units.first(),
        Some(&0xfeff),
        "text in a PDF begins with its byte order"
    );
    String::from_utf16(&units[1..]).unwrap()
}
