//! Callers that keep their connection and ask the same again and again.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A request as it goes over the wire.
#[derive(Clone, Debug)]
pub struct Asked {
    address: String,
    bytes: Vec<u8>,
    status: &'static str,
}

/// What a load came to.
#[derive(Clone, Debug)]
pub struct Came {
    /// Answers per second.
    pub per_second: f64,
    /// Half of the answers took no longer.
    pub p50: Duration,
    /// All but one in a hundred took no longer.
    pub p99: Duration,
    /// How many there were.
    pub answers: usize,
}

impl Asked {
    /// Asks for `path` at `base_url`; every answer must have this status.
    pub fn of(base_url: &str, path: &str, token: Option<&str>, body: Option<&str>) -> Self {
        let address = base_url.trim_start_matches("http://").to_owned();
        let method = if body.is_some() { "POST" } else { "GET" };
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n");
        if let Some(token) = token {
            text += &format!("authorization: Bearer {token}\r\n");
        }
        if let Some(body) = body {
            let length = body.len();
            text += &format!("content-type: application/json\r\ncontent-length: {length}\r\n");
        }
        text += "\r\n";
        text += body.unwrap_or_default();
        let status = if body.is_some() { "201" } else { "200" };
        Self { address, bytes: text.into_bytes(), status }
    }

    /// Asks on so many connections, so long.
    pub fn load(&self, connections: usize, time: Duration) -> io::Result<Came> {
        let over = AtomicBool::new(false);
        let began = Instant::now();
        let all: io::Result<Vec<Vec<Duration>>> = std::thread::scope(|scope| {
            let callers: Vec<_> =
                (0..connections).map(|_| scope.spawn(|| self.ask(&over))).collect();
            std::thread::sleep(time);
            over.store(true, Ordering::Relaxed);
            let lost = |_| Err(io::Error::other("a caller was lost"));
            callers.into_iter().map(|caller| caller.join().unwrap_or_else(lost)).collect()
        });
        let took = began.elapsed();
        let mut all = all?.concat();
        all.sort_unstable();
        let at = |share: f64| all.get((all.len() as f64 * share) as usize).copied();
        Ok(Came {
            per_second: all.len() as f64 / took.as_secs_f64(),
            p50: at(0.5).unwrap_or_default(),
            p99: at(0.99).unwrap_or_default(),
            answers: all.len(),
        })
    }

    fn ask(&self, over: &AtomicBool) -> io::Result<Vec<Duration>> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_nodelay(true)?;
        let (mut took, mut buffer) = (Vec::new(), vec![0; 1 << 20]);
        while !over.load(Ordering::Relaxed) {
            let began = Instant::now();
            stream.write_all(&self.bytes)?;
            let head = read_answer(&mut stream, &mut buffer)?;
            took.push(began.elapsed());
            if head.get(9..12) != Some(self.status) {
                return Err(io::Error::other(head));
            }
        }
        Ok(took)
    }
}

/// Reads one answer to its end and gives its first line.
fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<String> {
    let mut filled = 0;
    loop {
        let more = stream.read(&mut buffer[filled..])?;
        if more == 0 {
            return Err(io::Error::other("the answer broke off"));
        }
        filled += more;
        let Some(head) = buffer[..filled].windows(4).position(|end| end == b"\r\n\r\n") else {
            continue;
        };
        let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.and_then(|it| it.trim().parse().ok()).unwrap_or_default();
        if filled >= head + 4 + length {
            return Ok(text.lines().next().unwrap_or_default().to_owned());
        }
    }
}
