//! Bodies to the byte, and what is not sent.

use super::*;
use keptang_domain::Money;
use proptest::prelude::*;

const S9: &str = "0041000600000101030040220010000000000TST000015102TH9104809D";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

fn question(input: SlipInput) -> SlipQuestion {
    SlipQuestion {
        kind: SlipKind::Bank,
        input,
        amount: Some(Money::from_satang(150_000)),
        remark: Some("A-0042".to_owned()),
    }
}

fn written(question: &SlipQuestion) -> String {
    String::from_utf8(Body::new(question, true).unwrap().bytes).unwrap()
}

fn refused(input: SlipInput) -> SlipError {
    Body::new(&question(input), true).unwrap_err()
}

fn unfit_code(input: SlipInput) -> String {
    match refused(input) {
        SlipError::BadQuestion { code } => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_code_is_asked_about_in_one_line_of_json() {
    let asked = question(SlipInput::Payload(format!(" {S9}\r\n")));
    let body = Body::new(&asked, true).unwrap();
    assert_eq!(
        (body.content_type.as_str(), body.has_picture),
        ("application/json", false)
    );
    assert_eq!(
        String::from_utf8(body.bytes).unwrap(),
        format!(
            r#"{{"payload":"{S9}","remark":"A-0042","matchAccount":true,"matchAmount":1500.00,"checkDuplicate":true}}"#
        )
    );
}

#[test]
fn amounts_and_remarks_are_written_as_the_page_wants_them() {
    for (satang, text) in [
        (1, "0.01"),
        (29, "0.29"),
        (110, "1.10"),
        (1_999, "19.99"),
        (150_050, "1500.50"),
        (9_999_999_999, "99999999.99"),
    ] {
        let asked = SlipQuestion {
            amount: Some(Money::from_satang(satang)),
            ..question(SlipInput::Payload(S9.to_owned()))
        };
        let body = written(&asked);
        assert!(body.contains(&format!(r#""matchAmount":{text},"#)), "{body}");
    }
    let bare = SlipQuestion {
        amount: None,
        remark: Some("  ".to_owned()),
        ..question(SlipInput::Payload(S9.to_owned()))
    };
    assert_eq!(
        String::from_utf8(Body::new(&bare, false).unwrap().bytes).unwrap(),
        format!(r#"{{"payload":"{S9}","matchAccount":false,"checkDuplicate":true}}"#)
    );
    let odd = SlipQuestion {
        remark: Some("โต๊ะ \"4\"\n\\".to_owned()),
        ..bare.clone()
    };
    assert!(
        written(&odd).contains(r#""remark":"โต๊ะ \"4\"\n\\","#),
        "{}",
        written(&odd)
    );
    let long = SlipQuestion {
        remark: Some("ก".repeat(300)),
        ..bare
    };
    assert!(written(&long).contains(&format!(r#""remark":"{}","#, "ก".repeat(255))));
}

#[test]
fn a_picture_is_a_form_with_parts_of_text() {
    let body = Body::new(&question(SlipInput::Image(PNG.to_vec())), true).unwrap();
    assert_eq!(body.content_type, "multipart/form-data; boundary=keptang-slip-00");
    assert!(body.has_picture);
    let mut expected = b"--keptang-slip-00\r\n\
        Content-Disposition: form-data; name=\"image\"; filename=\"slip.png\"\r\n\
        Content-Type: image/png\r\n\r\n"
        .to_vec();
    expected.extend_from_slice(PNG);
    expected.extend_from_slice(
        b"\r\n--keptang-slip-00\r\nContent-Disposition: form-data; name=\"remark\"\r\n\r\nA-0042\
        \r\n--keptang-slip-00\r\nContent-Disposition: form-data; name=\"matchAccount\"\r\n\r\ntrue\
        \r\n--keptang-slip-00\r\nContent-Disposition: form-data; name=\"matchAmount\"\r\n\r\n1500.00\
        \r\n--keptang-slip-00\r\nContent-Disposition: form-data; name=\"checkDuplicate\"\r\n\r\ntrue\
        \r\n--keptang-slip-00--\r\n",
    );
    assert_eq!(
        String::from_utf8_lossy(&body.bytes),
        String::from_utf8_lossy(&expected)
    );
    assert_eq!(body.bytes, expected);
}

#[test]
fn no_part_can_end_the_form_early() {
    let mut picture = PNG.to_vec();
    picture.extend_from_slice(b"\r\n--keptang-slip-00--\r\n");
    let asked = SlipQuestion {
        remark: Some("--keptang-slip-01".to_owned()),
        ..question(SlipInput::Image(picture.clone()))
    };
    let body = Body::new(&asked, true).unwrap();
    assert!(
        body.content_type.ends_with("boundary=keptang-slip-02"),
        "{body:?}"
    );
    for number in 0..100 {
        picture.extend_from_slice(format!("keptang-slip-{number:02}").as_bytes());
    }
    assert_eq!(refused(SlipInput::Image(picture)), SlipError::PictureRefused);
}

#[test]
fn base64_is_sent_as_it_came_with_or_without_its_prefix() {
    let plain = BASE64.encode(PNG);
    for text in [
        plain.clone(),
        plain.trim_end_matches('=').to_owned(),
        format!("data:image/png;base64,{plain}"),
    ] {
        let body = written(&question(SlipInput::Base64(text.clone())));
        assert!(body.starts_with(&format!(r#"{{"base64":"{text}","#)), "{body}");
    }
}

#[test]
fn an_address_is_sent_as_it_came() {
    let asked = question(SlipInput::Url(
        "https://example.com/slip.jpg?a=1&b=%20".to_owned(),
    ));
    assert!(written(&asked).starts_with(r#"{"url":"https://example.com/slip.jpg?a=1&b=%20","#));
}

#[test]
fn the_limit_of_a_picture_is_four_mebibytes_of_picture() {
    let picture = |bytes: usize| {
        let mut picture = PNG.to_vec();
        picture.resize(bytes, 0);
        picture
    };
    for (bytes, fits) in [(PICTURE_BYTES_MAX, true), (PICTURE_BYTES_MAX + 1, false)] {
        let base64 = BASE64.encode(picture(bytes));
        for input in [
            SlipInput::Image(picture(bytes)),
            SlipInput::Base64(base64.clone()),
            SlipInput::Base64(format!("data:image/png;base64,{base64}")),
        ] {
            let body = Body::new(&question(input), true);
            assert_eq!(body.is_ok(), fits, "{bytes}: {body:?}");
        }
    }
    assert_eq!(
        refused(SlipInput::Base64("A".repeat(50_000_000))),
        SlipError::PictureRefused
    );
}

#[test]
fn what_is_no_picture_is_not_sent() {
    for bytes in [&b""[..], b"%PDF-1.7", b"BM\0\0", b"<svg xmlns", b"\x89PNG"] {
        assert_eq!(
            refused(SlipInput::Image(bytes.to_vec())),
            SlipError::PictureRefused
        );
        assert_eq!(
            refused(SlipInput::Base64(BASE64.encode(bytes))),
            SlipError::PictureRefused
        );
    }
    for text in [
        "",
        "not base64!",
        "data:image/png,iVBORw0KGgo=",
        "data:image/png;base64,",
    ] {
        assert_eq!(
            refused(SlipInput::Base64(text.to_owned())),
            SlipError::PictureRefused,
            "{text}"
        );
    }
}

#[test]
fn a_code_or_an_address_outside_the_page_s_limits_is_not_sent() {
    let payload = |text: &str| SlipInput::Payload(text.to_owned());
    for text in ["", " \r\n", &"0".repeat(129)] {
        assert_eq!(unfit_code(payload(text)), "payload_length", "{text:?}");
    }
    assert!(Body::new(&question(payload(&"0".repeat(128))), true).is_ok());
    let of_wallet = SlipQuestion {
        kind: SlipKind::TrueMoneyWallet,
        ..question(payload(S9))
    };
    assert_eq!(
        Body::new(&of_wallet, true).unwrap_err(),
        SlipError::BadQuestion {
            code: "payload_of_a_wallet".to_owned()
        }
    );
    let url = |text: &str| SlipInput::Url(text.to_owned());
    let long = |chars: usize| {
        let start = "https://example.com/";
        format!("{start}{}", "a".repeat(chars - start.len()))
    };
    for (text, code) in [
        ("", "url_length"),
        (&long(256), "url_length"),
        ("slip.jpg", "url_malformed"),
        ("ftp://example.com/slip.jpg", "URL_PROTOCOL_NOT_ALLOWED"),
        ("file:///etc/passwd", "URL_PROTOCOL_NOT_ALLOWED"),
        ("http://127.0.0.1/slip.jpg", "URL_INVALID_IP_RANGE"),
        ("http://localhost/slip.jpg", "URL_INVALID_IP_RANGE"),
        ("http://10.0.0.8/slip.jpg", "URL_INVALID_IP_RANGE"),
        ("http://192.168.1.4/slip.jpg", "URL_INVALID_IP_RANGE"),
        ("http://172.16.0.1/slip.jpg", "URL_INVALID_IP_RANGE"),
        ("http://169.254.169.254/latest", "URL_INVALID_IP_RANGE"),
        ("http://0.0.0.0/", "URL_INVALID_IP_RANGE"),
        ("http://2130706433/", "URL_INVALID_IP_RANGE"),
        ("http://[::1]/", "URL_INVALID_IP_RANGE"),
        ("http://[fd00::1]/", "URL_INVALID_IP_RANGE"),
        ("http://[fe80::1]/", "URL_INVALID_IP_RANGE"),
        ("http://[::ffff:10.0.0.1]/", "URL_INVALID_IP_RANGE"),
    ] {
        assert_eq!(unfit_code(url(text)), code, "{text}");
    }
    assert!(Body::new(&question(url(&long(255))), true).is_ok());
    assert!(Body::new(&question(url("http://8.8.8.8/slip.jpg")), true).is_ok());
}

#[test]
fn a_body_is_printed_without_what_it_holds() {
    let printed = format!(
        "{:?}",
        Body::new(&question(SlipInput::Payload(S9.to_owned())), true)
    );
    assert!(!printed.contains(S9), "{printed}");
}

proptest! {
    #[test]
    fn every_remark_and_code_makes_readable_json(remark in "\\PC{0,40}", payload in "[!-~ก-๙]{1,128}") {
        let asked = SlipQuestion {
            remark: Some(remark.clone()),
            ..question(SlipInput::Payload(payload.clone()))
        };
        let json: serde_json::Value = serde_json::from_str(&written(&asked)).unwrap();
        prop_assert_eq!(&json["payload"], &payload);
        let kept = remark.trim();
        prop_assert_eq!(json["remark"].as_str().unwrap_or_default(), kept);
        prop_assert_eq!(&json["checkDuplicate"], true);
    }
}
