//! Slips that wait: for a bank that is late, or for a line that is down. Each is asked about again by its own clock,
//! whichever process holds it, and survives a restart because it lies in the ledger.

use super::verify::{Case, SlipError, SlipOutcome};
use super::{Shown, SlipDetail};
use crate::till::Till;
use futures::future::join_all;
use keptang_domain::SlipId;
use keptang_domain::slip::Judgement;
use keptang_domain::slip::judge::Outage;
use keptang_ports::{LedgerError, SlipFilter, SlipRecord};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often to look for slips that are due: their clock counts in seconds.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Pictures are wiped this often; a day more or less is no matter.
const WIPE_EVERY: Duration = Duration::from_secs(3_600);
/// At most two questions are under way at EasySlip (easyslip.md, section 10).
const AT_ONCE: usize = 2;
/// Pictures wiped in one go.
const WIPED_AT_ONCE: usize = 200;

impl Till {
    /// Asks about waiting slips until `stop`, and wipes pictures whose time is over. Does nothing where no slips are
    /// taken.
    pub async fn drive_slips(&self, stop: CancellationToken) {
        if self.desk().is_err() {
            return;
        }
        let mut wiped_at: Option<tokio::time::Instant> = None;
        while !stop.is_cancelled() {
            if let Err(error) = self.ask_about_waiting().await {
                tracing::error!(error = %error, "waiting slips could not be read; trying again");
            }
            if wiped_at.is_none_or(|at| at.elapsed() >= WIPE_EVERY) {
                wiped_at = Some(tokio::time::Instant::now());
                if let Err(error) = self.wipe_pictures().await {
                    tracing::error!(error = %error, "old pictures of slips could not be wiped");
                }
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    async fn ask_about_waiting(&self) -> Result<(), SlipError> {
        let lease_ms = self.config().timing.lease_ms().saturating_mul(2);
        let due = self
            .inner
            .ledger
            .claim_slips(self.now(), lease_ms, AT_ONCE)
            .await?;
        // Side by side, so that none waits for another one's answer until its own claim has run out.
        join_all(due.into_iter().map(|record| async move {
            let id = record.id;
            if let Err(error) = self.look_again(record).await {
                tracing::error!(slip = %id, error = %error, "a waiting slip could not be asked about; its claim will run out");
            }
        }))
        .await;
        Ok(())
    }

    async fn look_again(&self, record: SlipRecord) -> Result<SlipOutcome, SlipError> {
        let shown = self.shown_before(&record).await?;
        let is_lost = shown.is_none();
        let case = Case {
            asked: SlipDetail::from_json(&record.detail).asked,
            record,
            shown: shown.unwrap_or(Shown::Text(String::new())),
            overriding: None,
            setting: None,
            flaw: None,
        };
        if is_lost {
            // Our own disk's fault, which says nothing about the customer's slip.
            let judgement = Judgement::Unavailable {
                outage: Outage::Ours,
                retry_at: None,
            };
            return self.end(case, judgement).await;
        }
        self.follow_slip(case).await
    }

    /// What was shown, as far as it was kept.
    async fn shown_before(&self, record: &SlipRecord) -> Result<Option<Shown>, SlipError> {
        let file = record.picture.as_ref().and_then(|picture| picture.file.as_ref());
        Ok(match (&record.code, file, &record.url) {
            (Some(code), ..) => Some(Shown::Text(code.clone())),
            (None, Some(file), _) => self.desk()?.pictures.read(file).await.ok().map(Shown::Picture),
            (None, None, Some(url)) => Some(Shown::Link(url.clone())),
            (None, None, None) => None,
        })
    }

    /// Slips that are still to be asked about, newest first.
    pub async fn waiting_slips(&self) -> Result<Vec<SlipRecord>, LedgerError> {
        self.inner
            .ledger
            .slips(SlipFilter {
                waiting: Some(true),
                ..SlipFilter::default()
            })
            .await
    }

    /// A slip by its id.
    pub async fn slip(&self, id: SlipId) -> Result<SlipRecord, SlipError> {
        let found = self.inner.ledger.slips(SlipFilter {
            id: Some(id),
            ..SlipFilter::default()
        });
        found.await?.pop().ok_or(SlipError::NotFound)
    }

    /// After the days the owner set only the hash, the verdict and the reference remain (product.md §3).
    async fn wipe_pictures(&self) -> Result<(), SlipError> {
        let desk = self.desk()?;
        let before = self.now().plus_ms(desk.keep_pictures_ms.saturating_neg());
        let old = self
            .inner
            .ledger
            .slips(SlipFilter {
                waiting: Some(false),
                with_picture_before: Some(before),
                limit: WIPED_AT_ONCE,
                ..SlipFilter::default()
            })
            .await?;
        for mut slip in old {
            let Some(picture) = &mut slip.picture else {
                continue;
            };
            if let Some(file) = picture.file.take()
                && let Err(error) = desk.pictures.wipe(&file).await
            {
                tracing::warn!(error = %error, "a picture could not be wiped yet");
                continue;
            }
            self.inner.ledger.put_slip(slip).await?;
        }
        Ok(())
    }
}
