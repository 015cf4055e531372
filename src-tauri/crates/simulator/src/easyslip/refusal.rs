//! The errors of the API (page §5). Messages are the ones of the vendor's table of error codes, but for the three
//! that the given page prints itself.

use crate::answer::{ErrorForm, Reply};
use crate::json::Doc;

/// A request that is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    code: String,
    message: String,
}

/// Status and message of every code the page lists.
fn known(code: &str) -> Option<(u16, &'static str)> {
    Some(match code {
        "VALIDATION_ERROR" => (400, "Validation failed"),
        "URL_PROTOCOL_NOT_ALLOWED" => (400, "Only HTTP/HTTPS allowed"),
        "URL_INVALID_IP_RANGE" => (400, "URL points to restricted IP"),
        "IMAGE_URL_UNREACHABLE" => (400, "Unable to access URL"),
        "IMAGE_SIZE_TOO_LARGE" => (400, "Image exceeds 4MB limit"),
        "INVALID_IMAGE_TYPE" => (400, "URL is not a valid image"),
        "INVALID_IMAGE_FORMAT" => (400, "File is not a valid image"),
        "INVALID_IMAGE" => (400, "The image is not a slip"),
        "MISSING_API_KEY" => (401, "Authorization header is required"),
        "INVALID_API_KEY" => (401, "The provided API key is invalid"),
        "BRANCH_INACTIVE" => (403, "This API branch has been deactivated"),
        "SERVICE_BANNED" => (403, "Service has been banned"),
        "SERVICE_DELETED" => (403, "Service has been deleted"),
        "IP_NOT_ALLOWED" => (403, "Your IP address is not in the allowed list"),
        "USER_BANNED" => (403, "User has been banned"),
        "APPLICATION_EXPIRED" => (403, "Application has expired"),
        "QUOTA_EXCEEDED" => (403, "Your API quota has been exceeded"),
        "SLIP_NOT_FOUND" => (404, "The slip could not be found or is invalid"),
        "SLIP_PENDING" => (404, "The slip is not available from the bank yet"),
        "NOT_FOUND" => (404, "Resource not found"),
        "TOO_MANY_REQUESTS" => (429, "Too many requests"),
        "API_SERVER_ERROR" => (500, "External API error"),
        "INTERNAL_SERVER_ERROR" => (500, "Internal server error"),
        _ => return None,
    })
}

impl Refusal {
    pub(super) fn of(code: &str) -> Self {
        let (status, message) = known(code).unwrap_or((400, "Request failed"));
        Self {
            status,
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }

    /// A `VALIDATION_ERROR` that says what is wrong, as the given page's does.
    pub(super) fn invalid(message: &str) -> Self {
        Self {
            message: message.to_owned(),
            ..Self::of("VALIDATION_ERROR")
        }
    }

    pub(super) fn is_slip_error(&self) -> bool {
        self.status == 404
    }

    pub(super) fn into_reply(self) -> Reply {
        let error = Doc::object([
            ("code", Doc::text(&self.code)),
            ("message", Doc::text(&self.message)),
        ]);
        Reply::doc(
            self.status,
            &Doc::object([("success", Doc::Flag(false)), ("error", error)]),
        )
    }
}

/// `words` is a code, or a sentence of the simulator's own that stands for one. The other form is v1's envelope
/// (page §1).
pub(super) fn error_reply(form: ErrorForm, status: u16, words: &str) -> Reply {
    let code = words.replace(' ', "_").to_uppercase();
    let code = match form {
        // A code that a fault asks for is sent as it was written: integrators have seen both cases.
        ErrorForm::Usual if !words.contains(' ') => words.to_owned(),
        ErrorForm::Usual => code,
        ErrorForm::Other => {
            let message = Doc::text(&code.to_lowercase());
            return Reply::doc(
                status,
                &Doc::object([("status", Doc::number(status)), ("message", message)]),
            );
        }
    };
    Refusal {
        status,
        ..Refusal::of(&code)
    }
    .into_reply()
}
