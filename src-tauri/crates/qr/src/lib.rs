//! QR out and QR in: text to modules, pictures to text. Bytes only.
