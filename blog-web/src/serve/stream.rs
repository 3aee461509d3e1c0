//! The stream under hyper: knows whether a request is awaited, arriving or being answered, and
//! times each of these.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use super::config::ServeConfig;
use super::rate::RateMeter;
use super::refusal;

/// Where a connection stands. The stream moves it to `Idle` and `Head`, the service around it to
/// `Busy` when a head is complete and to `Answered` when the answer is handed over.
#[derive(Debug, Default)]
pub(super) struct Progress {
    phase: AtomicU8,
    /// Whether part of the current request's body has not been read.
    unread: AtomicBool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The last answer is handed over, nothing was read since. Also a fresh connection.
    Answered = 0,
    /// Waiting for the first byte of a request, with the timer running.
    Idle = 1,
    /// Part of a head is here, with the timer running.
    Head = 2,
    /// A request is being answered; bodies are timed by their rate.
    Busy = 3,
}

impl Progress {
    fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            0 => Phase::Answered,
            1 => Phase::Idle,
            2 => Phase::Head,
            _ => Phase::Busy,
        }
    }

    fn set(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Release);
    }

    pub(super) fn request_begins(&self, has_body: bool) {
        self.unread.store(has_body, Ordering::Release);
        self.set(Phase::Busy);
    }

    pub(super) fn body_was_read(&self) {
        self.unread.store(false, Ordering::Release);
    }

    /// Whether part of the current request's body has not been read.
    pub(super) fn is_unread(&self) -> bool {
        self.unread.load(Ordering::Acquire)
    }

    pub(super) fn answer_is_over(&self) {
        self.set(Phase::Answered);
    }
}

#[derive(Debug, Clone, Copy)]
struct Timers {
    idle: Duration,
    head: Duration,
    linger: Duration,
}

pub(super) struct TimedStream {
    stream: TcpStream,
    progress: Arc<Progress>,
    timers: Timers,
    /// The end of the current phase.
    deadline: Pin<Box<Sleep>>,
    write_meter: RateMeter,
    /// What of our own refusal is not sent yet, while hyper believes that it writes its own.
    refusal: Bytes,
    /// Whether a head was refused; its sender may still be sending.
    refused: bool,
    lingering: bool,
}

impl TimedStream {
    pub(super) fn new(stream: TcpStream, progress: Arc<Progress>, config: &ServeConfig) -> Self {
        let timers = Timers {
            idle: config.idle,
            head: config.head,
            linger: config.linger,
        };
        Self {
            stream,
            progress,
            timers,
            deadline: Box::pin(tokio::time::sleep(timers.idle)),
            write_meter: RateMeter::new(config.response_rate),
            refusal: Bytes::new(),
            refused: false,
            lingering: false,
        }
    }

    fn expect_within(&mut self, time: Duration) {
        self.deadline.as_mut().reset(Instant::now() + time);
    }

    /// Sends our refusal when `buf` is hyper's; `None` when it is not.
    fn poll_refusal(
        &mut self,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Option<Poll<io::Result<usize>>> {
        if self.refusal.is_empty() {
            // Only a head that never became a request is refused by hyper itself. It may have been read together with the
            // request before it, so that it was never seen arriving.
            if self.progress.phase() == Phase::Busy {
                return None;
            }
            self.refusal = refusal::in_place_of(buf)?;
            self.refused = true;
        }
        while !self.refusal.is_empty() {
            let written = Pin::new(&mut self.stream).poll_write(cx, &self.refusal);
            match self.after_write(cx, written) {
                Poll::Ready(Ok(bytes)) => self.refusal.advance(bytes),
                other => return Some(other),
            }
        }
        Some(Poll::Ready(Ok(buf.len())))
    }

    fn after_write(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => {
                self.write_meter.moved(bytes);
                // The end of an answer may still be on its way to a slow reader although its body
                // is handed over; waiting for the next request starts after that.
                match self.progress.phase() {
                    Phase::Idle => self.expect_within(self.timers.idle),
                    Phase::Head => self.expect_within(self.timers.head),
                    Phase::Answered | Phase::Busy => {}
                }
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                ready!(self.write_meter.poll_waiting(cx));
                // Without this the kernel would keep the unread rest and try for minutes.
                let _ = self.stream.set_zero_linger();
                Poll::Ready(Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the peer takes the answer too slowly",
                )))
            }
        }
    }
}

impl AsyncRead for TimedStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let phase = match this.progress.phase() {
            Phase::Busy => return Pin::new(&mut this.stream).poll_read(cx, buf),
            Phase::Answered => {
                this.progress.set(Phase::Idle);
                this.expect_within(this.timers.idle);
                Phase::Idle
            }
            phase => phase,
        };
        // Asked before reading, so that a head arriving byte by byte is not read for ever.
        if this.deadline.as_mut().poll(cx).is_ready() {
            let waited_for = if phase == Phase::Head {
                "the request head"
            } else {
                "a request"
            };
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!("waited too long for {waited_for}"),
            )));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
        if phase == Phase::Idle && buf.filled().len() > before {
            this.progress.set(Phase::Head);
            this.expect_within(this.timers.head);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for TimedStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if let Some(sent) = this.poll_refusal(cx, buf) {
            return sent;
        }
        let written = Pin::new(&mut this.stream).poll_write(cx, buf);
        this.after_write(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let first = bufs.iter().find(|part| !part.is_empty());
        if let Some(sent) = first.and_then(|part| this.poll_refusal(cx, part)) {
            return sent;
        }
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, bufs);
        this.after_write(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    /// Closes our side. When the peer may still be sending (a refused body, a head that is no
    /// HTTP), goes on reading for a while, so that our answer is not destroyed by a reset.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.lingering {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            let sending =
                this.refused || this.progress.is_unread() || this.progress.phase() == Phase::Head;
            if !sending {
                return Poll::Ready(Ok(()));
            }
            this.lingering = true;
            this.expect_within(this.timers.linger);
        }
        let mut scratch = [0_u8; 8 * 1024];
        loop {
            if this.deadline.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Ok(()));
            }
            let mut discard = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut this.stream).poll_read(cx, &mut discard)) {
                Ok(()) if !discard.filled().is_empty() => {}
                // The peer has closed or reset: nothing is left to be careful about.
                Ok(()) | Err(_) => return Poll::Ready(Ok(())),
            }
        }
    }
}
