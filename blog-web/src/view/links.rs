//! Addresses in pages: the mount before each, and every character encoded that needs it.
//!
//! Templates call `url("/posts", post.slug, "edit")`: the first argument is a path of ours, each
//! further one a segment, each keyword a query parameter, left out when it is none. The function
//! `asset("blog.css")` gives the address of a compiled-in file, with its hash.

use minijinja::value::{Kwargs, Rest, Value};
use minijinja::{Environment, Error, ErrorKind};

use super::assets;

/// The path under which the blog lives: empty at the root, otherwise like `/blog`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mount(String);

impl Mount {
    /// From a configured base path; slashes at the ends are put right.
    pub fn new(base_path: &str) -> Self {
        let path = base_path.trim_matches('/');
        if path.is_empty() {
            Self::default()
        } else {
            Self(format!("/{}", encode(path, Keep::Path)))
        }
    }

    /// The prefix: `""` or `"/blog"`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of a path of ours, percent-encoded and safe in an attribute once `&` is escaped.
    ///
    /// A path may carry a query (`/?after=x`) or a fragment. An absolute `http` or `https` address,
    /// such as a picture's on a media host, and a bare fragment stay outside of the mount.
    pub fn url(&self, path: &str) -> String {
        if path.starts_with("https://") || path.starts_with("http://") || path.starts_with('#') {
            return encode(path, Keep::Path);
        }
        // One leading slash only: two would name another host.
        format!(
            "{}/{}",
            self.0,
            encode(path.trim_start_matches(['/', '\\']), Keep::Path)
        )
    }
}

pub(super) fn register(environment: &mut Environment<'static>, mount: &Mount) {
    let for_url = mount.clone();
    environment.add_function(
        "url",
        move |path: &str, segments: Rest<Value>, query: Kwargs| {
            url(&for_url, path, &segments, &query)
        },
    );
    let for_asset = mount.clone();
    environment.add_function("asset", move |name: &str| {
        assets::address(name)
            .map(|path| Value::from_safe_string(for_asset.url(&path)))
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::InvalidOperation,
                    format!("there is no asset named {name}"),
                )
            })
    });
}

fn url(mount: &Mount, path: &str, segments: &[Value], query: &Kwargs) -> Result<Value, Error> {
    let mut address = mount.url(path);
    for segment in segments {
        if segment.is_undefined() {
            return Err(Error::new(
                ErrorKind::UndefinedError,
                format!("a segment after {path} is undefined"),
            ));
        }
        if !address.ends_with('/') {
            address.push('/');
        }
        address.push_str(&encode(&segment.to_string(), Keep::Unreserved));
    }
    let mut separator = if address.contains('?') { '&' } else { '?' };
    for name in query.args() {
        let value: Value = query.get(name)?;
        if value.is_none() || value.is_undefined() {
            continue;
        }
        address.push(separator);
        address.push_str(&encode(name, Keep::Unreserved));
        address.push('=');
        address.push_str(&encode(&value.to_string(), Keep::Unreserved));
        separator = '&';
    }
    query.assert_all_used()?;
    // Everything else that HTML minds has been percent-encoded.
    Ok(Value::from_safe_string(address.replace('&', "&amp;")))
}

/// Which characters beside RFC 3986's unreserved ones stay as they are.
#[derive(Clone, Copy, PartialEq)]
enum Keep {
    Unreserved,
    /// Those that mean something in a whole address; `'` is not among them, because it could end
    /// an attribute.
    Path,
}

fn encode(text: &str, keep: Keep) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let kept = byte.is_ascii_alphanumeric()
            || b"-._~".contains(&byte)
            || (keep == Keep::Path && b"/?#&=%@:,;+!$()*[]".contains(&byte));
        if kept {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_carries_the_mount_once() {
        assert_eq!(Mount::new("").url("/"), "/");
        assert_eq!(Mount::new("/").url("/posts/a"), "/posts/a");
        assert_eq!(Mount::new("blog/").url("/posts/a"), "/blog/posts/a");
        assert_eq!(Mount::new("/blog").url("/"), "/blog/");
        assert_eq!(Mount::new("/blog").url("#main"), "#main");
        assert_eq!(
            Mount::new("/blog").url("https://media.example/a.jpg"),
            "https://media.example/a.jpg"
        );
    }

    #[test]
    fn an_address_cannot_leave_the_host_or_the_attribute() {
        let mount = Mount::new("/blog");
        assert_eq!(mount.url("//evil.example/x"), "/blog/evil.example/x");
        assert_eq!(mount.url("/\\evil.example"), "/blog/evil.example");
        assert_eq!(Mount::new("").url("\\/evil.example"), "/evil.example");
        assert_eq!(
            mount.url("javascript:alert(1)"),
            "/blog/javascript:alert(1)"
        );
        assert_eq!(
            mount.url("/x\" onclick='y' <b>"),
            "/blog/x%22%20onclick=%27y%27%20%3Cb%3E"
        );
        assert_eq!(mount.url("/tags/çay"), "/blog/tags/%C3%A7ay");
    }

    #[test]
    fn segments_and_parameters_are_encoded_whole() {
        let mut environment = Environment::new();
        register(&mut environment, &Mount::new("/blog"));
        let render = |source: &str| environment.render_str(source, ()).unwrap();
        assert_eq!(
            render("{{ url('/posts', 'a/b?c', 'edit') }}"),
            "/blog/posts/a%2Fb%3Fc/edit"
        );
        assert_eq!(
            render("{{ url('/', after='a b&c', q=none) }}"),
            "/blog/?after=a%20b%26c"
        );
        assert_eq!(render("{{ url('/x?a=1', b='2') }}"), "/blog/x?a=1&amp;b=2");
        assert!(environment.render_str("{{ asset('no.css') }}", ()).is_err());
    }
}
