//! One feed of each format and of each usual mistake, read by the same rules.

use crate::entry::Feed;
use crate::read;
use zero_connector_sdk::{Outcome, Response};

fn feed(body: &str) -> Feed {
    let outcome = Outcome::Response(Response { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec() });
    read::feed(&outcome, "https://a.example/feeds/f.xml").unwrap_or_else(|failure| panic!("{body}: {failure:?}"))
}

/// Entries as `title | text | url | date | author`.
fn check(body: &str, entries: &[&str]) {
    let feed = feed(body);
    let found: Vec<String> = feed
        .entries
        .iter()
        .map(|entry| {
            let url = entry.url.as_ref().map_or("", |(_, url)| url.as_str());
            let date = entry.moment().map_or("", |moment| moment.iso.as_str());
            format!("{} | {} | {url} | {date} | {}", entry.title(), entry.body(), entry.author)
        })
        .collect();
    assert_eq!(found, entries, "{body}");
}

#[test]
fn every_format_is_read() {
    check(
        r#"<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
        <channel><title>Harbour</title><link>https://h.example/</link><image><title>no</title><link>https://no.example/</link></image>
        <item><title>Fog &amp; lanterns</title><link>/fog</link><description>&lt;p&gt;Short.&lt;/p&gt;</description>
          <content:encoded><![CDATA[<p>Longer than <b>short</b>.</p>]]></content:encoded>
          <pubDate>Mon, 01 Mar 2027 09:30:00 GMT</pubDate><dc:creator>Ada Example</dc:creator><source url="https://s.example/">S</source></item>
        <item><guid>https://h.example/2</guid><description>Only words</description></item>
        <item><guid isPermaLink="false">https://h.example/3</guid><title>No link</title></item></channel></rss>"#,
        &[
            "Fog & lanterns | Longer than short. | https://h.example/fog | 2027-03-01T09:30:00Z | Ada Example",
            " | Only words | https://h.example/2 |  | ",
            "No link |  |  |  | ",
        ],
    );
    check(
        r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:d="http://purl.org/dc/elements/1.1/">
        <channel rdf:about="https://h.example/"><title>H</title><items><rdf:Seq><rdf:li rdf:resource="x"/></rdf:Seq></items></channel>
        <item rdf:about="https://h.example/1"><title>One</title><description>Text</description><d:date>2027-03-01</d:date><d:creator>B</d:creator></item>
        </rdf:RDF>"#,
        &["One | Text | https://h.example/1 | 2027-03-01 | B"],
    );
    check(
        r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.example/x/"><title>A</title><link rel="self" href="self"/>
        <entry xml:base="y/"><title type="text">The &lt;blink&gt; tag</title><link rel="self" href="no"/><link href="z"/>
          <id>tag:b.example,2027:1</id><summary>Sum</summary><published>2027-03-01T09:30:00+01:00</published><updated>2027-03-02T00:00:00Z</updated>
          <author><name>Ada</name><email>ada@b.example</email><uri>https://ada.example/</uri></author>
          <source><title>Not this</title><id>https://not.example/</id></source>
          <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Real <em>mark</em>up &lt;b&gt;</p><p>two</p></div></content></entry></feed>"#,
        &["The <blink> tag | Real markup <b> two | https://b.example/x/y/z | 2027-03-01T09:30:00+01:00 | Ada"],
    );
    check(
        r#"<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title mode="escaped" type="text/html">A &amp;amp; B</title>
        <link rel="alternate" type="text/html" href="https://o.example/1"/><issued>2003-12-31T10:14:55Z</issued>
        <content mode="base64" type="text/html">PHA+RW5jb2RlZDwvcD4=</content></entry></feed>"#,
        &["A & B | Encoded | https://o.example/1 | 2003-12-31T10:14:55Z | "],
    );
    check(
        r#"<atom:feed xmlns:atom="http://www.w3.org/2005/Atom"><atom:entry><atom:title>P</atom:title><atom:link href="https://p.example/"/></atom:entry></atom:feed>"#,
        &["P |  | https://p.example/ |  | "],
    );
    check(
        r#"<CHANNEL BASE="https://c.example/"><ITEM HREF="one.html"><TITLE>Cdf</TITLE><ABSTRACT>Old</ABSTRACT></ITEM></CHANNEL>"#,
        &["Cdf | Old | https://c.example/one.html |  | "],
    );
    check(
        r#"{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","url":"https://j.example/1","title":"J","content_html":"<p>x</p>",
        "authors":[{"name":"Ada"},{"name":"Bob"}],"date_published":"2027-03-01T09:30:00Z"}]}"#,
        &["J | x | https://j.example/1 | 2027-03-01T09:30:00Z | Ada, Bob"],
    );
    check(
        r#"<rss xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:media="http://search.yahoo.com/mrss/"><channel><item>
        <itunes:title>Ep</itunes:title><itunes:summary>About fog</itunes:summary><itunes:author>Pod</itunes:author>
        <media:group><media:title>M</media:title><media:description>D</media:description></media:group>
        <enclosure url="https://e.example/1.mp3" type="audio/mpeg"/></item></channel></rss>"#,
        &["Ep | About fog | https://e.example/1.mp3 |  | Pod"],
    );
}

#[test]
fn every_usual_mistake_is_read() {
    let one =
        |inner: &str, entry: &str| check(&format!("<rss><channel><item>{inner}</item></channel></rss>"), &[entry]);
    one("<title>Q & A &nbsp;&eacute;&hellip;</title>", "Q & A é… |  |  |  | ");
    one("<title>a < b and <b>c</b></title>", "a < b and c |  |  |  | ");
    one(
        "<title>Unclosed<link>https://u.example/</link><description>d</description>",
        "Unclosed | d | https://u.example/ |  | ",
    );
    one("<description><p>para <br> two<p>three</description><title>t</title>", "t | para two three |  |  | ");
    one("<title><![CDATA[a]]> &amp; <![CDATA[b]]></title>", "a & b |  |  |  | ");
    one("<description>&amp;lt;b&amp;gt; stays</description>", " | <b> stays |  |  | ");
    one("<title>don&#146;t &#x201C;x&#x201D; &#0;</title>", "don’t “x” \u{FFFD} |  |  |  | ");
    one(
        "<link>https://u.example/?a=1&b=2&amp;c=3</link><title>t</title>",
        "t |  | https://u.example/?a=1&b=2&c=3 |  | ",
    );
    one(
        "<dc:date>2027-03</dc:date><dc:creator>No namespace</dc:creator><title>t</title>",
        "t |  |  | 2027-03 | No namespace",
    );
    one("<title attr=unquoted other='x'>t</title><guid isPermaLink='false'>x</guid>", "t |  |  |  | ");
}

#[test]
fn a_document_that_breaks_off_gives_what_stood_before() {
    let head = "<rss><channel><item><title>One</title><description>d</description></item><item><title>Two";
    for tail in [
        "",
        "</ti",
        "<![CDATA[ half",
        "<!-- half",
        " <b attr=\"",
        "&",
        "<?half",
        "<!DOCTYPE x [",
        "</nothing></nothing>",
    ] {
        let feed = feed(&format!("{head}{tail}"));
        let titles: Vec<&str> = feed.entries.iter().map(|entry| entry.title()).collect();
        assert!(titles.len() == 2 && titles[0] == "One" && titles[1].starts_with("Two"), "{tail}: {titles:?}");
    }
    check(
        "junk before <?xml version='1.0'?>\n<rss><channel><item><title>J</title></item></channel></rss> junk after",
        &["J |  |  |  | "],
    );
    check(
        "\u{FEFF}\n\n<?xml version='1.0'?><rss><item><title>No channel</title></item></rss>",
        &["No channel |  |  |  | "],
    );
    check(
        "<rss><channel><item><title>A</title><item><title>B</title></channel></rss>",
        &["A |  |  |  | ", "B |  |  |  | "],
    );
}
