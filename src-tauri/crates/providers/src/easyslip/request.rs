//! What is sent, to the byte, and what is not fit to be sent (easyslip.md §2, §8).
//!
//! Bodies are written here and not by a form library, so that an amount keeps its two decimals and tests can compare
//! every byte.

use crate::decimal::fixed2;
use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use keptang_ports::{PictureType, SlipError, SlipInput, SlipKind, SlipQuestion};
use reqwest::Url;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest QR text (§2).
const PAYLOAD_CHARS_MAX: usize = 128;
/// Longest address of a picture (§2).
const URL_CHARS_MAX: usize = 255;
/// Longest remark (§2).
const REMARK_CHARS_MAX: usize = 255;
/// 4 MiB of picture, counted after base64 is undone (§2).
const PICTURE_BYTES_MAX: usize = 4_194_304;
/// Base64 of the largest picture, a prefix and some line ends; longer texts are not decoded to be counted.
const BASE64_CHARS_MAX: usize = PICTURE_BYTES_MAX / 3 * 4 + 200_000;

/// Both ways of ending base64 are in use.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The body of one question.
pub(super) struct Body {
    pub(super) content_type: String,
    pub(super) bytes: Vec<u8>,
    /// EasySlip reads a picture, which takes longer (§7).
    pub(super) has_picture: bool,
}

/// Sizes only: a body holds the slip.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({}, {} bytes)", self.content_type, self.bytes.len())
    }
}

/// What the question says beside the slip itself.
struct Options {
    remark: Option<String>,
    match_account: bool,
    match_amount: Option<String>,
}

impl Body {
    /// The body of a question.
    ///
    /// # Errors
    /// What EasySlip would refuse for certain is refused here, so that nobody waits for it.
    pub(super) fn new(question: &SlipQuestion, match_account: bool) -> Result<Self, SlipError> {
        let options = Options {
            remark: question.remark.as_deref().and_then(remark),
            match_account,
            match_amount: question.amount.map(fixed2),
        };
        match &question.input {
            SlipInput::Payload(text) => {
                let text = text.trim_ascii();
                if question.kind == SlipKind::TrueMoneyWallet {
                    return Err(unfit("payload_of_a_wallet"));
                }
                if text.is_empty() || text.chars().nth(PAYLOAD_CHARS_MAX).is_some() {
                    return Err(unfit("payload_length"));
                }
                Ok(json("payload", text, &options, false))
            }
            SlipInput::Image(bytes) => form(bytes, picture(bytes)?, &options),
            SlipInput::Base64(text) => {
                let text = text.trim_ascii();
                check_base64(text)?;
                Ok(json("base64", text, &options, true))
            }
            SlipInput::Url(text) => {
                check_url(text)?;
                Ok(json("url", text, &options, true))
            }
        }
    }
}

/// Not sent, for a reason of ours.
fn unfit(code: &str) -> SlipError {
    SlipError::BadQuestion {
        code: code.to_owned(),
    }
}

/// The first 255 characters; `None` when there are none, since an empty remark is refused.
fn remark(text: &str) -> Option<String> {
    let text: String = text.trim().chars().take(REMARK_CHARS_MAX).collect();
    (!text.is_empty()).then_some(text)
}

fn picture(bytes: &[u8]) -> Result<PictureType, SlipError> {
    if bytes.len() > PICTURE_BYTES_MAX {
        return Err(SlipError::PictureRefused);
    }
    PictureType::of(bytes).ok_or(SlipError::PictureRefused)
}

fn check_base64(text: &str) -> Result<(), SlipError> {
    if text.len() > BASE64_CHARS_MAX {
        return Err(SlipError::PictureRefused);
    }
    let data = match text.strip_prefix("data:") {
        Some(rest) => rest.split_once(";base64,").ok_or(SlipError::PictureRefused)?.1,
        None => text,
    };
    let bytes = BASE64.decode(data).map_err(|_| SlipError::PictureRefused)?;
    picture(&bytes).map(|_| ())
}

/// The words are EasySlip's own for the same refusals (§5).
fn check_url(text: &str) -> Result<(), SlipError> {
    if text.is_empty() || text.chars().nth(URL_CHARS_MAX).is_some() {
        return Err(unfit("url_length"));
    }
    let url = Url::parse(text).map_err(|_| unfit("url_malformed"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(unfit("URL_PROTOCOL_NOT_ALLOWED"));
    }
    let host = url.host_str().unwrap_or_default();
    let address = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    if host == "localhost" || address.is_ok_and(is_private) {
        return Err(unfit("URL_INVALID_IP_RANGE"));
    }
    Ok(())
}

fn is_private(address: IpAddr) -> bool {
    let private_v4 = |v4: Ipv4Addr| {
        v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified() || v4.is_broadcast()
    };
    let private_v6 = |v6: Ipv6Addr| {
        v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local()
    };
    match address {
        IpAddr::V4(v4) => private_v4(v4),
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(|| private_v6(v6), private_v4),
    }
}

fn json(input: &str, value: &str, options: &Options, has_picture: bool) -> Body {
    let mut text = format!("{{\"{input}\":{}", quoted(value));
    if let Some(remark) = &options.remark {
        text.push_str(&format!(",\"remark\":{}", quoted(remark)));
    }
    text.push_str(&format!(",\"matchAccount\":{}", options.match_account));
    if let Some(amount) = &options.match_amount {
        text.push_str(&format!(",\"matchAmount\":{amount}"));
    }
    text.push_str(",\"checkDuplicate\":true}");
    Body {
        content_type: "application/json".to_owned(),
        bytes: text.into_bytes(),
        has_picture,
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A form as RFC 7578 has it; every option is a part of text (§2).
fn form(bytes: &[u8], kind: PictureType, options: &Options) -> Result<Body, SlipError> {
    let boundary = boundary(bytes, options.remark.as_deref()).ok_or(SlipError::PictureRefused)?;
    let mut body = Vec::with_capacity(bytes.len() + 1_024);
    let disposition = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"image\"; filename=\"slip.{}\"\r\nContent-Type: {}\r\n\r\n",
        kind.extension(),
        kind.media_type()
    );
    body.extend_from_slice(disposition.as_bytes());
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n");
    let mut part = |name: &str, value: &str| {
        let part =
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    };
    if let Some(remark) = &options.remark {
        part("remark", remark);
    }
    part(
        "matchAccount",
        if options.match_account { "true" } else { "false" },
    );
    if let Some(amount) = &options.match_amount {
        part("matchAmount", amount);
    }
    part("checkDuplicate", "true");
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok(Body {
        content_type: format!("multipart/form-data; boundary={boundary}"),
        bytes: body,
        has_picture: true,
    })
}

/// A mark between the parts that is in none of them. A picture that holds the first hundred was made to.
fn boundary(picture: &[u8], remark: Option<&str>) -> Option<String> {
    (0..100)
        .map(|number| format!("keptang-slip-{number:02}"))
        .find(|mark| {
            let in_picture = picture
                .windows(mark.len())
                .any(|window| window == mark.as_bytes());
            let in_remark = remark.is_some_and(|remark| remark.contains(mark.as_str()));
            !in_picture && !in_remark
        })
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
