//! The id of the request that is worked on, under which the log has it.

tokio::task_local! {
    static ID: String;
}

/// Works on a request of this id.
pub(crate) async fn with_id<T>(id: String, work: impl Future<Output = T>) -> T {
    ID.scope(id, work).await
}

/// The id of the request that is worked on; `None` where there are none.
pub(crate) fn id() -> Option<String> {
    ID.try_with(Clone::clone).ok()
}
