//! What happens when: one line of events, as if the blog had been used for months.

use std::fmt;
use std::time::Duration;

use blog_core::time::Timestamp;

use super::content::{Comment, Content, Person, Post, Site, StaticPage};

/// All events in the order of their times.
#[derive(Debug)]
pub(super) struct Plan<'a>(Vec<Step<'a>>);

/// One event.
#[derive(Debug)]
pub(super) struct Step<'a> {
    pub(super) at: Timestamp,
    pub(super) what: What<'a>,
}

/// What happens.
#[derive(Debug, Clone, Copy)]
pub(super) enum What<'a> {
    /// Somebody gets an account.
    Join(&'a Person),
    /// The first of them decides about the site.
    Settle(&'a Site),
    /// A static page is written.
    Page(&'a StaticPage),
    /// A post is written, for now with its oldest text.
    Write {
        post: &'a Post,
        /// When it is, or will be, published.
        published_at: Timestamp,
    },
    /// A text is changed.
    Revise {
        post: &'a Post,
        /// How many times it was saved before.
        before: usize,
        published_at: Timestamp,
    },
    /// Somebody says something.
    Comment {
        post: &'a Post,
        comment: &'a Comment,
        answers: Option<&'a Comment>,
    },
    /// Somebody likes a post.
    Like { post: &'a Post, by: &'a Person },
    /// Some people read a post.
    Views {
        post: &'a Post,
        count: u32,
        day: u32,
    },
}

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Join(person) => write!(f, "{} arrives", person.name),
            What::Settle(site) => write!(f, "the site’s name, “{}”", site.title),
            What::Page(page) => write!(f, "“{}”", page.head.title),
            What::Write { post, .. } => write!(f, "“{}”", post.head.title),
            What::Revise { post, .. } => write!(f, "“{}”, changed", post.head.title),
            What::Comment { post, .. } => write!(f, "a comment on “{}”", post.head.title),
            What::Like { post, .. } => write!(f, "a like for “{}”", post.head.title),
            What::Views { post, .. } => write!(f, "readers of “{}”", post.head.title),
        }
    }
}

/// On which days after its publication a post is read, and by which share of its readers.
const READ: [(u32, f64); 4] = [(0, 0.46), (1, 0.27), (4, 0.17), (12, 0.1)];

impl<'a> Plan<'a> {
    /// The events that lead to the content as it is to be at `now`.
    pub(super) fn of(content: &'a Content, now: Timestamp) -> Self {
        let mut steps = Vec::new();
        for person in &content.people {
            steps.push(Step {
                at: moment(now, person.days),
                what: What::Join(person),
            });
        }
        for page in &content.pages {
            steps.push(Step {
                at: moment(now, page.head.days),
                what: What::Page(page),
            });
        }
        steps.push(Step {
            at: moment(now, content.site.days),
            what: What::Settle(&content.site),
        });
        for (number, post) in content.posts.iter().enumerate() {
            push_post(&mut steps, content, number, post, now);
        }
        // What lies ahead does not happen: readers of tomorrow, say.
        steps.retain(|step| step.at < now);
        // Stable: of one moment, in the order of making.
        steps.sort_by_key(|step| step.at);
        Self(steps)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn steps(&self) -> impl Iterator<Item = &Step<'a>> {
        self.0.iter()
    }
}

fn push_post<'a>(
    steps: &mut Vec<Step<'a>>,
    content: &'a Content,
    number: usize,
    post: &'a Post,
    now: Timestamp,
) {
    let head = &post.head;
    let published_at = moment(now, head.days);
    let saves = head.earlier.len();
    for before in 0..=saves {
        let hours = head
            .earlier
            .get(before)
            .map_or(0.0, |earlier| earlier.hours);
        // What appears tomorrow was written yesterday.
        let written = if published_at > now {
            moment(now, 1.1)
        } else {
            published_at
        };
        let at = written.minus(hours_long(hours));
        let what = match before {
            0 => What::Write { post, published_at },
            _ => What::Revise {
                post,
                before,
                published_at,
            },
        };
        steps.push(Step { at, what });
    }
    let mut comments: Vec<(&Comment, Option<&Comment>)> = Vec::new();
    for comment in content.comments.get(post.name).into_iter().flatten() {
        comments.push((comment, None));
        comments.extend(comment.replies.iter().map(|reply| (reply, Some(comment))));
    }
    for (comment, answers) in comments {
        let what = What::Comment {
            post,
            comment,
            answers,
        };
        let at = published_at.plus(hours_long(comment.hours));
        steps.push(Step { at, what });
    }
    let others = content.people.iter().cycle().skip(number);
    let others = others.filter(|person| person.username != head.author);
    for (place, by) in others.take(head.likes).enumerate() {
        let at = published_at.plus(hours_long(1.7 + 5.3 * place as f64));
        let what = What::Like { post, by };
        steps.push(Step { at, what });
    }
    for (day, share) in READ {
        let at = published_at.plus(hours_long(0.6 + 24.0 * f64::from(day)));
        let count = (f64::from(head.views) * share).round() as u32;
        if count > 0 {
            let what = What::Views { post, count, day };
            steps.push(Step { at, what });
        }
    }
}

/// So many days before now.
fn moment(now: Timestamp, days: f64) -> Timestamp {
    let away = hours_long(days.abs() * 24.0);
    if days < 0.0 {
        now.plus(away)
    } else {
        now.minus(away)
    }
}

fn hours_long(hours: f64) -> Duration {
    Duration::from_secs_f64(hours.max(0.0) * 3600.0)
}
