//! The task that makes exports of logs, and tidies up after them.

use std::time::Duration;

use crate::store::Store;

/// How often it is looked for work when there was none.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long it rests after the database failed.
const REST: Duration = Duration::from_secs(5);
/// How often files are tidied up.
const TIDY_EVERY: Duration = Duration::from_secs(60);

/// Makes exports, `workers` at once, until it is stopped. What was begun is begun anew by the next
/// server.
pub async fn export(store: Store, workers: u32) {
    while let Err(error) = store.put_back_exports().await {
        tracing::error!(error = &error as &dyn std::error::Error, "no export was taken up again");
        tokio::time::sleep(REST).await;
    }
    // Dropped with this task, and with it those that it holds.
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..workers {
        tasks.spawn(work(store.clone()));
    }
    loop {
        if let Err(error) = store.tidy_exports().await {
            tracing::error!(error = &error as &dyn std::error::Error, "exports were not tidied up");
        }
        tokio::time::sleep(TIDY_EVERY).await;
    }
}

async fn work(store: Store) {
    loop {
        match store.export_next().await {
            Ok(true) => {}
            Ok(false) => tokio::time::sleep(LOOK_EVERY).await,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "an export broke off");
                tokio::time::sleep(REST).await;
            }
        }
    }
}
