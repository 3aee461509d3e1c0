//! How far it is, for the person who waits.

use std::io::{IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar at a terminal; elsewhere two plain lines.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Begins, with so many steps to go.
    pub(super) fn new(steps: usize) -> Self {
        let steps = steps as u64;
        if !std::io::stderr().is_terminal() {
            // With standard error gone there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "Filling the blog in {steps} steps …");
            return Self {
                bar: ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::hidden()),
            };
        }
        let bar = ProgressBar::new(steps);
        let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {wide_msg}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self { bar }
    }

    /// Begins the next step.
    pub(super) fn step(&self, what: &str) {
        self.bar.set_message(what.to_owned());
        self.bar.inc(1);
    }

    /// Clears the bar away.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
