//! What EasySlip takes, refuses and compares, input by input.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keptang_simulator::easyslip::{HostedPicture, NewSlip, Party, Proxy, ProxyType};
use keptang_simulator::stats::ViolationKind;
use serde_json::{Value, json};

use crate::easyslip::{
    data, form, form_with, picture, refused, request, set, slip, stage, used, verify, violations,
};
use crate::stage::answer;

/// The picture of the slip in another file format.
fn converted(png: &[u8], format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::load_from_memory(png).unwrap();
    let picture = match format {
        image::ImageFormat::Jpeg => image::DynamicImage::ImageLuma8(picture.to_luma8()),
        _ => image::DynamicImage::ImageRgba8(picture.to_rgba8()),
    };
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn every_way_of_input_finds_the_slip() {
    let stage = stage().await;
    let slip = slip(&stage, 150_050).await;
    let png = picture(&stage, &slip).await;
    let base64 = STANDARD.encode(&png);
    let url = "https://pictures.example.com/slip.jpg";
    let hosted = HostedPicture {
        url: url.to_owned(),
        content_type: "image/png".to_owned(),
        base64: base64.clone(),
    };
    stage.control.host_picture(&hosted).await.unwrap();
    for input in [
        json!({"payload": slip.qr_text}),
        json!({"base64": base64}),
        json!({"base64": format!("data:image/png;base64,{base64}")}),
        json!({"url": url}),
    ] {
        let found = data(&stage, &input).await;
        assert_eq!(found["rawSlip"]["transRef"], json!(slip.trans_ref), "{input}");
    }
    for format in [
        image::ImageFormat::Png,
        image::ImageFormat::Jpeg,
        image::ImageFormat::Gif,
        image::ImageFormat::WebP,
    ] {
        let file = converted(&png, format);
        let options = [
            ("remark", "บิล 7"),
            ("matchAmount", "1500.50"),
            ("matchAccount", "true"),
            ("checkDuplicate", "false"),
        ];
        let (status, found) = answer(form(&stage, "/verify/bank", &file, &options)).await;
        assert_eq!(status, 200, "{format:?} {found}");
        let found = &found["data"];
        assert_eq!(found["rawSlip"]["payload"], json!(slip.qr_text));
        assert_eq!(
            (&found["remark"], &found["isAmountMatched"]),
            (&json!("บิล 7"), &json!(true))
        );
        assert_eq!(found["matchedAccount"]["bankNumber"], "123-4-56789-0");
    }
    assert!(violations(&stage).await.is_empty());
}

#[tokio::test]
async fn wrong_requests_are_refused_by_the_rules_of_the_page() {
    let stage = stage().await;
    let slip = slip(&stage, 10_000).await;
    let payload = slip.qr_text.as_str();
    let long = "x".repeat(256);
    let table = [
        (
            json!({}),
            "At least one of payload, image, url, or base64 is required",
        ),
        (
            json!({"image": "x"}),
            "At least one of payload, image, url, or base64 is required",
        ),
        (
            json!({"payload": payload, "base64": "AAAA"}),
            "Only one input may be given",
        ),
        (json!({"payload": ""}), "payload is not valid"),
        (json!({"payload": "x".repeat(129)}), "payload is not valid"),
        (json!({"payload": null}), "payload is not valid"),
        (json!({"payload": 5}), "payload is not valid"),
        (json!({"url": long}), "url is not valid"),
        (json!({"url": "not an address"}), "url is not valid"),
        (json!({"payload": payload, "remark": ""}), "remark is not valid"),
        (json!({"payload": payload, "remark": long}), "remark is not valid"),
        (
            json!({"payload": payload, "matchAccount": "true"}),
            "matchAccount must be a boolean",
        ),
        (
            json!({"payload": payload, "checkDuplicate": 1}),
            "checkDuplicate must be a boolean",
        ),
        (
            json!({"payload": payload, "matchAmount": "100.00"}),
            "matchAmount must be a positive number",
        ),
        (
            json!({"payload": payload, "matchAmount": 100.001}),
            "matchAmount must be a positive number",
        ),
        (
            json!({"payload": payload, "matchAmount": 0}),
            "matchAmount must be a positive number",
        ),
        (
            json!({"payload": payload, "matchAmount": -1}),
            "matchAmount must be a positive number",
        ),
        (json!([]), "The request body must be a JSON object"),
    ];
    let count = table.len();
    for (body, message) in table {
        let expected = (400, refused("VALIDATION_ERROR", message));
        assert_eq!(verify(&stage, &body).await, expected, "{body}");
    }
    for (content_type, body, message) in [
        ("application/json", "{", "The request body must be a JSON object"),
        ("text/plain", "{}", "Unsupported content type"),
        (
            "multipart/form-data; boundary=b",
            "--b",
            "The form data could not be read",
        ),
        ("multipart/form-data", "--b--", "The form data could not be read"),
    ] {
        let request = request(&stage, "/verify/bank").header("content-type", content_type);
        let expected = (400, refused("VALIDATION_ERROR", message));
        assert_eq!(answer(request.body(body)).await, expected, "{content_type}");
    }
    // v1's name of the file.
    let png = picture(&stage, &slip).await;
    let (status, found) = answer(form_with(&stage, "/verify/bank", "file", &png, &[])).await;
    assert_eq!(
        (status, &found["error"]["code"]),
        (400, &json!("VALIDATION_ERROR"))
    );
    let seen = violations(&stage).await;
    let invalid = seen.iter().filter(|kind| **kind == ViolationKind::InvalidRequest);
    assert_eq!(invalid.count(), count + 5);
    assert_eq!(used(&stage, "Till").await, 0, "errors are free");
}

#[tokio::test]
async fn unknown_fields_are_ignored_and_recorded() {
    let stage = stage().await;
    let slip = slip(&stage, 10_000).await;
    data(&stage, &json!({"payload": slip.qr_text, "checkduplicate": true})).await;
    assert_eq!(violations(&stage).await, [ViolationKind::UnknownField]);
}

#[tokio::test]
async fn texts_at_their_longest_are_taken() {
    let stage = stage().await;
    let slip = slip(&stage, 10_000).await;
    let remark = "ก".repeat(255);
    let found = data(&stage, &json!({"payload": slip.qr_text, "remark": remark})).await;
    assert_eq!(found["remark"], json!(remark));
    let (status, found) = verify(&stage, &json!({"payload": "0".repeat(128)})).await;
    assert_eq!((status, &found["error"]["code"]), (404, &json!("SLIP_NOT_FOUND")));
}

#[tokio::test]
async fn pictures_are_refused_by_size_format_and_content() {
    let stage = stage().await;
    let slip = slip(&stage, 10_000).await;
    let png = picture(&stage, &slip).await;
    let padded = |bytes: usize| {
        let mut file = png.clone();
        file.resize(bytes, 0);
        file
    };
    const MIB_4: usize = 4 * 1024 * 1024;
    let blank = {
        let mut file = std::io::Cursor::new(Vec::new());
        let blank = image::DynamicImage::new_luma8(64, 64);
        blank.write_to(&mut file, image::ImageFormat::Png).unwrap();
        file.into_inner()
    };
    // A small file that says it is 60,000 pixels wide and high.
    let mut bomb = png.clone();
    bomb[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
    let ok = "";
    for (name, file, code) in [
        ("whole", png.clone(), ok),
        ("4 MiB", padded(MIB_4), ok),
        ("4 MiB + 1", padded(MIB_4 + 1), "IMAGE_SIZE_TOO_LARGE"),
        ("half", png[..png.len() / 2].to_vec(), "INVALID_IMAGE_FORMAT"),
        ("text", b"no picture".to_vec(), "INVALID_IMAGE_FORMAT"),
        ("empty", Vec::new(), "INVALID_IMAGE_FORMAT"),
        ("pdf", b"%PDF-1.4".to_vec(), "INVALID_IMAGE_FORMAT"),
        ("bomb", bomb, "INVALID_IMAGE_FORMAT"),
        ("no QR", blank, "INVALID_IMAGE"),
    ] {
        let base64 = json!({"base64": STANDARD.encode(&file)});
        for (way, (status, found)) in [
            ("form", answer(form(&stage, "/verify/bank", &file, &[])).await),
            ("base64", verify(&stage, &base64).await),
        ] {
            let is_empty_text = name == "empty" && way == "base64";
            let expected = match code {
                _ if is_empty_text => (400, json!("VALIDATION_ERROR")),
                "" => (200, Value::Null),
                code => (400, json!(code)),
            };
            assert_eq!((status, found["error"]["code"].clone()), expected, "{name} {way}");
        }
    }
    let (status, found) = verify(&stage, &json!({"base64": "%%%"})).await;
    let expected = refused("INVALID_IMAGE_FORMAT", "File is not a valid image");
    assert_eq!((status, found), (400, expected));
    let huge = vec![0_u8; 17 * 1024 * 1024];
    let (status, found) = answer(form(&stage, "/verify/bank", &huge, &[])).await;
    assert_eq!((status, &found["success"]), (413, &json!(false)), "{found}");
}

#[tokio::test]
async fn a_payment_qr_is_no_slip() {
    let stage = stage().await;
    // P17 of the QR page.
    let shop_qr = "00020101021229370016A000000677010111011300668000000005303764540599.505802TH63046CF2";
    let expected = refused("SLIP_NOT_FOUND", "The slip could not be found or is invalid");
    let body = json!({"payload": shop_qr});
    assert_eq!(verify(&stage, &body).await, (404, expected));
    set(&stage, |settings| settings.is_foreign_payload_invalid = true).await;
    let expected = refused("VALIDATION_ERROR", "payload is not valid");
    assert_eq!(verify(&stage, &body).await, (400, expected));
    assert_eq!(violations(&stage).await, [ViolationKind::NotASlip; 2]);
}

#[tokio::test]
async fn addresses_are_checked_before_anything_is_fetched() {
    let stage = stage().await;
    let slip = slip(&stage, 10_000).await;
    let png = STANDARD.encode(picture(&stage, &slip).await);
    for (url, content_type, base64) in [
        ("https://pictures.example.com/page", "text/html", png.clone()),
        ("https://pictures.example.com/bad", "image/png", "AAAA".to_owned()),
        (
            "https://pictures.example.com/large",
            "image/png",
            STANDARD.encode(vec![0; 4 * 1024 * 1024 + 1]),
        ),
    ] {
        let hosted = HostedPicture {
            url: url.to_owned(),
            content_type: content_type.to_owned(),
            base64,
        };
        stage.control.host_picture(&hosted).await.unwrap();
    }
    for (url, code, message) in [
        (
            "ftp://pictures.example.com/1",
            "URL_PROTOCOL_NOT_ALLOWED",
            "Only HTTP/HTTPS allowed",
        ),
        (
            "file:///etc/hosts",
            "URL_PROTOCOL_NOT_ALLOWED",
            "Only HTTP/HTTPS allowed",
        ),
        (
            "http://127.0.0.1:9/1",
            "URL_INVALID_IP_RANGE",
            "URL points to restricted IP",
        ),
        (
            "http://10.0.0.1/1",
            "URL_INVALID_IP_RANGE",
            "URL points to restricted IP",
        ),
        (
            "http://192.168.1.5/1",
            "URL_INVALID_IP_RANGE",
            "URL points to restricted IP",
        ),
        (
            "http://169.254.1.1/1",
            "URL_INVALID_IP_RANGE",
            "URL points to restricted IP",
        ),
        (
            "http://[::1]/1",
            "URL_INVALID_IP_RANGE",
            "URL points to restricted IP",
        ),
        (
            "http://[fd00::1]/1",
            "URL_INVALID_IP_RANGE",
            "URL points to restricted IP",
        ),
        (
            "http://[::ffff:10.0.0.1]/1",
            "URL_INVALID_IP_RANGE",
            "URL points to restricted IP",
        ),
        (
            "http://localhost/1",
            "URL_INVALID_IP_RANGE",
            "URL points to restricted IP",
        ),
        (
            "https://pictures.example.com/none",
            "IMAGE_URL_UNREACHABLE",
            "Unable to access URL",
        ),
        (
            "https://8.8.8.8/none",
            "IMAGE_URL_UNREACHABLE",
            "Unable to access URL",
        ),
        (
            "https://pictures.example.com/page",
            "INVALID_IMAGE_TYPE",
            "URL is not a valid image",
        ),
        (
            "https://pictures.example.com/bad",
            "INVALID_IMAGE_FORMAT",
            "File is not a valid image",
        ),
        (
            "https://pictures.example.com/large",
            "IMAGE_SIZE_TOO_LARGE",
            "Image exceeds 4MB limit",
        ),
    ] {
        let found = verify(&stage, &json!({"url": url})).await;
        assert_eq!(found, (400, refused(code, message)), "{url}");
    }
}

#[tokio::test]
async fn amounts_are_compared_to_the_satang() {
    let stage = stage().await;
    for (slip_satang, order, is_matched) in [
        (1, "0.01", true),
        (29, "0.29", true),
        (110, "1.10", true),
        (1_999, "19.99", true),
        (150_050, "1500.5", true),
        (100_000, "1e3", true),
        (9_999_999_999, "99999999.99", true),
        (50_000, "500.50", false),
        (10_000, "100.01", false),
        (10_000, "99.99", false),
    ] {
        let slip = slip(&stage, slip_satang).await;
        let body = format!(r#"{{"payload":"{}","matchAmount":{order}}}"#, slip.qr_text);
        let request = request(&stage, "/verify/bank").header("content-type", "application/json");
        let (status, found) = answer(request.body(body)).await;
        assert_eq!(
            (status, &found["data"]["isAmountMatched"]),
            (200, &json!(is_matched)),
            "{slip_satang} {order}"
        );
    }
}

#[tokio::test]
async fn receivers_are_compared_with_the_registered_accounts() {
    let stage = stage().await;
    let to = |change: fn(&mut Party)| {
        let mut party = Party {
            bank: Some("004".to_owned()),
            name_th: Some("บริษัท ตัวอย่าง จำกัด".to_owned()),
            account: Some("1234567890".into()),
            ..Party::default()
        };
        change(&mut party);
        party
    };
    let proxy = |number: &str| {
        Some(Proxy {
            kind: ProxyType::Msisdn,
            number: number.into(),
        })
    };
    let mut by_proxy = to(|party| party.account = None);
    by_proxy.proxy = proxy("0800000000");
    let mut by_other_proxy = to(|party| party.account = None);
    by_other_proxy.proxy = proxy("0811111111");
    for (name, receiver, is_matched) in [
        ("number", to(|_| ()), true),
        (
            "masked",
            to(|party| party.account = Some("xxx-x-x6789-x".into())),
            true,
        ),
        (
            "other number",
            to(|party| party.account = Some("1234567891".into())),
            false,
        ),
        (
            "too few digits",
            to(|party| party.account = Some("xxx-x-xxx89-x".into())),
            false,
        ),
        (
            "other bank",
            to(|party| party.bank = Some("014".to_owned())),
            false,
        ),
        (
            "one letter off",
            to(|party| party.name_th = Some("บริษัท ตัวอย่าง จำกด".to_owned())),
            true,
        ),
        (
            "other name",
            to(|party| party.name_th = Some("นาย คนอื่น".to_owned())),
            false,
        ),
        ("no name", to(|party| party.name_th = None), true),
        ("proxy", by_proxy, true),
        ("other proxy", by_other_proxy, false),
    ] {
        let new = NewSlip {
            amount_satang: 10_000,
            receiver: Some(receiver),
            ..NewSlip::default()
        };
        let slip = stage.control.add_slip(&new).await.unwrap();
        let found = data(&stage, &json!({"payload": slip.qr_text, "matchAccount": true})).await;
        assert_eq!(found["matchedAccount"].is_object(), is_matched, "{name}");
    }
}
