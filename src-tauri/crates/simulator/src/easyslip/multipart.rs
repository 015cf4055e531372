//! `multipart/form-data`, as far as a form with one file needs it (RFC 7578). Does not do: nested parts, transfer
//! encodings, names in other character sets.

/// One part.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub(super) name: String,
    pub(super) is_file: bool,
    pub(super) body: &'a [u8],
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// The value of a header's parameter.
fn parameter(header: &str, name: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        (key.trim().eq_ignore_ascii_case(name)).then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// The parts, or `None` when the body is not what its content type says.
pub(super) fn parts<'a>(content_type: &str, body: &'a [u8]) -> Option<Vec<Part<'a>>> {
    let boundary = parameter(content_type, "boundary").filter(|boundary| !boundary.is_empty())?;
    let opening = format!("--{boundary}");
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(opening.as_bytes())?;
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        rest = rest.strip_prefix(b"\r\n")?;
        let head_end = find(rest, b"\r\n\r\n")?;
        let head = std::str::from_utf8(&rest[..head_end]).ok()?;
        let after = &rest[head_end + 4..];
        let body_end = find(after, delimiter.as_bytes())?;
        let disposition = head.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-disposition").then_some(value)
        })?;
        parts.push(Part {
            name: parameter(disposition, "name")?,
            is_file: parameter(disposition, "filename").is_some(),
            body: &after[..body_end],
        });
        rest = &after[body_end + delimiter.len()..];
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=\"b\"";

    #[test]
    fn a_file_and_a_text_are_told_apart() {
        let body = b"--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\
            Content-Type: image/png\r\n\r\n\x89PNG\r\n--x\r\n--b\r\ncontent-disposition: form-data; name=remark\r\n\r\n\
            \xe0\xb8\x81\r\n--b--\r\n";
        let expected = vec![
            Part {
                name: "image".to_owned(),
                is_file: true,
                body: b"\x89PNG\r\n--x",
            },
            Part {
                name: "remark".to_owned(),
                is_file: false,
                body: "ก".as_bytes(),
            },
        ];
        assert_eq!(parts(TYPE, body), Some(expected));
        assert_eq!(parts(TYPE, b"--b--"), Some(Vec::new()));
    }

    #[test]
    fn what_breaks_off_is_refused() {
        let whole: &[u8] = b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--\r\n";
        assert!(parts(TYPE, whole).is_some());
        for length in 0..whole.len() - 4 {
            assert_eq!(parts(TYPE, &whole[..length]), None, "{length}");
        }
        assert_eq!(parts("multipart/form-data", whole), None);
    }
}
