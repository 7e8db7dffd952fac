//! Records by table and name, within one transaction.

use crate::VaultError;
use crate::limits::{LISTED_MAX, NAME_BYTES_MAX, RECORD_BYTES_MAX};
use crate::seal::Sealer;
use redb::{ReadableTable, TableDefinition};
use zeroize::Zeroizing;

/// Every record, by table and name.
pub(crate) const RECORDS: TableDefinition<'_, (&str, &str), &[u8]> = TableDefinition::new("records");
/// The wrapped data key.
pub(crate) const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");

/// The name of a table, a constant of whoever owns it: `"accounts"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table(pub &'static str);

/// What was sealed; its memory is cleared when it is dropped.
pub type Secret = Zeroizing<Vec<u8>>;
/// Records in order of their names.
pub type Listed = Vec<(String, Secret)>;

/// The vault at one moment.
pub struct Read<'t> {
    table: &'t dyn Records,
    sealer: &'t Sealer,
}

/// The vault while it is changed.
pub struct Write<'t, 's> {
    table: redb::Table<'t, (&'static str, &'static str), &'static [u8]>,
    sealer: &'s Sealer,
}

/// What can be read of redb's two kinds of tables.
trait Records {
    fn one(&self, table: &str, name: &str) -> Result<Option<Vec<u8>>, VaultError>;
    fn some(&self, table: &str, from: &str, wanted: &mut Wanted<'_>) -> Result<(), VaultError>;
}

/// Takes a sealed record; false wants no more.
type Wanted<'w> = dyn FnMut(&str, &[u8]) -> Result<bool, VaultError> + 'w;

impl<T: ReadableTable<(&'static str, &'static str), &'static [u8]>> Records for T {
    fn one(&self, table: &str, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
        Ok(self.get((table, name)).map_err(VaultError::store)?.map(|sealed| sealed.value().to_vec()))
    }

    fn some(&self, table: &str, from: &str, wanted: &mut Wanted<'_>) -> Result<(), VaultError> {
        for entry in self.range((table, from)..).map_err(VaultError::store)? {
            let (at, sealed) = entry.map_err(VaultError::store)?;
            let (of, name) = at.value();
            if of != table || !wanted(name, sealed.value())? {
                break;
            }
        }
        Ok(())
    }
}

impl<'t> Read<'t> {
    pub(crate) fn new(
        table: &'t impl ReadableTable<(&'static str, &'static str), &'static [u8]>,
        sealer: &'t Sealer,
    ) -> Self {
        Self { table, sealer }
    }

    /// One record.
    ///
    /// # Errors
    /// It is damaged, or the store is.
    pub fn get(&self, table: Table, name: &str) -> Result<Option<Secret>, VaultError> {
        get(self.table, self.sealer, table, name)
    }

    /// The records whose names begin with `prefix`, in order, after the name `after`: at most [`LISTED_MAX`] of them.
    ///
    /// # Errors
    /// One of them is damaged, or the store is.
    pub fn list(&self, table: Table, prefix: &str, after: Option<&str>) -> Result<Listed, VaultError> {
        list(self.table, self.sealer, table, prefix, after)
    }
}

impl<'t, 's> Write<'t, 's> {
    pub(crate) fn new(table: redb::Table<'t, (&'static str, &'static str), &'static [u8]>, sealer: &'s Sealer) -> Self {
        Self { table, sealer }
    }

    /// As [`Read::get`], with what this transaction wrote.
    ///
    /// # Errors
    /// As there.
    pub fn get(&self, table: Table, name: &str) -> Result<Option<Secret>, VaultError> {
        get(&self.table, self.sealer, table, name)
    }

    /// As [`Read::list`], with what this transaction wrote.
    ///
    /// # Errors
    /// As there.
    pub fn list(&self, table: Table, prefix: &str, after: Option<&str>) -> Result<Listed, VaultError> {
        list(&self.table, self.sealer, table, prefix, after)
    }

    /// Writes a record, over the one of this name if there is one.
    ///
    /// # Errors
    /// The record is too large, its name too long, or the store fails.
    pub fn put(&mut self, table: Table, name: &str, record: &[u8]) -> Result<(), VaultError> {
        if record.len() > RECORD_BYTES_MAX {
            return Err(VaultError::TooLarge { bytes: record.len() });
        }
        if name.is_empty() || name.len() > NAME_BYTES_MAX {
            return Err(VaultError::Name { bytes: name.len() });
        }
        let sealed = self.sealer.seal(table.0, name, record)?;
        self.table.insert((table.0, name), sealed.as_slice()).map_err(VaultError::store)?;
        Ok(())
    }

    /// Removes a record; whether there was one.
    ///
    /// # Errors
    /// The store fails.
    pub fn delete(&mut self, table: Table, name: &str) -> Result<bool, VaultError> {
        Ok(self.table.remove((table.0, name)).map_err(VaultError::store)?.is_some())
    }
}

fn get(records: &dyn Records, sealer: &Sealer, table: Table, name: &str) -> Result<Option<Secret>, VaultError> {
    records.one(table.0, name)?.map(|sealed| sealer.open(table.0, name, &sealed)).transpose()
}

fn list(
    records: &dyn Records,
    sealer: &Sealer,
    table: Table,
    prefix: &str,
    after: Option<&str>,
) -> Result<Listed, VaultError> {
    let mut listed = Listed::new();
    let from = after.filter(|after| *after > prefix).unwrap_or(prefix);
    records.some(table.0, from, &mut |name, sealed| {
        if !name.starts_with(prefix) || listed.len() >= LISTED_MAX {
            return Ok(false);
        }
        if Some(name) != after {
            listed.push((name.to_owned(), sealer.open(table.0, name, sealed)?));
        }
        Ok(true)
    })?;
    Ok(listed)
}

/// Opens every record with one key and seals it with the other; how many there are.
pub(crate) fn reseal(
    mut table: redb::Table<'_, (&'static str, &'static str), &'static [u8]>,
    from: &Sealer,
    to: &Sealer,
) -> Result<u64, VaultError> {
    let mut failed = None;
    let mut count = 0_u64;
    let mut names: Vec<(String, String)> = Vec::new();
    for entry in table.iter().map_err(VaultError::store)? {
        let (at, _) = entry.map_err(VaultError::store)?;
        let (of, name) = at.value();
        names.push((of.to_owned(), name.to_owned()));
    }
    for (of, name) in names {
        let at = (of.as_str(), name.as_str());
        let sealed = table.get(at).map_err(VaultError::store)?.map(|sealed| sealed.value().to_vec());
        let resealed = sealed.map(|sealed| to.seal(&of, &name, &from.open(&of, &name, &sealed)?)).transpose();
        match resealed {
            Ok(Some(sealed)) => {
                table.insert(at, sealed.as_slice()).map_err(VaultError::store)?;
                count += 1;
            }
            Ok(None) => {}
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    failed.map_or(Ok(count), Err)
}
