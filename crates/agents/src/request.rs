//! The id of the request that is worked on, under which the log has it. What works on it in another task finds [`Id`] with
//! the request itself.

/// The id, as an extension of the request.
#[derive(Debug, Clone)]
pub(crate) struct Id(pub(crate) String);

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
