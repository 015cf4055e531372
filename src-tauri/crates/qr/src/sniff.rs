//! What a pile of bytes is, by content. Knows the few formats the till accepts, and the few more that people
//! really send, so that the refusal can name them.

/// A picture format the till can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImageKind {
    Png,
    Jpeg,
    Gif,
    WebP,
    Svg,
}

impl ImageKind {
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Svg => "image/svg+xml",
        }
    }
}

/// How far into an XML file the `<svg` element may hide behind declarations, comments and a DOCTYPE.
const SVG_PROLOGUE_MAX_BYTES: usize = 4096;

/// The picture format of `bytes`, or `None` when it is nothing the till reads.
#[must_use]
pub fn sniff(bytes: &[u8]) -> Option<ImageKind> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(ImageKind::Png)
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some(ImageKind::Jpeg)
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        Some(ImageKind::Gif)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(ImageKind::WebP)
    } else if is_svg(bytes) {
        Some(ImageKind::Svg)
    } else {
        None
    }
}

/// A picture or document format that is recognised only to be refused by name.
pub(crate) fn sniff_unsupported(bytes: &[u8]) -> Option<&'static str> {
    const PREFIXES: [(&[u8], &str); 7] = [
        (b"%PDF-", "PDF"),
        (b"BM", "BMP"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"\x1f\x8b", "gzip"),
        (b"\0\0\x01\0", "ICO"),
        (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    ];
    if let Some((_, name)) = PREFIXES.iter().find(|(prefix, _)| bytes.starts_with(prefix)) {
        return Some(name);
    }
    match (bytes.get(4..8), bytes.get(8..12)) {
        (Some(b"ftyp"), Some(b"avif" | b"avis")) => Some("AVIF"),
        (Some(b"ftyp"), Some(b"heic" | b"heix" | b"hevc" | b"mif1" | b"msf1")) => Some("HEIC"),
        _ => None,
    }
}

fn is_svg(bytes: &[u8]) -> bool {
    let start = bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes)
        .trim_ascii_start();
    if is_svg_tag(start) {
        return true;
    }
    // An HTML page with a drawing inside starts otherwise and must not pass.
    let xml_prologue = [b"<?xml".as_slice(), b"<!--", b"<!DOCTYPE svg"]
        .iter()
        .any(|prefix| start.starts_with(prefix));
    let head = start.get(..SVG_PROLOGUE_MAX_BYTES).unwrap_or(start);
    xml_prologue && (0..head.len()).any(|at| head.get(at..).is_some_and(is_svg_tag))
}

fn is_svg_tag(at: &[u8]) -> bool {
    let Some(rest) = at.strip_prefix(b"<svg") else {
        return false;
    };
    rest.first()
        .is_some_and(|&next| next.is_ascii_whitespace() || matches!(next, b'>' | b'/' | b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        let cases: [(&[u8], Option<ImageKind>); 14] = [
            (b"\x89PNG\r\n\x1a\nrest", Some(ImageKind::Png)),
            (b"\x89PNG", None),
            (b"\xff\xd8\xff\xe0", Some(ImageKind::Jpeg)),
            (b"GIF89a..", Some(ImageKind::Gif)),
            (b"GIF88a..", None),
            (b"RIFF....WEBPVP8 ", Some(ImageKind::WebP)),
            (b"RIFF....WAVEfmt ", None),
            (b"<svg xmlns='x'/>", Some(ImageKind::Svg)),
            (b"\xef\xbb\xbf\r\n<svg>", Some(ImageKind::Svg)),
            (
                b"<?xml version='1.0'?><!-- made by hand --><svg/>",
                Some(ImageKind::Svg),
            ),
            (b"<?xml version='1.0'?><rss/>", None),
            (b"<!DOCTYPE html><html><svg/></html>", None),
            (b"<svgz>", None),
            (b"", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(sniff(bytes), expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn known_but_refused() {
        assert_eq!(sniff_unsupported(b"%PDF-1.7"), Some("PDF"));
        assert_eq!(sniff_unsupported(b"\0\0\0\x18ftypheic...."), Some("HEIC"));
        assert_eq!(sniff_unsupported(b"\0\0\0\x18ftypavif...."), Some("AVIF"));
        assert_eq!(sniff_unsupported(b"hello"), None);
    }
}
