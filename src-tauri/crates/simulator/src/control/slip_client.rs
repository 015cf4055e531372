//! The client's part for the slip registry.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Client, ControlError};
use crate::easyslip::{HostedPicture, MadeSlip, MakeSlip, NewSlip, Publish, SlipView, Usage};

impl Client {
    /// Every slip, oldest first.
    pub async fn slips(&self) -> Result<Vec<SlipView>, ControlError> {
        self.call(Method::GET, "/easyslip/slips", &json!({})).await
    }

    /// Adds a slip to EasySlip's registry.
    pub async fn add_slip(&self, slip: &NewSlip) -> Result<SlipView, ControlError> {
        self.call(Method::POST, "/easyslip/slips", slip).await
    }

    /// Changes when EasySlip can see a slip, counted from now.
    pub async fn publish_slip(&self, id: &str, publish: Publish) -> Result<SlipView, ControlError> {
        self.call(Method::POST, &format!("/easyslip/slips/{id}/publish"), &publish)
            .await
    }

    /// What a customer with a story holds up.
    pub async fn make_slip(&self, wish: &MakeSlip) -> Result<MadeSlip, ControlError> {
        self.call(Method::POST, "/easyslip/make_slip", wish).await
    }

    /// Where to get the QR of a slip as a PNG.
    pub fn slip_picture_url(&self, id: &str) -> String {
        self.url(&format!("/easyslip/slips/{id}/picture"))
    }

    /// Puts a picture where verification by URL finds it.
    pub async fn host_picture(&self, picture: &HostedPicture) -> Result<(), ControlError> {
        self.call(Method::POST, "/easyslip/pictures", picture)
            .await
            .map(drop::<Value>)
    }

    /// Quota used, by branch: `Till`, `Other branch`.
    pub async fn slip_usage(&self) -> Result<BTreeMap<String, Usage>, ControlError> {
        self.call(Method::GET, "/easyslip/usage", &json!({})).await
    }
}
