//! Ashby over HTTP: operations, pages, errors, rate limit, retries.
