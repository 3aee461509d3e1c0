//! The forms of a page, filled as somebody would.

use blog_web::routes::TABLE;

/// A form.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub(super) is_post: bool,
    pub(super) action: String,
    pub(super) fields: Vec<(String, String)>,
}

impl Form {
    /// What makes it the same form as another.
    pub(super) fn key(&self) -> (String, Vec<String>) {
        let names = self.fields.iter().map(|(name, _)| name.clone());
        (self.action.clone(), names.collect())
    }

    pub(super) fn encoded(&self) -> String {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.fields {
            // sqlmap leaves alone what is called a token, unless it is marked.
            let mark = if name == "token" { "*" } else { "" };
            form.append_pair(name, &format!("{value}{mark}"));
        }
        form.finish()
    }

    /// The path of the table that it goes to; one without parameters goes before one with them.
    pub(super) fn route(&self) -> Option<&'static str> {
        let asked: Vec<_> = path_of(&self.action).split('/').collect();
        let fits = |path: &&str| {
            let parts: Vec<_> = path.split('/').collect();
            parts.len() == asked.len()
                && parts
                    .iter()
                    .zip(&asked)
                    .all(|(part, asked)| part == asked || part.starts_with(':'))
        };
        let posts = TABLE
            .iter()
            .filter(|route| route.method == "POST")
            .map(|route| route.path);
        posts
            .filter(fits)
            .min_by_key(|path| path.matches(':').count())
    }

    /// Where it goes, each parameter of the path with a mark behind it.
    pub(super) fn marked(&self) -> String {
        let Some(route) = self.route() else {
            return self.action.clone();
        };
        let parts = route.split('/').zip(path_of(&self.action).split('/'));
        let marked: Vec<_> = parts
            .map(|(part, asked)| match part.starts_with(':') {
                true => format!("{asked}*"),
                false => asked.to_owned(),
            })
            .collect();
        marked.join("/")
    }
}

fn path_of(action: &str) -> &str {
    action.split(['?', '#']).next().unwrap_or_default()
}

fn text(html: &str) -> String {
    let entities = [
        ("&#x2f;", "/"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    entities
        .iter()
        .fold(html.to_owned(), |text, (entity, sign)| {
            text.replace(entity, sign)
        })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| text(value))
}

/// What somebody writes into an empty field.
fn word(name: &str) -> &'static str {
    match name {
        "password" | "current" => "not the password of anybody",
        "email" => "somebody@example.org",
        "slug" | "token" | "website" => "",
        _ => "harbour",
    }
}

/// All forms of a page, the words of its own included; files are left out.
pub(super) fn forms_of(page: &str) -> Vec<Form> {
    page.split("<form").skip(1).map(form_of).collect()
}

fn form_of(html: &str) -> Form {
    let html = html.split("</form>").next().unwrap_or_default();
    let (head, body) = html.split_once('>').unwrap_or((html, ""));
    let mut form = Form {
        is_post: head.contains("method=\"post\""),
        action: attribute(head, "action").unwrap_or_default(),
        fields: Vec::new(),
    };
    for part in body.split('<').skip(1) {
        let (tag, behind) = part.split_once('>').unwrap_or((part, ""));
        let Some(name) = attribute(tag, "name") else {
            continue;
        };
        let kind = attribute(tag, "type").unwrap_or_default();
        let given = match tag.split_whitespace().next() {
            Some("textarea") => text(behind),
            Some("select") => {
                let (_, options) = body.split_once(&format!("<{tag}>")).unwrap_or_default();
                attribute(options, "value").unwrap_or_default()
            }
            _ => attribute(tag, "value").unwrap_or_default(),
        };
        let again = form.fields.iter().any(|(known, _)| *known == name);
        if kind == "file" || (again && kind != "hidden") {
            continue;
        }
        let value = match (given.trim(), kind.as_str()) {
            ("", "checkbox") => "on".to_owned(),
            ("", "hidden") => String::new(),
            ("", _) => word(&name).to_owned(),
            (given, _) => given.to_owned(),
        };
        form.fields.push((name, value));
    }
    form
}
