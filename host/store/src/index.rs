//! The index of a folder: opened, and brought up to what the folder holds now.
//!
//! Takes a folder and where to keep the index; gives the index and a report. Fails when either cannot be opened or
//! written. Limits: memory of the writer. Why it is so: a file is read again only when its size or time of change
//! differs, so opening a large folder a second time costs one walk; all changes are committed at once, so whoever
//! searches sees the folder as it was or as it is.

use crate::passages::cut;
use crate::read::read;
use crate::schema::{Fields, STEMMED, VERSION, language, register, schema};
use crate::walk::{Entry, walk};
use crate::{Progress, Report, Unread};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tantivy::directory::MmapDirectory;
use tantivy::schema::document::TantivyDocument;
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Term};
use zero_pipeline::limits::{FILE_BYTES_MAX, INDEX_BUFFER_BYTES};

/// What can be asked of a folder. Cheap to clone.
#[derive(Clone)]
pub struct FilesIndex(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) reader: IndexReader,
    pub(crate) index: Index,
    pub(crate) fields: Fields,
    /// Tags of the languages that occur, with their field of stems.
    pub(crate) stems: Vec<(&'static str, tantivy::schema::Field)>,
    report: Report,
}

/// Why a folder cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No folder, or one that may not be read.
    #[error("folder `{path}` cannot be read: {source}")]
    Folder {
        /// As it was given.
        path: PathBuf,
        /// The system's own words.
        source: std::io::Error,
    },
    /// Nowhere to keep the index.
    #[error("index in `{path}` cannot be written: {source}")]
    IndexDir {
        /// As it was given.
        path: PathBuf,
        /// The system's own words.
        source: std::io::Error,
    },
    /// Another process writes to the index.
    #[error(
        "the index in `{0}` is being written by another process\n\nhint: wait for it, or keep this index elsewhere"
    )]
    Locked(PathBuf),
    /// The index itself failed.
    #[error("the index failed: {0}")]
    Index(#[from] tantivy::TantivyError),
}

impl FilesIndex {
    /// Reads a folder, or what changed of it since `index_dir` was written. Without `index_dir` the index lives in memory.
    /// Blocks; call it from a thread that may.
    ///
    /// # Errors
    /// When the folder cannot be read or the index cannot be written; never because of a single file.
    pub fn open_or_build(
        folder: &Path,
        index_dir: Option<&Path>,
        mut progress: impl FnMut(Progress<'_>),
    ) -> Result<Self, StoreError> {
        let unreadable = |source| StoreError::Folder { path: folder.to_owned(), source };
        let root = folder.canonicalize().map_err(unreadable)?;
        std::fs::read_dir(&root).map_err(unreadable)?;
        let (schema, fields) = schema();
        let index = match index_dir {
            None => Index::create_in_ram(schema),
            Some(dir) => open_or_create(dir, schema)?,
        };
        register(&index);
        let mut report = Report::default();
        let entries = walk(&root, index_dir, &mut report);
        update(&index, &fields, index_dir, &entries, &mut report, &mut progress)?;

        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let stems = stems_in_use(&reader, &fields)?;
        let documents = usize::try_from(reader.searcher().num_docs()).unwrap_or(usize::MAX);
        report.files = known_files(&index)?.len();
        report.passages = documents.saturating_sub(report.files);
        Ok(Self(Arc::new(Inner { reader, index, fields, stems, report })))
    }

    /// What the reading of the folder came to.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.0.report
    }
}

fn open_or_create(dir: &Path, schema: tantivy::schema::Schema) -> Result<Index, StoreError> {
    let dir = dir.join(VERSION);
    let unwritable = |source| StoreError::IndexDir { path: dir.clone(), source };
    std::fs::create_dir_all(&dir).map_err(unwritable)?;
    let open = || MmapDirectory::open(&dir).map_err(|error| unwritable(std::io::Error::other(error)));
    if let Ok(index) = Index::open_or_create(open()?, schema.clone()) {
        return Ok(index);
    }
    // What cannot be opened any more is made again: all of it is in the folder. The directory is this crate's own.
    std::fs::remove_dir_all(&dir).map_err(unwritable)?;
    std::fs::create_dir_all(&dir).map_err(unwritable)?;
    Ok(Index::open_or_create(open()?, schema)?)
}

fn update(
    index: &Index,
    fields: &Fields,
    index_dir: Option<&Path>,
    entries: &[Entry],
    report: &mut Report,
    progress: &mut impl FnMut(Progress<'_>),
) -> Result<(), StoreError> {
    let mut known = known_files(index)?;
    let changed: Vec<&Entry> = entries
        .iter()
        .filter(|entry| {
            let same = known.get(&entry.path) == Some(&(entry.bytes, entry.modified_ms));
            if same {
                known.remove(&entry.path);
                report.unchanged += 1;
            }
            !same
        })
        .collect();
    if changed.is_empty() && known.is_empty() {
        return Ok(());
    }
    let mut writer: IndexWriter =
        index.writer_with_num_threads(1, INDEX_BUFFER_BYTES).map_err(|error| match error {
            tantivy::TantivyError::LockFailure(..) => {
                StoreError::Locked(index_dir.unwrap_or(Path::new("memory")).to_owned())
            }
            error => StoreError::Index(error),
        })?;
    for path in known.keys() {
        writer.delete_term(Term::from_field_text(fields.path, path));
    }
    let again: BTreeSet<&str> = changed.iter().map(|entry| entry.path.as_str()).collect();
    report.removed = known.keys().filter(|path| !again.contains(path.as_str())).count();
    for (done, entry) in changed.iter().enumerate() {
        progress(Progress { done, total: changed.len(), path: &entry.path });
        if let Err(why) = add(&writer, fields, entry)? {
            report.unread.push(Unread { path: entry.path.clone(), why });
        }
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    Ok(())
}

/// The outer error is the index's, the inner one the file's.
fn add(writer: &IndexWriter, fields: &Fields, entry: &Entry) -> Result<Result<(), String>, StoreError> {
    // It may have grown since the walk.
    let read = std::fs::File::open(&entry.at).and_then(|file| {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::Read::take(file, FILE_BYTES_MAX), &mut bytes)?;
        Ok(bytes)
    });
    let text = match read.map_err(|error| error.to_string()).and_then(|bytes| read_format(entry, &bytes)) {
        Ok(text) => text,
        Err(why) => return Ok(Err(why)),
    };
    let of_document = language(&text.text);
    for passage in cut(&text) {
        let body = text.text.get(passage.start..passage.end).unwrap_or_default();
        let language = language(body).or(of_document);
        let mut document = TantivyDocument::new();
        document.add_text(fields.path, &entry.path);
        document.add_i64(fields.modified_ms, entry.modified_ms);
        document.add_text(fields.title, &passage.title);
        document.add_text(fields.body, body);
        document.add_u64(fields.start, passage.start as u64);
        document.add_u64(fields.end, passage.end as u64);
        if let Some(page) = passage.page {
            document.add_u64(fields.page, u64::from(page));
        }
        if let Some(language) = language {
            document.add_text(fields.language, language);
        }
        // A line too short to tell its language is most often found by English endings, which do other words no harm.
        let stemmer = language.unwrap_or(STEMMER_DEFAULT);
        let stemmed = STEMMED.iter().zip(&fields.stems).find(|(stemmed, _)| stemmed.tag == stemmer);
        if let Some((_, &field)) = stemmed {
            document.add_text(field, body);
        }
        writer.add_document(document)?;
    }
    let mut file = TantivyDocument::new();
    file.add_text(fields.path, &entry.path);
    file.add_u64(fields.bytes, entry.bytes);
    file.add_i64(fields.modified_ms, entry.modified_ms);
    file.add_text(fields.whole, &text.text);
    writer.add_document(file)?;
    Ok(Ok(()))
}

fn read_format(entry: &Entry, bytes: &[u8]) -> Result<crate::read::Text, String> {
    read(entry.format, bytes)
}

/// Files of the index, with their size and time of change.
fn known_files(index: &Index) -> Result<BTreeMap<String, (u64, i64)>, StoreError> {
    let reader: IndexReader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    let mut known = BTreeMap::new();
    for segment in reader.searcher().segment_readers() {
        let columns = segment.fast_fields();
        let (Some(paths), bytes, modified) = (columns.str("path")?, columns.u64("bytes")?, columns.i64("modified_ms")?)
        else {
            continue;
        };
        for document in segment.doc_ids_alive() {
            // Passages have no size.
            let (Some(bytes), Some(modified)) = (bytes.first(document), modified.first(document)) else { continue };
            let mut path = String::new();
            if let Some(ordinal) = paths.term_ords(document).next()
                && paths.ord_to_str(ordinal, &mut path).is_ok_and(|found| found)
            {
                known.insert(path, (bytes, modified));
            }
        }
    }
    Ok(known)
}

fn stems_in_use(
    reader: &IndexReader,
    fields: &Fields,
) -> Result<Vec<(&'static str, tantivy::schema::Field)>, StoreError> {
    let searcher = reader.searcher();
    let mut stems = Vec::new();
    for (language, &field) in STEMMED.iter().zip(&fields.stems) {
        if language.tag == STEMMER_DEFAULT
            || searcher.doc_freq(&Term::from_field_text(fields.language, language.tag))? > 0
        {
            stems.push((language.tag, field));
        }
    }
    Ok(stems)
}

const STEMMER_DEFAULT: &str = "en";
