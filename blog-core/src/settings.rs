//! What an application decides about its blog.

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Registration {
    /// Anybody; a new user is an author.
    #[default]
    Open,
    /// Whoever has an invitation.
    Invite,
    /// Nobody; accounts come from the command line or the host application.
    Closed,
}

impl TryFrom<&str> for Registration {
    type Error = crate::error::Reason;

    fn try_from(word: &str) -> Result<Self, Self::Error> {
        match word {
            "open" => Ok(Self::Open),
            "invite" => Ok(Self::Invite),
            "closed" => Ok(Self::Closed),
            _ => Err(crate::error::Reason::NotAChoice),
        }
    }
}

/// The settings of one blog.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The site's name, on every page and in feeds, until an admin saves another.
    pub title: String,
    /// What the site is about, in a sentence, until an admin saves another.
    pub description: String,
    /// Who may make an account.
    pub registration: Registration,
    /// Whether nobody can register before the owner's account is made: for programs that give out
    /// [`owner_link`](crate::service::accounts::Accounts::owner_link), which is good on an empty store only.
    pub owner_first: bool,
    /// Whether publishing and commenting need a verified address.
    pub require_verified_email: bool,
    /// The largest picture, in bytes as uploaded.
    pub max_picture_bytes: u64,
    /// The largest video, in bytes.
    pub max_video_bytes: u64,
    /// Posts on a page of a list: 1 to 100, until an admin saves another number.
    pub page_size: u16,
    /// How many times what is usual people may do of what is limited (log in, sign up, comment, upload, ask for mails), for
    /// tests under load; 1 on the open internet.
    pub rate_factor: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            title: "A blog".to_owned(),
            description: String::new(),
            registration: Registration::Open,
            owner_first: false,
            require_verified_email: false,
            max_picture_bytes: 20 * 1024 * 1024,
            max_video_bytes: 2 * 1024 * 1024 * 1024,
            page_size: 10,
            rate_factor: 1,
        }
    }
}
