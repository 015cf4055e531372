//! Why there is no till to show, as a page: what happened and what to do, in Thai and English.
//!
//! The page is written here and not in ui/, because it must also appear when those pages are missing. It runs no
//! script and has no command.

use keptang_api::StartError;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};
use tauri::http::{header, Response};
use tauri::{Builder, Runtime, Url};

/// One fault in two languages; each text says what happened and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    th: String,
    en: String,
}

impl Fault {
    pub(crate) fn start(error: &StartError) -> Self {
        Self {
            th: error.th(),
            en: error.to_string(),
        }
    }

    pub(crate) fn pages_missing() -> Self {
        Self {
            th: "โปรแกรมนี้ถูกสร้างโดยยังไม่มีหน้าจอ (โฟลเดอร์ ui/dist ว่าง) สั่ง script/run ซึ่งสร้างหน้าจอให้แล้วเปิดใหม่".to_owned(),
            en: "This program was built without its pages (the folder ui/dist was empty). Start it with script/run, which builds them."
                .to_owned(),
        }
    }

    pub(crate) fn broken(cause: &dyn std::error::Error) -> Self {
        tracing::error!(error = %cause, "opening the till broke off");
        Self {
            th: "โปรแกรมหยุดกลางคันขณะเปิดสมุดบัญชี ข้อมูลไม่หาย ถ้าเปิดใหม่แล้วยังเป็นอยู่ ให้ส่งไฟล์ในโฟลเดอร์ logs ให้ผู้ดูแล".to_owned(),
            en: "The program broke off while opening the ledger. Nothing is lost. If it happens again, send the files in the \
                 logs folder to whoever looks after the till."
                .to_owned(),
        }
    }

    /// Tells the log and whoever started the program from a terminal.
    pub(crate) fn report(&self) {
        tracing::error!(fault = self.en, "the till could not be opened");
    }

    fn html(&self) -> String {
        let mut page = String::from(
            "<!doctype html><html lang=\"th\"><meta charset=\"utf-8\"><title>Keptang</title><style>\
             :root{color-scheme:light dark;--sheet:#fff;--ink:#0e1518;--second:#435058;--warn:#f5b21a}\
             @media(prefers-color-scheme:dark){:root{--sheet:#14191c;--ink:#edf1f2;--second:#a8b4ba}}\
             body{margin:0;padding:40px;background:var(--sheet);color:var(--ink);overflow-wrap:anywhere;\
             font:20px/1.6 'Noto Looped Thai','Noto Sans Thai',sans-serif}\
             h1{font-size:30px;line-height:1.6;margin:0 0 16px;padding:8px 0 8px 16px;border-left:8px solid var(--warn)}\
             p{margin:0 0 24px}[lang=en]{color:var(--second);border-top:1px solid;padding-top:24px}</style>",
        );
        for (language, title, text, then) in [
            ("th", "เปิดเก็บตังไม่ได้", &self.th, "แก้แล้วปิดหน้าต่างนี้ และเปิดโปรแกรมใหม่"),
            (
                "en",
                "Keptang could not be opened",
                &self.en,
                "Mend this, close this window and open the program again.",
            ),
        ] {
            let text = escaped(text);
            // Writing to a string cannot fail.
            let _ = write!(
                page,
                "<section lang=\"{language}\"><h1>{title}</h1><p>{text}</p><p>{then}</p></section>"
            );
        }
        page.push_str("</html>");
        page
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Serves the one fault of this run under a scheme of its own.
#[derive(Debug, Clone, Default)]
pub(crate) struct FaultPage(Arc<OnceLock<Fault>>);

impl FaultPage {
    pub(crate) const SCHEME: &str = "keptang-fault";

    pub(crate) fn serve<R: Runtime>(&self, builder: Builder<R>) -> Builder<R> {
        let page = self.clone();
        builder.register_uri_scheme_protocol(Self::SCHEME, move |_, _| {
            let body = page.0.get().map(Fault::html).unwrap_or_default();
            Response::builder()
                .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
                .header(
                    header::CONTENT_SECURITY_POLICY,
                    "default-src 'none'; style-src 'unsafe-inline'",
                )
                .body(Cow::from(body.into_bytes()))
                .expect("two fixed headers make a response")
        })
    }

    /// There was a fault: the till never opened.
    pub(crate) fn is_shown(&self) -> bool {
        self.0.get().is_some()
    }

    /// Keeps the fault and gives the address of its page.
    pub(crate) fn put(&self, fault: Fault) -> Url {
        // The first fault is the one that stopped the start.
        let _ = self.0.set(fault);
        let address = if cfg!(windows) {
            "http://keptang-fault.localhost/"
        } else {
            "keptang-fault://localhost/"
        };
        address.parse().expect("a fixed address parses")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_to_do_in_both_languages_and_runs_nothing() {
        let fault = Fault {
            th: "คีย์ <b> ไม่รู้จัก".to_owned(),
            en: "unknown key \"<script>\" & more".to_owned(),
        };
        let html = fault.html();
        assert!(html.contains("คีย์ &lt;b&gt; ไม่รู้จัก"));
        assert!(html.contains("unknown key &quot;&lt;script&gt;&quot; &amp; more"));
        assert!(!html.contains("<script"));
        assert!(html.contains("lang=\"th\"") && html.contains("lang=\"en\""));
    }

    #[test]
    fn the_first_fault_stays() {
        let page = FaultPage::default();
        assert!(!page.is_shown());
        let url = page.put(Fault::pages_missing());
        page.put(Fault {
            th: String::new(),
            en: String::new(),
        });
        assert_eq!(page.0.get(), Some(&Fault::pages_missing()));
        assert!(page.is_shown() && url.as_str().contains(FaultPage::SCHEME));
    }
}
