//! Slips at the counter: read here, looked up in our own ledger, asked about, judged, and attached to the order they
//! pay. A slip whose bank is late waits in a queue of its own and the counter moves on (product.md §3).

mod attach;
mod detail;
mod queue;
mod read;
mod verify;

pub use detail::SlipDetail;
pub use read::Shown;
pub use verify::{Override, SlipError, SlipOutcome, SlipWish};

use crate::till::Till;
use keptang_domain::SlipId;
use keptang_domain::slip::ShopAccount;
use keptang_domain::slip::timetable::Pace;
use keptang_domain::slip::words::Era;
use keptang_ports::{PictureStore, SlipVerifier};
use std::sync::Arc;

/// What a till needs to take slips.
#[derive(Clone)]
pub struct SlipDesk {
    /// Who knows which transfers were made; `None` while none is set up.
    pub verifier: Option<Arc<dyn SlipVerifier>>,
    /// Where pictures are kept for a while.
    pub pictures: Arc<dyn PictureStore>,
    /// Where slips may have been sent.
    pub accounts: Vec<ShopAccount>,
    /// The owner's own limit on a slip's age, in milliseconds.
    pub max_age_ms: Option<i64>,
    /// How soon slips are asked about again.
    pub pace: Pace,
    /// How long pictures are kept, in milliseconds.
    pub keep_pictures_ms: i64,
    /// Which years are shown.
    pub era: Era,
}

impl Till {
    /// The picture of a slip, as long as it is kept.
    ///
    /// # Errors
    /// [`SlipError::NotFound`] when there is no such slip, or its picture was never kept or is wiped.
    pub async fn slip_picture(&self, id: SlipId) -> Result<Vec<u8>, SlipError> {
        let file = self.slip(id).await?.picture.and_then(|picture| picture.file);
        let file = file.ok_or(SlipError::NotFound)?;
        let desk = self.inner.slips.as_ref().ok_or(SlipError::NoDesk)?;
        desk.pictures.read(&file).await.map_err(|_| SlipError::NotFound)
    }

    /// Who verifies slips, where somebody does.
    pub fn slip_verifier(&self) -> Option<&Arc<dyn SlipVerifier>> {
        self.inner.slips.as_ref()?.verifier.as_ref()
    }
}
