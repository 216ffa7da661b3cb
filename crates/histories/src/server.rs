//! HTTP/1.1 in front of a [`Site`], at two addresses.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::site::{Ending, Hold, Reply, Site};

/// Longer than a sync waits before it commits what came.
const COMMITTED_AFTER: Duration = Duration::from_millis(1_300);

struct Shared {
    site: Mutex<Site>,
    changed: Condvar,
    ended: AtomicBool,
}

/// The running server.
pub(crate) struct Server {
    shared: Arc<Shared>,
    addresses: [SocketAddr; 2],
}

impl Server {
    pub(crate) fn start(site: Site) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            site: Mutex::new(site),
            changed: Condvar::new(),
            ended: AtomicBool::new(false),
        });
        let mut addresses = Vec::new();
        for which in 0..2 {
            let listener = TcpListener::bind(("127.0.0.1", 0))?;
            addresses.push(listener.local_addr()?);
            let shared = Arc::clone(&shared);
            thread::spawn(move || accept(&listener, which, &shared));
        }
        Ok(Self { shared, addresses: [addresses[0], addresses[1]] })
    }

    pub(crate) fn url(&self, address: usize) -> String {
        format!("http://{}", self.addresses[address])
    }

    pub(crate) fn site(&self) -> MutexGuard<'_, Site> {
        lock(&self.shared.site)
    }

    /// Lets the held request go on.
    pub(crate) fn release(&self) {
        self.site().run.hold = Hold::Released;
        self.shared.changed.notify_all();
    }
}

impl Server {
    /// Asks the process of the present run to end.
    pub(crate) fn terminate(&self) {
        end(&self.shared, Ending::Terminate);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        self.release();
        for address in self.addresses {
            // Wakes the listener, which then sees that it is over.
            drop(TcpStream::connect(address));
        }
    }
}

fn lock(site: &Mutex<Site>) -> MutexGuard<'_, Site> {
    site.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(listener: &TcpListener, address: usize, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.ended.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        // Whoever goes away in the middle of an answer meant to.
        thread::spawn(move || _ = serve(&stream, address, &shared));
    }
}

struct Request {
    operation: String,
    authorization: String,
    body: Vec<u8>,
}

fn read(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).unwrap_or_default();
    let operation = path.trim_start_matches('/').to_owned();
    let (mut length, mut authorization) = (0, String::new());
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "authorization" => value.trim().clone_into(&mut authorization),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Request { operation, authorization, body }))
}

fn serve(stream: &TcpStream, address: usize, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(Request { operation, authorization, body }) = read(&mut reader)? {
        let reply = lock(&shared.site).reply(address, &authorization, &operation, &body);
        if reply.held {
            shared.changed.notify_all();
            let mut site = lock(&shared.site);
            while site.run.hold != Hold::Released && !shared.ended.load(Ordering::SeqCst) {
                site = shared.changed.wait(site).unwrap_or_else(PoisonError::into_inner);
            }
        }
        if let Some(how) = reply.stop {
            end(shared, how);
        }
        send(stream, &reply)?;
        if reply.cut {
            return stream.shutdown(std::net::Shutdown::Both);
        }
    }
    Ok(())
}

fn send(mut stream: &TcpStream, reply: &Reply) -> io::Result<()> {
    let Reply { status, retry_after_s, body, cut, .. } = reply;
    let retry_after = retry_after_s.map_or(String::new(), |seconds| format!("Retry-After: {seconds}\r\n"));
    let length = body.len();
    let mut message = format!(
        "HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\n{retry_after}Content-Length: {length}\r\n\r\n"
    );
    message.push_str(body);
    let end = message.len() - if *cut { length.div_ceil(2) } else { 0 };
    stream.write_all(&message.as_bytes()[..end])
}

fn end(shared: &Shared, how: Ending) {
    let process = lock(&shared.site).run.process;
    if how == Ending::KillLater {
        thread::sleep(COMMITTED_AFTER);
    }
    // It may have ended by itself meanwhile.
    let process = process.filter(|process| lock(&shared.site).run.process == Some(*process));
    let signal = if how == Ending::Terminate { Signal::TERM } else { Signal::KILL };
    if let Some(pid) = process.and_then(|process| Pid::from_raw(process.cast_signed())) {
        let _ = kill_process(pid, signal);
    }
}
