//! What a test needs from the machine.

use std::io::Write as _;

/// Says that a test was left out for want of `what`.
///
/// # Panics
/// With `BLOG_TEST_REQUIRE=all`, where nothing may be left out.
pub(crate) fn left_out(test: &str, what: &str) {
    let all = std::env::var("BLOG_TEST_REQUIRE").is_ok_and(|value| value == "all");
    assert!(!all, "{test} needs {what}");
    // Past the capture of what passing tests print, so that it is seen.
    let line = format!("left out: {test} needs {what}\n");
    std::io::stderr()
        .write_all(line.as_bytes())
        .expect("standard error takes a line");
}
