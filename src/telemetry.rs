//! The service's own log, for whoever runs it.
//!
//! **Invariant:** no name, identity number, free text, token, body or address as it was asked for
//! is written here. What people did stands in the ledger.

use thiserror::Error;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::settings::{LogFormat, TelemetrySettings};

/// Why no log can be written.
#[derive(Debug, Error)]
pub enum TelemetryError {
    /// The filter can't be read.
    #[error("setting `telemetry.filter` is no filter")]
    Filter(#[source] tracing_subscriber::filter::ParseError),
    /// There is a log already.
    #[error("the log was begun before")]
    Begun(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Begins the log, on standard error. A panic is told with its place and without its words, which
/// can quote what somebody wrote.
///
/// # Errors
/// [`TelemetryError`].
pub fn begin(settings: &TelemetrySettings) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(&settings.filter).map_err(TelemetryError::Filter)?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_span_events(FmtSpan::NONE)
        .with_writer(std::io::stderr);
    match settings.format {
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).try_init(),
        LogFormat::Text => log.try_init(),
    }
    .map_err(TelemetryError::Begun)?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic");
    }));
    Ok(())
}
