//! Look-alike payment providers with a fault menu; also powers training mode.
