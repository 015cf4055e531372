//! What stands between the callback listener and the till: callbacks are kept until the test hands them on, late,
//! often, in another order or never.

use async_trait::async_trait;
use keptang_callbacks::{Listener, serve};
use keptang_checkout::Till;
use keptang_ports::{NoticeAnswer, NoticeSink, RawNotice};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

#[derive(Default)]
pub(crate) struct Gate {
    kept: Mutex<Vec<RawNotice>>,
    /// Where callbacks go at once instead.
    straight_to: Mutex<Option<Till>>,
}

impl Gate {
    /// The real listener on a free port with this gate behind it, and its address.
    pub(crate) async fn open() -> (Arc<Self>, String) {
        let gate = Arc::new(Self::default());
        let listener = Listener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
            .await
            .unwrap();
        let url = format!("http://{}", listener.address());
        tokio::spawn(serve(listener, gate.clone(), std::future::pending()));
        (gate, url)
    }

    /// What came and was not handed on yet, oldest first.
    pub(crate) fn take(&self) -> Vec<RawNotice> {
        std::mem::take(&mut self.kept.lock().unwrap())
    }

    /// Lets callbacks through as they come.
    pub(crate) fn lead_to(&self, till: Option<Till>) {
        *self.straight_to.lock().unwrap() = till;
    }
}

#[async_trait]
impl NoticeSink for Gate {
    async fn deliver(&self, notice: RawNotice) -> NoticeAnswer {
        let till = self.straight_to.lock().unwrap().clone();
        if let Some(till) = till {
            return till.deliver(notice).await;
        }
        self.kept.lock().unwrap().push(notice);
        // Every provider takes this for "stored".
        NoticeAnswer {
            status: 200,
            content_type: "application/json",
            body: r#"{"code":200,"message":"Success"}"#.to_owned(),
        }
    }
}
