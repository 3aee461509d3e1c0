//! A way to the server that is cut where it hurts: at a commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What happens to the next `COMMIT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Nothing.
    None = 0,
    /// It never arrives.
    Before = 1,
    /// It arrives, and its answer does not.
    Behind = 2,
}

/// Listens, and passes everything on to a port of this machine.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) port: u16,
    cut: Arc<AtomicU8>,
}

impl Proxy {
    pub(crate) async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cut = Arc::new(AtomicU8::new(Cut::None as u8));
        let shared = cut.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let upstream = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                tokio::spawn(pass(client, upstream, shared.clone()));
            }
        });
        Self { port, cut }
    }

    /// Decides about the next commit, once.
    pub(crate) fn cut(&self, cut: Cut) {
        self.cut.store(cut as u8, Ordering::SeqCst);
    }

    /// Whether the decision was carried out.
    pub(crate) fn is_done(&self) -> bool {
        self.cut.load(Ordering::SeqCst) == Cut::None as u8
    }
}

/// A packet of the protocol has its length in three bytes, its number, and for a query the byte 3 and the text
/// (<https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query.html>).
const COMMIT: &[u8] = b"\x07\x00\x00\x00\x03COMMIT";

async fn pass(mut client: TcpStream, mut server: TcpStream, cut: Arc<AtomicU8>) {
    let (mut asked, mut answered) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(bytes @ 1..) = read else { return };
                let is_commit = asked[..bytes] == *COMMIT;
                let cut = if is_commit { cut.swap(Cut::None as u8, Ordering::SeqCst) } else { 0 };
                if cut == Cut::Before as u8 {
                    return;
                }
                if server.write_all(&asked[..bytes]).await.is_err() {
                    return;
                }
                if cut == Cut::Behind as u8 {
                    // The answer comes as far as here.
                    let _ = server.read(&mut answered).await;
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(bytes @ 1..) = read else { return };
                if client.write_all(&answered[..bytes]).await.is_err() {
                    return;
                }
            }
        }
    }
}
