use crate::condition::Condition;
use crate::node::{Node, from_json};
use crate::path::Path;
use crate::settings::Maps;
use crate::template::{Escape, Mode, Scope, Template};
use crate::vars::Vars;
use crate::wanted::Wanted;
use proptest::prelude::*;

const BODY: &str = r#"{"a":{"b":[{"c":"x","n":1},{"c":"y","n":2.5}],"empty":"","null":null},"one":{"c":"z"},
    "d e":[3,4],"tagged":[{"tags":["red"],"v":7},{"tags":["green","blue"],"v":8}],"said":"So it is.","index":{"world":[1,3],"hello":[0],"again":[2]},"html":"<p>A &amp; <i>b</i>c</p>","when":"Tue, 05 Mar 2024 10:11:12 +0000"}"#;

fn node() -> Node<'static> {
    from_json(BODY.as_bytes(), &Wanted::everything()).unwrap()
}

fn vars() -> Vars {
    let mut vars = Vars::default();
    vars.add("who", "y");
    vars.add("amount", "2");
    vars
}

fn rendered(template: &str) -> Option<String> {
    let (root, vars, maps) = (node(), vars(), Maps::new());
    let scope = Scope { vars: &vars, maps: &maps, root: &root, item: &root };
    Template::parse(template, Mode::Response).unwrap().render(scope, Escape::None)
}

#[test]
fn templates_say_what_the_readme_says() {
    for (template, text) in [
        ("{a.b[0].c}", Some("x")),
        ("{a.b[-1].c}", Some("y")),
        ("{a.b.c}", Some("x, y")),
        ("{a.b.c|join:'/'}", Some("x/y")),
        ("{one[*].c}", Some("z")),
        ("{one[0].c}", Some("z")),
        ("{..n}", Some("1, 2.5")),
        ("{['d e'][1]}", Some("4")),
        ("{a.b[?c == 'y'].n}", Some("2.5")),
        ("{a.b[?c == :who].n|times:amount}", Some("5")),
        ("{a.b[?c != 'y'].n}", Some("1")),
        ("{tagged[?tags == 'blue'].v}", Some("8")),
        ("{html|html}. Done.", Some("A & bc. Done.")),
        ("{said}. Done.", Some("So it is. Done.")),
        ("{one.*}", Some("z")),
        ("{nothing ?? a.empty ?? 'else'}", Some("else")),
        ("{nothing}", None),
        ("x[[ {nothing}]] {:who}", Some("x y")),
        ("{{{:who}}}", Some("{y}")),
        ("[1] {:who}", Some("[1] y")),
        ("{html|html}", Some("A & bc")),
        ("{when|date}", Some("2024-03-05T10:11:12Z")),
        ("{a.b.c|count}", Some("2")),
        ("{index|inverted}", Some("hello world again world")),
        ("{a.b.c|inverted}", None),
        ("{:who|upper|replace:'Y':'why'}", Some("why")),
    ] {
        assert_eq!(rendered(template).as_deref(), text, "{template}");
    }
}

#[test]
fn conditions_hold_as_written() {
    let (root, vars, maps) = (node(), vars(), Maps::new());
    let scope = Scope { vars: &vars, maps: &maps, root: &root, item: &root };
    for (condition, holds) in [
        ("a.b", true),
        ("one", true),
        ("a.empty", false),
        ("!one", false),
        ("a.b.c", true),
        ("!nothing", true),
        ("a.null", false),
        ("a.b.n > 2", true),
        ("a.b.n > 2.5", false),
        ("a.b.n <= 1", true),
        ("one.c == 'Z'", true),
        ("one.c != 'z'", false),
        ("html ~= 'AMP'", true),
        (":who == 'y'", true),
    ] {
        assert_eq!(Condition::parse(condition).unwrap().holds(scope), holds, "{condition}");
    }
}

proptest! {
    #[test]
    fn any_template_path_and_condition_is_read_or_refused(text in "[a-c{}\\[\\]|?:'.*$@!=<> é0-9-]{0,40}") {
        let (root, vars, maps) = (node(), vars(), Maps::new());
        let scope = Scope { vars: &vars, maps: &maps, root: &root, item: &root };
        for mode in [Mode::Request, Mode::Response] {
            if let Ok(template) = Template::parse(&text, mode) {
                for escape in [Escape::None, Escape::Url, Escape::Header] {
                    let _ = template.render(scope, escape);
                }
            }
        }
        if let Ok(path) = Path::parse(&text) {
            let _ = path.find(&root, &root, &vars);
        }
        if let Ok(condition) = Condition::parse(&text) {
            let _ = condition.holds(scope);
        }
    }

    #[test]
    fn any_text_is_stripped_dated_and_cleaned(text in "\\PC{0,60}") {
        let _ = (crate::html::strip(&text), crate::date::normalise(&text), crate::decimal::clean(&text));
        let _ = crate::extract::find("weather in **", &text);
    }

    #[test]
    fn a_value_never_leaves_its_place_in_a_url(value in "\\PC{1,40}") {
        let mut vars = Vars::default();
        vars.add("q", value.clone());
        let (root, maps) = (Node::Null, Maps::new());
        let scope = Scope { vars: &vars, maps: &maps, root: &root, item: &root };
        let url = Template::parse("https://a.example/p/{q}?x={q}", Mode::Request).unwrap().render(scope, Escape::Url);
        if let Some(url) = url {
            prop_assert!(url.starts_with("https://a.example/p/"));
            prop_assert_eq!(url.matches('?').count(), 1);
            prop_assert_eq!(url.matches('/').count(), 4);
        }
        let host = Template::parse("https://{q}.example/", Mode::Request).unwrap().render(scope, Escape::Url);
        prop_assert!(host.is_none_or(|url| url.matches(['.', '/', '@', ':']).count() == 5));
    }

    #[test]
    fn any_xml_is_read_or_refused(text in "[<>/a-c &;!\\[\\]='\"#?-]{0,60}") {
        let wanted = Wanted::everything();
        let _ = crate::xml::from_xml(text.as_bytes(), &wanted, &std::collections::BTreeMap::new());
    }
}
