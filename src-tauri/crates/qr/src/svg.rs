//! An untrusted SVG to pixels. Draws shapes only: no text, no linked or embedded pictures, no scripts, no file
//! and no network. A QR needs none of those, so whatever can make a small drawing cost much time or memory
//! (filters, masks, patterns, markers, nested reuse, entities) is refused rather than tamed.

use std::collections::HashMap;
use std::sync::Arc;

use image::{DynamicImage, GrayImage};
use resvg::tiny_skia::{Color, IntSize, Pixmap, Point, Rect, Transform};
use resvg::usvg::{self, Node, Tree, roxmltree};

use crate::raster::{BombKind, DecodeError};
use crate::sniff::ImageKind;

/// Longest side of the drawing. A version-40 QR still gets 5 pixels per module.
const SIDE_PX: u16 = 1024;
/// White around the drawing: some generators leave the quiet zone to the page.
const MARGIN_PX: u16 = 64;
const BYTES_MAX: usize = 1_048_576;
/// A version-40 QR drawn module by module has about 15,700 dark ones.
const ELEMENTS_MAX: usize = 20_000;
/// Also bounds how many half-transparent layers can be open at once.
const DEPTH_MAX: usize = 24;
/// Style rules are matched against every element, so their cost multiplies.
const STYLE_BYTES_MAX: usize = 4_096;
/// Clip paths and gradients may refer to each other in chains.
const DEFINITIONS_MAX: usize = 32;
/// How often the whole canvas may be painted over, all shapes and layers together.
const PAINTED_CANVASES_MAX: f32 = 64.0;
/// All outlines together, in canvas sides. Module by module a version-40 QR has about 400, plus the ways between.
const OUTLINE_SIDES_MAX: f32 = 10_000.0;
const DASHES_MAX: f32 = 20_000.0;
/// Shapes and groups, counting a clip's own once for every use of it.
const NODES_DRAWN_MAX: usize = 3 * ELEMENTS_MAX;

/// Elements that draw, structure or merely describe. Text and images are allowed in and then not drawn.
const ALLOWED: [&str; 27] = [
    "a",
    "circle",
    "clipPath",
    "defs",
    "desc",
    "ellipse",
    "g",
    "image",
    "line",
    "linearGradient",
    "metadata",
    "path",
    "polygon",
    "polyline",
    "radialGradient",
    "rect",
    "script",
    "stop",
    "style",
    "svg",
    "switch",
    "symbol",
    "text",
    "textPath",
    "title",
    "tspan",
    "use",
];

const BROKEN: DecodeError = DecodeError::Broken { kind: ImageKind::Svg };
const TOO_COMPLEX: DecodeError = DecodeError::Bomb {
    what: BombKind::Drawing,
};

pub(crate) fn rasterise(bytes: &[u8]) -> Result<DynamicImage, DecodeError> {
    if bytes.len() > BYTES_MAX {
        return Err(TOO_COMPLEX);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| BROKEN)?;
    if text.contains("<!ENTITY") {
        return Err(TOO_COMPLEX);
    }
    let options = roxmltree::ParsingOptions {
        // Old drawing programs write a DOCTYPE; without entities there is nothing to expand in it.
        allow_dtd: true,
        nodes_limit: u32::try_from(ELEMENTS_MAX * 4).expect("a small constant"),
        ..Default::default()
    };
    let document = roxmltree::Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => TOO_COMPLEX,
        _ => BROKEN,
    })?;
    check_document(&document)?;

    let options = usvg::Options {
        image_href_resolver: usvg::ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Default::default()
    };
    let tree = Tree::from_xmltree(&document, &options).map_err(|error| match error {
        usvg::Error::ElementsLimitReached => TOO_COMPLEX,
        _ => BROKEN,
    })?;
    check_tree(&tree)?;
    draw(&tree).ok_or(BROKEN)
}

/// Bounds the drawing before it is expanded: size, depth, kinds of element, and reuse of reuse.
fn check_document(document: &roxmltree::Document<'_>) -> Result<(), DecodeError> {
    let mut depths = vec![0_usize; document.descendants().count() + 1];
    let mut elements = 0_usize;
    let mut style_bytes = 0_usize;
    let mut definitions = 0_usize;
    for node in document.descendants() {
        let depth = node.parent().map_or(0, |parent| {
            depths.get(parent.id().get_usize()).copied().unwrap_or(0)
        });
        if let Some(slot) = depths.get_mut(node.id().get_usize()) {
            *slot = depth + 1;
        }
        if depth > DEPTH_MAX {
            return Err(TOO_COMPLEX);
        }
        // Elements of other namespaces (an editor's notes) are never drawn.
        let is_drawing = matches!(
            node.tag_name().namespace(),
            None | Some("http://www.w3.org/2000/svg")
        );
        if !node.is_element() || !is_drawing {
            continue;
        }
        let name = node.tag_name().name();
        elements += 1;
        match name {
            "style" => {
                style_bytes += node
                    .children()
                    .filter_map(|text| text.text())
                    .map(str::len)
                    .sum::<usize>()
            }
            "clipPath" | "linearGradient" | "radialGradient" => definitions += 1,
            _ => {}
        }
        let too_much =
            elements > ELEMENTS_MAX || style_bytes > STYLE_BYTES_MAX || definitions > DEFINITIONS_MAX;
        if too_much || ALLOWED.binary_search(&name).is_err() {
            return Err(TOO_COMPLEX);
        }
    }
    check_reuse(document)
}

/// A `use` of something that holds another `use` can grow without bound from a few bytes.
fn check_reuse(document: &roxmltree::Document<'_>) -> Result<(), DecodeError> {
    let mut by_id = HashMap::new();
    for node in document.descendants() {
        if let Some(id) = node.attribute("id") {
            // The first of several equal ids is the one that is drawn.
            by_id.entry(id).or_insert(node);
        }
    }
    let mut drawn_by_reuse = 0_usize;
    for node in document
        .descendants()
        .filter(|node| node.tag_name().name() == "use")
    {
        let links = node.attributes().filter(|attribute| attribute.name() == "href");
        let targets = links.filter_map(|link| by_id.get(link.value().trim().strip_prefix('#')?));
        for inner in targets.flat_map(roxmltree::Node::descendants) {
            drawn_by_reuse += 1;
            if inner.tag_name().name() == "use" || drawn_by_reuse > ELEMENTS_MAX {
                return Err(TOO_COMPLEX);
            }
        }
    }
    Ok(())
}

/// Bounds what drawing will cost: area covered, length of outlines, and how often a clip is drawn again.
fn check_tree(tree: &Tree) -> Result<(), DecodeError> {
    // CSS can name filters that are no elements. A clip inside a clip is drawn anew for every use.
    let clip_in_clip = |clip: &Arc<usvg::ClipPath>| clip.clip_path().is_some() || holds_clip(clip.root());
    if !(tree.filters().is_empty() && tree.masks().is_empty() && tree.patterns().is_empty())
        || tree.clip_paths().iter().any(clip_in_clip)
    {
        return Err(TOO_COMPLEX);
    }
    let canvas = tree.size().to_rect(0.0, 0.0).ok_or(BROKEN)?;
    let mut nodes = 0_usize;
    let mut painted_canvases = 0.0_f32;
    let mut outline_sides = 0.0_f32;
    let mut open_groups = vec![tree.root()];
    while let Some(group) = open_groups.pop() {
        open_groups.extend(group.clip_path().map(usvg::ClipPath::root));
        for node in group.children() {
            nodes += 1;
            match node {
                Node::Group(inner) => {
                    open_groups.push(inner);
                    if inner.should_isolate() {
                        add_area(
                            &mut painted_canvases,
                            inner.abs_layer_bounding_box().to_rect(),
                            canvas,
                        );
                    }
                }
                Node::Path(path) => {
                    add_area(&mut painted_canvases, path.abs_stroke_bounding_box(), canvas);
                    add_outline(&mut outline_sides, path, canvas)?;
                }
                Node::Image(_) | Node::Text(_) => {}
            }
            // Written so that a NaN fails too.
            let bounded = painted_canvases <= PAINTED_CANVASES_MAX && outline_sides <= OUTLINE_SIDES_MAX;
            if !bounded || nodes > NODES_DRAWN_MAX {
                return Err(TOO_COMPLEX);
            }
        }
    }
    Ok(())
}

#[expect(clippy::float_arithmetic, reason = "areas on a canvas, no money")]
fn add_area(painted_canvases: &mut f32, bounds: Rect, canvas: Rect) {
    if let Some(visible) = bounds.intersect(&canvas) {
        *painted_canvases += visible.width() * visible.height() / (canvas.width() * canvas.height());
    }
}

/// Control points bound the length of a curve from above, which is the side to err on.
#[expect(clippy::float_arithmetic, reason = "lengths on a canvas, no money")]
fn add_outline(outline_sides: &mut f32, path: &usvg::Path, canvas: Rect) -> Result<(), DecodeError> {
    let mut points = path.data().points().to_vec();
    let local_length: f32 = points.windows(2).map(distance).sum();
    path.abs_transform().map_points(&mut points);
    let length: f32 = points.windows(2).map(distance).sum();
    *outline_sides += length / canvas.width().max(canvas.height());

    if let Some(dashes) = path.stroke().and_then(usvg::Stroke::dasharray) {
        let few = local_length / dashes.iter().sum::<f32>() <= DASHES_MAX;
        return if few { Ok(()) } else { Err(TOO_COMPLEX) };
    }
    Ok(())
}

#[expect(clippy::float_arithmetic, reason = "lengths on a canvas, no money")]
fn distance(ends: &[Point]) -> f32 {
    match ends {
        [from, to] => (to.x - from.x).abs() + (to.y - from.y).abs(),
        _ => 0.0,
    }
}

fn holds_clip(root: &usvg::Group) -> bool {
    let mut open_groups = vec![root];
    while let Some(group) = open_groups.pop() {
        if group.clip_path().is_some() {
            return true;
        }
        open_groups.extend(group.children().iter().filter_map(|node| match node {
            Node::Group(inner) => Some(&**inner),
            _ => None,
        }));
    }
    false
}

/// `None` for a drawing without a drawable size.
#[expect(clippy::float_arithmetic, reason = "scaling a drawing, no money")]
fn draw(tree: &Tree) -> Option<DynamicImage> {
    let side = f32::from(SIDE_PX);
    let size = tree.size().scale_to(usvg::Size::from_wh(side, side)?);
    let margin = u32::from(MARGIN_PX);
    let inner: IntSize = size.to_int_size();
    let mut pixmap = Pixmap::new(inner.width() + 2 * margin, inner.height() + 2 * margin)?;
    pixmap.fill(Color::WHITE);
    let transform = Transform::from_scale(
        size.width() / tree.size().width(),
        size.height() / tree.size().height(),
    )
    .post_translate(f32::from(MARGIN_PX), f32::from(MARGIN_PX));
    resvg::render(tree, transform, &mut pixmap.as_mut());

    let grey_only = pixmap
        .pixels()
        .iter()
        .all(|pixel| pixel.red() == pixel.green() && pixel.red() == pixel.blue());
    let (width, height) = (pixmap.width(), pixmap.height());
    if grey_only {
        let luma = pixmap.pixels().iter().map(|pixel| pixel.red()).collect();
        return GrayImage::from_raw(width, height, luma).map(DynamicImage::from);
    }
    // Opaque on white from the start, so premultiplied and plain samples are the same bytes.
    image::RgbaImage::from_raw(width, height, pixmap.take()).map(DynamicImage::from)
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn allowed_names_are_sorted_for_the_search() {
        assert!(ALLOWED.is_sorted());
    }

    fn drawn(body: &str) -> Result<GrayImage, DecodeError> {
        let svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10">{body}</svg>"#
        );
        rasterise(svg.as_bytes()).map(DynamicImage::into_luma8)
    }

    #[test]
    fn a_drawing_is_scaled_up_and_set_on_white() {
        let picture = drawn(r#"<rect width="5" height="10"/>"#).unwrap();
        assert_eq!(picture.dimensions(), (1024 + 128, 1024 + 128));
        assert_eq!(picture.get_pixel(10, 600), &Luma([255]));
        assert_eq!(picture.get_pixel(100, 600), &Luma([0]));
        assert_eq!(picture.get_pixel(1000, 600), &Luma([255]));
    }

    #[test]
    fn reuse_once_is_drawn_reuse_of_reuse_is_refused() {
        let once = r##"<defs><rect id="m" width="10" height="10"/></defs><use xlink:href="#m"/>"##;
        assert_eq!(drawn(once).unwrap().get_pixel(600, 600), &Luma([0]));
        let clipped = r#"<clipPath id="a"><rect width="5" height="9"/></clipPath>
            <rect width="10" height="10" clip-path="url(#a)"/>"#;
        let picture = drawn(clipped).unwrap();
        assert_eq!(
            (picture.get_pixel(100, 100), picture.get_pixel(900, 100)),
            (&Luma([0]), &Luma([255]))
        );
        let twice = r##"<defs><g id="a"><rect width="1" height="1"/></g><g id="b"><use href="#a"/><use href="#a"/></g></defs><use href="#b"/>"##;
        assert_eq!(drawn(twice), Err(TOO_COMPLEX));
    }

    #[test]
    fn costly_or_foreign_things_are_refused_or_left_out() {
        assert_eq!(
            drawn(r#"<filter id="f"><feGaussianBlur stdDeviation="900"/></filter>"#),
            Err(TOO_COMPLEX)
        );
        assert_eq!(
            drawn(r#"<rect width="9" height="9" filter="blur(900px)"/>"#),
            Err(TOO_COMPLEX)
        );
        assert_eq!(drawn(&"<g>".repeat(10_000)), Err(BROKEN), "never closed");
        let deep = format!("{}{}", "<g>".repeat(30_000), "</g>".repeat(30_000));
        assert_eq!(drawn(&deep), Err(TOO_COMPLEX));
        assert_eq!(drawn(&"<path d='M0 0h1'/>".repeat(20_001)), Err(TOO_COMPLEX));
        assert_eq!(
            drawn(&"<path d='M0 0h10v10h-10z'/>".repeat(100)),
            Err(TOO_COMPLEX)
        );
        let clip_chain = r#"<clipPath id="a"><rect width="9" height="9"/></clipPath>
            <clipPath id="b" clip-path="url(#a)"><rect width="9" height="9"/></clipPath>
            <rect width="9" height="9" clip-path="url(#b)"/>"#;
        assert_eq!(drawn(clip_chain), Err(TOO_COMPLEX));
        for paint in [
            "fill='black'",
            "stroke='black'",
            "stroke='black' stroke-dasharray='0.01'",
        ] {
            let scribble = format!("<path {paint} d='M0 0{}'/>", "L9 9L0 1".repeat(10_000));
            assert_eq!(drawn(&scribble), Err(TOO_COMPLEX), "{paint}");
        }
        assert_eq!(
            drawn("<path d='M0 0h9' stroke='black' stroke-dasharray='0.0001'/>"),
            Err(TOO_COMPLEX)
        );
        let file = drawn(r#"<image href="/etc/hostname" width="10" height="10"/>"#).unwrap();
        assert!(file.pixels().all(|pixel| pixel == &Luma([255])));
    }

    #[test]
    fn sizes_without_sense_are_broken() {
        for svg in [
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"/>"#,
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="-1" height="5"/>"#,
            "<svg><g></svg>",
            "<svg:svg/>",
        ] {
            assert_eq!(rasterise(svg.as_bytes()).map(drop), Err(BROKEN), "{svg}");
        }
        let thin = br#"<svg xmlns="http://www.w3.org/2000/svg" width="1e9" height="1"/>"#;
        assert_eq!(rasterise(thin).unwrap().height(), 1 + 128);
    }
}
