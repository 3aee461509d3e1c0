//! How long a source takes to become sanitised HTML: the whole way of a save or a preview, one thread, nothing kept.

use std::time::{Duration, Instant};

use blog_core::markdown::{MarkdownError, render_post};

/// How often each text is rendered.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Measured renderings of each text.
    #[arg(long, default_value_t = 2_000)]
    runs: usize,
}

/// A paragraph as people write them, of about 500 bytes.
const PARAGRAPH: &str = "\
The ferry that leaves at *seven* is never late, and nobody can say why: the captain has no watch, \
the harbour clock stopped in **1987**, and the [timetable](https://example.org/timetable) is nailed \
to a door that opens inwards. Those who know her wait at the second bollard — not the first — and \
read the morning’s paper until the gangway comes down. “She’ll come,” they say, and turn a page. \
In the winter they say it more quietly, with their collars up, and still she comes.\n\n";

const CODE: &str = "```rust\nfn main() {\n    let lamps = [1, 2, 3];\n    println!(\"{}\", lamps.len()); // at dusk\n}\n```\n\n";

/// Renders a few texts, and prints the median and the slowest of a hundred for each.
pub(crate) fn run(options: &Options) -> Result<(), MarkdownError> {
    let prose = |bytes: usize| PARAGRAPH.repeat(bytes / PARAGRAPH.len() + 1);
    let everything = format!(
        "{}## Tides\n\n- one\n- two[^n]\n\n| high | low |\n|---|--:|\n| 6:10 | 12:30 |\n\n{CODE}> Quoted.\n\n[^n]: A note.\n",
        prose(2_000)
    );
    println!(
        "{:<34} {:>9} {:>11} {:>11}",
        "text", "bytes", "median", "p99"
    );
    for (name, text, target) in [
        ("3 KB of prose", prose(3_000), " (target 0.3 ms)"),
        ("3 KB of everything, code coloured", everything, ""),
        ("30 KB of prose", prose(30_000), ""),
        ("300 KB of prose", prose(300_000), ""),
    ] {
        let runs = (options.runs * 3_000 / text.len()).clamp(20, options.runs.max(20));
        // Tables and grammars are read with the first.
        render_post(&text)?;
        let mut took = Vec::with_capacity(runs);
        for _ in 0..runs {
            let began = Instant::now();
            let rendered = render_post(std::hint::black_box(&text))?;
            took.push(began.elapsed());
            drop(std::hint::black_box(rendered));
        }
        took.sort_unstable();
        let (median, late) = (took[runs / 2], took[(runs * 99 / 100).min(runs - 1)]);
        println!(
            "{name:<34} {:>9} {:>8.3} ms {:>8.3} ms{target}",
            text.len(),
            ms(median),
            ms(late)
        );
    }
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
