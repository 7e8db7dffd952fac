//! `[sources.override.ID]`: what an operator says of a source holds, for what was installed as well; what is wrong is
//! named before the host starts.

use crate::host::Operator;
use crate::support::Author;
use crate::{QUESTION, zip_codes};

#[test]
fn an_operator_has_their_own_place_for_a_source() {
    let author = Author::new();
    let service = zip_codes();
    // Only the operator's own host is sent to the service: what answers was asked there.
    let own = format!(
        "[egress.overrides]\n\"zips.acme.example\" = \"{}\"\n[sources.override.demo]\nhosts = [\"zips.acme.example\"]\n\
         settings.variables.base = \"https://zips.acme.example\"\nenabled = true\nrequests_per_second = 9.0\n",
        service.url
    );
    let Some(_) = Operator::new(&author, "") else { return };
    // The mapping as a source of the bundle: as enterprise sources are, for a place that nobody has.
    author.ok(&["new", "demo", "--rest"]);
    let text = std::fs::read_to_string(author.folder.path().join("demo/sources.toml")).unwrap();
    let text = text.replace("hosts = [\"api.zippopotam.us\"]", "hosts = [\"your-site.example\"]\nenabled = false");
    let text = text.replace("https://api.zippopotam.us/us/{code}", "{base}/us/{code}");
    let text = text
        .replace("[source.settings]\n", "[source.settings]\nvariables = { base = \"https://your-site.example\" }\n");
    std::fs::write(author.folder.path().join("bundle/catalogue/demo.toml"), text).unwrap();

    let operator = Operator::new(&author, &own).unwrap();
    let shown = operator.ends(0, &["sources", "show", "demo"]);
    assert!(shown.contains("zips.acme.example") && !shown.contains("your-site"), "{shown}");
    let host = operator.serve();
    let answer = host.ask("demo", QUESTION);
    assert!(answer.contains("belongs to Lower Fernby"), "{answer}");
    host.stop();

    for (wrong, said) in [
        ("[sources.override.dmeo]\nenabled = true\n", "[sources.override.dmeo] is for no source"),
        ("[sources.override.demo]\nhots = []\n", "unknown field `hots`"),
        ("[sources.override.demo]\nhosts = [\"https://a.example\"]\n", "[sources.override.demo] `hosts`"),
        ("[sources.override.demo]\nsettings.itmes = 1\n", "[sources.override.demo] "),
    ] {
        let operator = Operator::new(&author, wrong).unwrap();
        let refused = operator.ends(1, &["serve"]);
        assert!(refused.contains(said), "`{said}` is not in:\n{refused}");
        assert!(!wrong.contains("itmes") || refused.contains("itmes"), "{refused}");
    }
}
