//! settings.toml, environment overrides and secrets.
