//! A window of the same toolkit and size as the till's, with nothing behind it: what `script/bench` compares the
//! till's cold start with. Its page is served by a protocol of its own, as the till's pages are.

use std::borrow::Cow;
use tauri::http::{header, Response};
use tauri::{WebviewUrl, WebviewWindowBuilder};

const PAGE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Empty</title>\
                    <p data-testid=\"ready\">ready</p></html>";

fn main() {
    tauri::Builder::default()
        .register_uri_scheme_protocol("empty", |_, _| {
            Response::builder()
                .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
                .body(Cow::from(PAGE.as_bytes()))
                .expect("a fixed header makes a response")
        })
        .setup(|app| {
            let address = if cfg!(windows) {
                "http://empty.localhost/"
            } else {
                "empty://localhost/"
            };
            WebviewWindowBuilder::new(app, "empty", WebviewUrl::CustomProtocol(address.parse()?))
                .inner_size(1366.0, 768.0)
                .center()
                .build()?;
            Ok(())
        })
        .run(keptang_desktop::context())
        .expect("an empty window opens wherever the till's does");
}
