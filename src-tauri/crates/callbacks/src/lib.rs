//! The listener that receives provider callbacks.
