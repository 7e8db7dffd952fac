//! A folder as an asker has it: read, asked, changed, and asked again.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

use std::fs;
use std::path::Path;
use zero_egress::VirtualHost as _;
use zero_store::{FILES_HOST, FilesHost, FilesIndex, Hit};
use zero_types::connector::{Outcome, Request};

/// A PDF with one line of text on each page, as small as the format allows.
fn pdf(pages: &[&str]) -> Vec<u8> {
    let kids: Vec<_> = (0..pages.len()).map(|index| format!("{} 0 R", 4 + 2 * index)).collect();
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Kids[{}]/Count {}/MediaBox[0 0 600 800]>>", kids.join(" "), pages.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
    ];
    for (index, page) in pages.iter().enumerate() {
        let content = format!("BT /F1 12 Tf 50 700 Td ({page}) Tj ET");
        let resources = "<</Font<</F1 3 0 R>>>>";
        objects.push(format!("<</Type/Page/Parent 2 0 R/Resources{resources}/Contents {} 0 R>>", 5 + 2 * index));
        objects.push(format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()));
    }
    let mut file = "%PDF-1.4\n".to_owned();
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let xref = file.len();
    file += &format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for offset in offsets {
        file += &format!("{offset:010} 00000 n \n");
    }
    file += &format!("trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{xref}\n%%EOF\n", objects.len() + 1);
    file.into_bytes()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("home/.git")).unwrap();
    fs::write(at("home/kettle.md"), "# Kettle\n\nBought in May.\n\n## Warranty\n\nThe warranty lasts three years.\n")
        .unwrap();
    fs::write(at("lease.html"), "<title>Lease</title><h1>Terms</h1><p>The lease ends on 30 June.<script>no</script>")
        .unwrap();
    fs::write(at("manual.pdf"), pdf(&["Descale the boiler monthly.", "The thermostat clicks at ninety degrees."]))
        .unwrap();
    fs::write(at("notiz.txt"), "Die Verträge der Mieterinnen wurden gestern unterschrieben und liegen im Büro.\n")
        .unwrap();
    fs::write(at("cafe.txt"), "Le café du coin ouvre à sept heures.\n").unwrap();
    fs::write(at("tokyo.txt"), "東京都の人口は千四百万人です。\n").unwrap();
    fs::write(at("home/.git/secret.txt"), "warranty of the hidden thing").unwrap();
    fs::write(at(".hidden.md"), "warranty hidden as well").unwrap();
    fs::write(at("ignored.md"), "warranty ignored").unwrap();
    fs::write(at(".gitignore"), "ignored.md\n").unwrap();
    fs::write(at("broken.pdf"), b"%PDF-1.4\nnothing of the kind").unwrap();
    fs::write(at("latin.txt"), b"caf\xe9 warranty").unwrap();
    fs::write(at("photo.JPG"), b"\xff\xd8").unwrap();
    folder
}

fn open(folder: &Path) -> FilesIndex {
    FilesIndex::open_or_build(folder, None, |_| {}).unwrap()
}

fn best(index: &FilesIndex, query: &str) -> Hit {
    index.search(query, 5).unwrap().into_iter().next().unwrap_or_else(|| panic!("nothing for `{query}`"))
}

#[test]
fn every_format_is_found_by_what_it_says() {
    let folder = folder();
    let index = open(folder.path());
    let cases = [
        ("how long is the warranty", "home/kettle.md", "Kettle › Warranty", "The warranty lasts three years.", None),
        ("end of the lease", "lease.html", "Lease › Terms", "The lease ends on 30 June.", None),
        ("thermostats", "manual.pdf", "", "The thermostat clicks at ninety degrees.", Some(2)),
        (
            "vertrag",
            "notiz.txt",
            "",
            "Die Verträge der Mieterinnen wurden gestern unterschrieben und liegen im Büro.",
            None,
        ),
        ("CAFE", "cafe.txt", "", "Le café du coin ouvre à sept heures.", None),
        ("東京の人口", "tokyo.txt", "", "東京都の人口は千四百万人です。", None),
    ];
    for (query, path, title, text, page) in cases {
        let hit = best(&index, query);
        assert_eq!(
            (hit.path.as_str(), hit.title.as_str(), hit.text.as_str(), hit.page),
            (path, title, text, page),
            "{query}"
        );
        let document = index.document(path).unwrap().unwrap();
        assert_eq!(&document.text[hit.start as usize..hit.end as usize], text, "a passage is where it says it is");
        assert!(hit.modified.is_some_and(|time| time.ends_with('Z')), "{query}");
    }
    assert!(index.search("unicorn", 5).unwrap().is_empty());
    assert!(index.search("?!", 5).unwrap().is_empty());
}

#[test]
fn what_is_hidden_ignored_or_outside_stays_out_and_what_is_broken_is_named() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("outside.txt"), "warranty outside").unwrap();
    let folder = folder();
    #[cfg(unix)]
    for (target, link) in [(outside.path().to_owned(), "link"), (outside.path().join("outside.txt"), "link.txt")] {
        std::os::unix::fs::symlink(target, folder.path().join(link)).unwrap();
    }
    let index = open(folder.path());
    let paths: Vec<_> = index.search("warranty", 64).unwrap().into_iter().map(|hit| hit.path).collect();
    assert_eq!(paths, ["home/kettle.md"]);
    for path in ["../outside.txt", "/etc/passwd", "link/outside.txt", ".hidden.md", "home/.git/secret.txt", ""] {
        assert!(index.document(path).unwrap().is_none(), "{path}");
    }
    let report = index.report();
    let unread: Vec<_> = report.unread.iter().map(|unread| unread.path.as_str()).collect();
    assert_eq!(unread, ["broken.pdf", "latin.txt"]);
    assert!(report.unread.iter().all(|unread| !unread.why.is_empty()));
    assert_eq!((report.files, report.skipped.get("jpg")), (6, Some(&1)));
}

#[test]
fn a_second_opening_reads_only_what_changed() {
    let folder = folder();
    let index_dir = tempfile::tempdir().unwrap();
    let open = || {
        let mut read = Vec::new();
        let index =
            FilesIndex::open_or_build(folder.path(), Some(index_dir.path()), |step| read.push(step.path.to_owned()));
        read.retain(|path| path != "broken.pdf" && path != "latin.txt");
        (index.unwrap(), read)
    };
    assert_eq!(open().1.len(), 6);
    let (index, read) = open();
    assert_eq!((index.report().unchanged, read), (6, Vec::new()));

    fs::write(folder.path().join("home/kettle.md"), "# Kettle\n\nIt went to the flea market.\n").unwrap();
    fs::remove_file(folder.path().join("lease.html")).unwrap();
    let (index, read) = open();
    assert_eq!(read, ["home/kettle.md"]);
    assert_eq!((index.report().files, index.report().removed), (5, 1));
    assert!(index.search("warranty", 5).unwrap().is_empty() && index.search("lease", 5).unwrap().is_empty());
    assert_eq!(best(&index, "flea market").path, "home/kettle.md");

    drop(index);
    for entry in fs::read_dir(index_dir.path().join("files-1")).unwrap() {
        fs::write(entry.unwrap().path(), b"garbage").unwrap();
    }
    assert_eq!(open().1.len(), 5, "an index that is spoilt is made again");
}

#[test]
fn a_pdf_that_contains_itself_costs_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let good = String::from_utf8(pdf(&["The good page."])).unwrap();
    fs::write(folder.path().join("good.pdf"), &good).unwrap();
    let own_parent = good.replace("<</Type/Pages/Kids", "<</Parent 2 0 R/Type/Pages/Kids");
    fs::write(folder.path().join("parent.pdf"), own_parent).unwrap();
    let mut itself = good.replace("/Resources<</Font<</F1 3 0 R>>>>", "/Resources<</XObject<</X 6 0 R>>>>");
    let form = "6 0 obj\n<</Type/XObject/Subtype/Form/Resources<</XObject<</X 6 0 R>>>>/Length 5>>\nstream\n/X Do\nendstream\nendobj\n";
    itself = itself.replace("xref\n0", &format!("{form}xref\n0"));
    fs::write(folder.path().join("itself.pdf"), itself).unwrap();
    for (cut, name) in [(3, "a"), (2, "b")] {
        fs::write(folder.path().join(format!("{name}.pdf")), &good[..good.len() / cut]).unwrap();
    }
    let index = open(folder.path());
    assert_eq!(best(&index, "good page").path, "good.pdf");
}

#[tokio::test]
async fn the_host_answers_as_a_service_does() {
    let folder = folder();
    let host = FilesHost::new(open(folder.path()));
    let ask = async |path: &str| {
        let request = Request::get(format!("https://{FILES_HOST}{path}"));
        let Outcome::Response(response) = host.handle(request).await else { panic!("no response") };
        (response.status, serde_json::from_slice::<serde_json::Value>(&response.body).unwrap())
    };
    let (status, found) = ask("/search?q=warranty%20kettle&limit=3").await;
    assert_eq!((status, found["hits"][0]["path"].as_str()), (200, Some("home/kettle.md")));
    assert_eq!(found["hits"][0]["title"], "Kettle › Warranty");
    assert_eq!(ask("/document?path=home%2Fkettle.md").await.0, 200);
    for (path, status) in
        [("/search", 400), ("/search?q=a&limit=x", 400), ("/document?path=nothing.md", 404), ("/", 404)]
    {
        assert_eq!(ask(path).await.0, status, "{path}");
    }
    let posted = host.handle(Request::post(format!("https://{FILES_HOST}/search?q=a"), "text/plain", "x")).await;
    assert!(matches!(posted, Outcome::Response(response) if response.status == 405));
}
