//! The least that a receiver of deliveries can do and lose nothing: each body is in a file, and the file on the disk, before
//! it is answered; many bodies share one way to the disk. No signature, no copies, no database.
//!
//! `cargo run --release -p ashby-webhooks --example floor`, and then against the address that it prints
//! `ashby webhook trigger candidateHire --url … --count 50000`, as against `ashby listen`.
#![allow(clippy::print_stdout)]

use std::io::{Error, Write as _};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

type Delivery = (Bytes, oneshot::Sender<()>);

/// As many wait as are asked at once.
const WAITING: usize = 1024;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let (sender, mut waiting) = mpsc::channel::<Delivery>(WAITING);
    let mut file = tempfile::tempfile_in(".")?;
    std::thread::spawn(move || -> Result<(), Error> {
        while let Some(first) = waiting.blocking_recv() {
            let mut group = vec![first];
            while let Ok(another) = waiting.try_recv() {
                group.push(another);
            }
            for (body, _) in &group {
                file.write_all(body)?;
            }
            file.sync_data()?;
            group.into_iter().for_each(|(_, reply)| _ = reply.send(()));
        }
        Ok(())
    });
    let keep = |State(sender): State<mpsc::Sender<Delivery>>, body: Bytes| async move {
        let (reply, kept) = oneshot::channel();
        let is_kept = sender.send((body, reply)).await.is_ok() && kept.await.is_ok();
        if is_kept { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/", listener.local_addr()?);
    axum::serve(listener, Router::new().route("/", post(keep)).with_state(sender)).await
}
