//! `keptang simulator`: the provider simulator alone.

use keptang_simulator::{Config, Running, StartError};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Starts the simulator on a loopback address.
pub async fn run_simulator(listen: SocketAddr, state_file: Option<PathBuf>) -> Result<Running, StartError> {
    keptang_simulator::start(Config {
        listen,
        state_file,
        ..Config::default()
    })
    .await
}
