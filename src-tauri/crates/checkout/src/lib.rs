//! The use cases and the driver that follows open attempts.
