//! The command list, its data types, error codes and handlers, and the one composition root.
