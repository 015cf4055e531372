//! From the ledger to paper and files: what stands on a receipt, a credit note, a report, an export. Every figure comes
//! from the domain; here it is only given its place.

mod files;
mod receipt;
mod report;
mod tables;
mod words;

pub use files::{SavedFile, write_whole};
pub use receipt::PaperSize;

use crate::app::App;
use keptang_domain::ProviderId;
use keptang_paper::document::{Manner, Seller};
use keptang_paper::language::{Era, Language, Locale};

impl App {
    fn locale(&self) -> Locale {
        Locale {
            language: match self.settings().shop.language {
                keptang_settings::Language::English => Language::English,
                keptang_settings::Language::Thai => Language::Thai,
            },
            era: match self.settings().shop.era {
                keptang_settings::Era::Buddhist => Era::Buddhist,
                keptang_settings::Era::Christian => Era::Common,
            },
        }
    }

    fn manner(&self, is_copy: bool) -> Manner {
        Manner {
            locale: self.locale(),
            is_copy,
            is_training: self.is_training(),
        }
    }

    fn seller(&self) -> Seller {
        let shop = &self.settings().shop;
        Seller {
            name: shop
                .name
                .clone()
                .unwrap_or_else(|| self.locale().pick("ร้านค้า", "Shop").to_owned()),
            branch: shop.branch.clone(),
            address: shop.address.clone(),
            phone: None,
            tax_id: shop.tax_id.clone(),
            pos_id: self.settings().vat.pos_id.clone(),
        }
    }

    fn way_words(&self, provider: ProviderId) -> String {
        words::way(self.locale(), provider)
    }
}
