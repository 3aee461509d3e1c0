//! Minimum transfer rates: tells a slow peer from one that holds a connection on purpose.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

use crate::edge::EdgeError;

/// The slowest transfer we wait for.
///
/// A peer starts with [`after`](Self::after) of patience. The time we wait for it uses patience
/// up, bytes earn it back at `bytes_per_second`, and never above `after`: whoever was fast for a
/// while and then stops is cut off `after` later like anybody else. Time that we need ourselves
/// costs the peer nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinimumRate {
    /// Bytes per second that keep patience from shrinking; at least 1.
    pub bytes_per_second: u32,
    /// The most patience there is.
    pub after: Duration,
}

/// Measures one transfer against a [`MinimumRate`].
pub(super) struct RateMeter {
    rate: MinimumRate,
    patience: Duration,
    waiting_since: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl RateMeter {
    pub(super) fn new(rate: MinimumRate) -> Self {
        Self {
            rate,
            patience: rate.after,
            waiting_since: None,
            alarm: None,
        }
    }

    /// `bytes` went through.
    pub(super) fn moved(&mut self, bytes: usize) {
        if let Some(since) = self.waiting_since.take() {
            self.patience = self.patience.saturating_sub(since.elapsed());
        }
        let earned = bytes as f64 / f64::from(self.rate.bytes_per_second);
        // Clamped first, because a large product is no valid duration.
        let earned = Duration::from_secs_f64(earned.min(self.rate.after.as_secs_f64()));
        self.patience = (self.patience + earned).min(self.rate.after);
    }

    /// The peer keeps us waiting. Ready when its patience is used up, else wakes the task then.
    pub(super) fn poll_waiting(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.waiting_since.is_none() {
            let now = Instant::now();
            self.waiting_since = Some(now);
            let end = now + self.patience;
            match &mut self.alarm {
                Some(alarm) => alarm.as_mut().reset(end),
                None => self.alarm = Some(Box::pin(tokio::time::sleep_until(end))),
            }
        }
        match &mut self.alarm {
            Some(alarm) => alarm.as_mut().poll(cx),
            None => Poll::Pending,
        }
    }
}

/// A body that fails with [`io::ErrorKind::TimedOut`] when its peer sends slower than `rate`.
///
/// The server loop does this for every request; use it where requests come by another server.
pub fn guard_body(body: poem::Body, rate: MinimumRate) -> poem::Body {
    let inner: BoxBody<Bytes, io::Error> = body.into();
    BoxBody::new(RatedBody::new(inner, rate)).into()
}

pub(super) struct RatedBody<B> {
    inner: B,
    // A body must be Sync to go into a `poem::Body`, which the alarm inside is not by itself.
    meter: std::sync::Mutex<RateMeter>,
}

impl<B> RatedBody<B> {
    pub(super) fn new(inner: B, rate: MinimumRate) -> Self {
        Self {
            inner,
            meter: std::sync::Mutex::new(RateMeter::new(rate)),
        }
    }

    fn meter(&mut self) -> &mut RateMeter {
        self.meter
            .get_mut()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl<B> fmt::Debug for RatedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RatedBody").finish_non_exhaustive()
    }
}

impl<B> HttpBody for RatedBody<B>
where
    B: HttpBody<Data = Bytes, Error = io::Error> + Unpin,
{
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(cx) {
            let bytes = match &frame {
                Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len),
                _ => 0,
            };
            this.meter().moved(bytes);
            return Poll::Ready(frame);
        }
        ready!(this.meter().poll_waiting(cx));
        Poll::Ready(Some(Err(io::Error::new(
            io::ErrorKind::TimedOut,
            EdgeError::too_slow(),
        ))))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    const RATE: MinimumRate = MinimumRate {
        bytes_per_second: 100,
        after: Duration::from_secs(10),
    };

    async fn waits(meter: &mut RateMeter, time: Duration) -> bool {
        tokio::time::timeout(time, poll_fn(|cx| meter.poll_waiting(cx)))
            .await
            .is_err()
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_after_the_patience() {
        let mut meter = RateMeter::new(RATE);
        assert!(waits(&mut meter, Duration::from_millis(9_900)).await);
        assert!(!waits(&mut meter, Duration::from_millis(200)).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_trickle_below_the_rate_is_cut_off() {
        let mut meter = RateMeter::new(RATE);
        let start = Instant::now();
        // 50 bytes a second earn half of what waiting costs.
        while waits(&mut meter, Duration::from_secs(1)).await {
            meter.moved(50);
        }
        let lasted = start.elapsed().as_secs();
        assert!((18..=21).contains(&lasted), "lasted {lasted} s");
    }

    #[tokio::test(start_paused = true)]
    async fn the_rate_itself_is_enough_for_ever() {
        let mut meter = RateMeter::new(RATE);
        for _ in 0..1_000 {
            assert!(waits(&mut meter, Duration::from_secs(1)).await);
            meter.moved(100);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_sent_fast_buy_no_long_silence() {
        let mut meter = RateMeter::new(RATE);
        meter.moved(usize::MAX);
        assert!(!waits(&mut meter, Duration::from_millis(10_100)).await);
    }

    #[tokio::test(start_paused = true)]
    async fn our_own_time_costs_the_peer_nothing() {
        let mut meter = RateMeter::new(RATE);
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        assert!(waits(&mut meter, Duration::from_millis(9_900)).await);
    }
}
