use std::collections::HashSet;

use super::*;

/// Reads a configuration from a file's text and variables.
fn load(file: &str, variables: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Config, String> {
    let path = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
    std::fs::write(path.path(), file).unwrap();
    let variables = variables
        .iter()
        .map(|(name, value)| (name.into(), value.into()));
    let flag = |key: &Key| {
        let given = flags.iter().find(|(flag, _)| *flag == key.flag);
        given.map(|(_, value)| (*value).to_owned())
    };
    let name = path.path().display().to_string();
    Config::load(Some(path.path()), variables, flag)
        .map_err(|error| error.to_string().replace(&name, "blog.toml"))
}

/// The template with the `#` before each key removed, and how many those were.
fn uncommented() -> (String, usize) {
    let mut keys = 0;
    let lines: Vec<_> = template()
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase()) => {
                keys += 1;
                rest.to_owned()
            }
            _ => line.to_owned(),
        })
        .collect();
    (lines.join("\n"), keys)
}

#[test]
fn the_template_uncommented_is_the_defaults() {
    let (file, found) = uncommented();
    assert_eq!(found, keys().count(), "{file}");
    for key in keys() {
        assert!(
            file.contains(&format!("\n{} = ", key.name)),
            "{} is missing",
            key.path
        );
        assert!(file.contains(key.variable) && file.contains(&format!("--{}", key.flag)));
    }
    assert_eq!(load(&file, &[], &[]).unwrap(), Config::default());
    // The template as it is sets nothing.
    assert_eq!(load(&template(), &[], &[]).unwrap(), Config::default());
}

/// A value of each key that is not its default, as text.
fn other_value(key: &Key) -> &'static str {
    match key.path {
        "serve.listen" => "127.0.0.1:4000",
        "serve.max_connections" => "128",
        "serve.max_connections_per_address" => "32",
        "serve.trusted_proxies" => "10.0.0.0/8,192.0.2.1",
        "serve.trusted_hops" => "2",
        "serve.shutdown_delay_seconds" => "15",
        "serve.shutdown_drain_seconds" => "5",
        "site.base_url" => "https://blog.example/",
        "site.allow_plain_http" => "true",
        "site.title" => "Notes \"and\" more",
        "site.description" => "Günlük",
        "site.registration" => "closed",
        "site.require_verified_email" => "true",
        "site.page_size" => "25",
        "stores.database_url" => "memory:",
        "stores.media_url" => "s3://media",
        "stores.index_url" => "dynamodb://objects",
        "stores.index_from_events" => "true",
        "stores.aws_endpoint_url" => "http://127.0.0.1:9000/",
        "stores.mail_url" => "file:/srv/mail",
        "stores.mail_from" => "news@blog.example",
        "limits.max_picture_mib" => "8",
        "limits.max_video_mib" => "100",
        "limits.page_cache_mib" => "64",
        "limits.rate_factor" => "7",
        "log.filter" => "warn",
        "log.format" => "json",
        new => panic!("give {new} a value here"),
    }
}

#[test]
fn file_variables_and_flags_all_set_every_key() {
    let mut expected = Config::default();
    for key in keys() {
        (key.set)(&mut expected, other_value(key)).unwrap();
        assert_ne!(
            (key.get)(&expected),
            (key.get)(&Config::default()),
            "{}",
            key.path
        );
    }
    let mut file = String::new();
    for section in SECTIONS {
        file.push_str(&format!("[{}]\n", section.name));
        for key in section.keys {
            file.push_str(&format!(
                "{} = {}\n",
                key.name,
                template::to_toml(key, &expected)
            ));
        }
    }
    assert_eq!(load(&file, &[], &[]).unwrap(), expected, "{file}");
    let variables: Vec<_> = keys().map(|key| (key.variable, other_value(key))).collect();
    assert_eq!(load("", &variables, &[]).unwrap(), expected);
    let flags: Vec<_> = keys().map(|key| (key.flag, other_value(key))).collect();
    assert_eq!(load("", &[], &flags).unwrap(), expected);
}

#[test]
fn flags_override_variables_override_the_file() {
    let file = "[site]\ntitle = \"file\"\ndescription = \"file\"\npage_size = 5\n";
    let variables = [("BLOG_TITLE", "variable"), ("BLOG_DESCRIPTION", "variable")];
    let config = load(file, &variables, &[("title", "flag")]).unwrap();
    assert_eq!(config.site.title, "flag");
    assert_eq!(config.site.description, "variable");
    assert_eq!(config.site.page_size.get(), 5);
}

#[test]
fn names_are_unique_and_variables_begin_alike() {
    let names = |name: fn(&Key) -> &'static str| keys().map(name).collect::<HashSet<_>>().len();
    let all = keys().count();
    assert_eq!(
        (names(|k| k.path), names(|k| k.variable), names(|k| k.flag)),
        (all, all, all)
    );
    for key in keys() {
        assert!(key.variable.starts_with(PREFIX) && !key.variable.starts_with(TEST_PREFIX));
    }
}

#[test]
fn every_mistake_is_one_sentence_that_says_where() {
    const BASE: &str = "[site]\ntitle = \"x\"\n";
    for (file, expected) in [
        (
            "[site]\n\ntitel = \"x\"",
            "blog.toml, line 3: there is no key site.titel; did you mean site.title?",
        ),
        (
            "title = \"x\"",
            "blog.toml, line 1: there is no key title; did you mean site.title?",
        ),
        (
            "[serve]\ntitle = \"x\"",
            "blog.toml, line 2: there is no key serve.title; did you mean site.title?",
        ),
        (
            "[site]\nqwertyuiop = 1",
            "blog.toml, line 2: there is no key site.qwertyuiop; \"blog-server config\" prints all there are",
        ),
        (
            "[sites]\ntitle = \"x\"",
            "blog.toml, line 1: there is no section [sites]; did you mean [site]?",
        ),
        (
            "[deploy]\na = 1",
            "blog.toml, line 1: there is no section [deploy]; \"blog-server config\" prints all there are",
        ),
        (
            "[site.extra]\na = 1",
            "blog.toml, line 1: there is no key site.extra; \"blog-server config\" prints all there are",
        ),
        (
            "site = 3",
            "blog.toml, line 1: there is no key site; \"blog-server config\" prints all there are",
        ),
        (
            "[[site]]\ntitle = \"x\"",
            "blog.toml, line 1: there is no key site; \"blog-server config\" prints all there are",
        ),
        (
            "[stores]\nindex_from_events = true",
            "stores.index_from_events is set, but only a bucket tells others what happens in it, and nobody would keep \
             another index; set stores.media_url to s3://BUCKET and stores.index_url to dynamodb://TABLE",
        ),
        (
            "[site]\npage_size = \"10\"",
            "blog.toml, line 2: site.page_size must be a whole number without quotes",
        ),
        (
            "[site]\npage_size = 1.5",
            "blog.toml, line 2: site.page_size must be a whole number without quotes",
        ),
        (
            "[site]\npage_size = 0",
            "blog.toml, line 2: site.page_size must be a whole number from 1 to 100, not \"0\"",
        ),
        (
            "[site]\npage_size = 101",
            "blog.toml, line 2: site.page_size must be a whole number from 1 to 100, not \"101\"",
        ),
        (
            "[site]\npage_size = -1",
            "blog.toml, line 2: site.page_size must be a whole number from 1 to 100, not \"-1\"",
        ),
        (
            "[site]\ntitle = 3",
            "blog.toml, line 2: site.title must be a text in quotes",
        ),
        (
            "[site]\ntitle = \"a\\nb\"",
            "blog.toml, line 2: site.title must be one line without control characters, not \"a\\nb\"",
        ),
        (
            "[site]\ntitle = \"  \"",
            "site.title is empty; give the blog a name",
        ),
        (
            "[site]\nallow_plain_http = \"yes\"",
            "blog.toml, line 2: site.allow_plain_http must be true or false, without quotes",
        ),
        (
            "[site]\nregistration = \"maybe\"",
            "blog.toml, line 2: site.registration must be \"open\", \"invite\" or \"closed\", not \"maybe\"",
        ),
        (
            "[site]\nbase_url = \"ftp://x\"",
            "blog.toml, line 2: site.base_url must be an address such as \"https://blog.example.org/\", not \"ftp://x\"",
        ),
        (
            "[site]\nbase_url = \"https://x.example/?a=b\"",
            "site.base_url cannot be used: the base URL must be http:// or https:// with a host and at most a path",
        ),
        (
            "[site]\nbase_url = \"http://x.example/\"",
            "site.base_url is plain http beyond this machine; use https, or set site.allow_plain_http = true where nobody can listen on the way",
        ),
        (
            "[serve]\nlisten = \"localhost\"",
            "blog.toml, line 2: serve.listen must be an address with a port, such as \"127.0.0.1:3000\" or \"[::]:80\", not \"localhost\"",
        ),
        (
            "[serve]\nlisten = \"0.0.0.0:80\"",
            "serve.listen is 0.0.0.0:80, which others can reach; set site.base_url to the address that they use",
        ),
        (
            "[serve]\ntrusted_proxies = \"10.0.0.0/8\"",
            "blog.toml, line 2: serve.trusted_proxies must be a list of texts, such as [\"a\", \"b\"]",
        ),
        (
            "[serve]\ntrusted_proxies = [1]",
            "blog.toml, line 2: serve.trusted_proxies must be a list of texts, such as [\"a\", \"b\"]",
        ),
        (
            "[serve]\ntrusted_proxies = [\"lb\"]",
            "blog.toml, line 2: serve.trusted_proxies must be networks such as \"10.0.0.0/8\" or addresses, not \"lb\"",
        ),
        (
            "[serve]\ntrusted_proxies = [\"10.0.0.0/8\"]",
            "serve.trusted_proxies is set, but serve.trusted_hops is 0; say how many proxies a request passes",
        ),
        (
            "[serve]\ntrusted_hops = 1",
            "serve.trusted_hops is set, but serve.trusted_proxies names no proxy; give its network",
        ),
        (
            "[serve]\nmax_connections = 10",
            "serve.max_connections_per_address is greater than serve.max_connections; lower it",
        ),
        (
            "[log]\nformat = \"xml\"",
            "blog.toml, line 2: log.format must be \"text\" or \"json\", not \"xml\"",
        ),
        (
            "[limits]\nmax_video_mib = 0",
            "blog.toml, line 2: limits.max_video_mib must be a whole number from 1 to 1048576, not \"0\"",
        ),
    ] {
        assert_eq!(load(file, &[], &[]).unwrap_err(), expected, "{file}");
    }
    for (file, line) in [
        ("[site\ntitle = 1", 1),
        ("[site]\ntitle =", 2),
        ("[site]\n\ntitle = x", 3),
        ("a = 1\na = 2", 2),
    ] {
        let error = load(file, &[], &[]).unwrap_err();
        let start = format!("blog.toml, line {line}: this is not TOML: ");
        assert!(
            error.starts_with(&start) && !error.contains('\n'),
            "{file:?}: {error}"
        );
    }
    for (variable, value, expected) in [
        (
            "BLOG_TITEL",
            "x",
            "there is no variable BLOG_TITEL; did you mean BLOG_TITLE?",
        ),
        (
            "BLOG_",
            "x",
            "there is no variable BLOG_; \"blog-server config\" prints all there are",
        ),
        (
            "BLOG_SOMETHING_ELSE",
            "x",
            "there is no variable BLOG_SOMETHING_ELSE; \"blog-server config\" prints all there are",
        ),
        (
            "BLOG_AWS_ENDPOINT",
            "x",
            "there is no variable BLOG_AWS_ENDPOINT; did you mean BLOG_AWS_ENDPOINT_URL?",
        ),
        (
            "BLOG_PAGE_SIZE",
            "ten",
            "BLOG_PAGE_SIZE must be a whole number from 1 to 100, not \"ten\"",
        ),
        (
            "BLOG_ALLOW_PLAIN_HTTP",
            "1",
            "BLOG_ALLOW_PLAIN_HTTP must be true or false, not \"1\"",
        ),
        (
            "BLOG_LISTEN",
            "",
            "BLOG_LISTEN must be an address with a port, such as \"127.0.0.1:3000\" or \"[::]:80\", not \"\"",
        ),
        (
            "BLOG_LOG",
            "info,a=verbose",
            "log.filter must be levels such as \"info,blog_storage::sql=debug\": error parsing level filter: expected one of \"off\", \"error\", \"warn\", \"info\", \"debug\", \"trace\", or a number 0-5",
        ),
    ] {
        assert_eq!(
            load(BASE, &[(variable, value)], &[]).unwrap_err(),
            expected,
            "{variable}={value}"
        );
    }
    let flag = load(BASE, &[], &[("page-size", "0")]).unwrap_err();
    assert_eq!(
        flag,
        "--page-size must be a whole number from 1 to 100, not \"0\""
    );
    let long = "x".repeat(5000);
    assert!(
        load(BASE, &[("BLOG_LISTEN", &long)], &[])
            .unwrap_err()
            .len()
            < 250
    );
    let missing = Config::load(Some(Path::new("/no/such.toml")), [], |_| None).unwrap_err();
    let expected = "the configuration file /no/such.toml cannot be read: ";
    assert!(missing.to_string().starts_with(expected), "{missing}");
}

#[test]
fn foreign_variables_are_nobodys_business() {
    let variables = [
        ("BLOG_TEST_REQUIRE", "all"),
        ("BLOGGER", "x"),
        ("PATH", "/bin"),
        ("blog_title", "x"),
    ];
    assert_eq!(load("", &variables, &[]).unwrap(), Config::default());
}

#[test]
fn a_site_beyond_this_machine_can_be_had() {
    let variables = [
        ("BLOG_LISTEN", "0.0.0.0:8080"),
        ("BLOG_BASE_URL", "http://blog.lan:8080"),
        ("BLOG_ALLOW_PLAIN_HTTP", "true"),
        ("BLOG_TRUSTED_PROXIES", "10.0.0.0/8, 2001:db8::1"),
        ("BLOG_TRUSTED_HOPS", "1"),
    ];
    let config = load("", &variables, &[]).unwrap();
    assert_eq!(config.serve.trusted_proxies.len(), 2);
    let proxies: Vec<_> = config
        .serve
        .trusted_proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(proxies, ["10.0.0.0/8", "2001:db8::1/128"]);
}
