//! The vault: secrets of a host, sealed at rest.
//!
//! - **Takes** a folder and a master key: a file that only its owner may read, made on first use, or 64 hexadecimal
//!   digits from wherever the caller has them (an environment variable, a secret manager).
//! - **Gives** transactions over tables of records. A record is bytes under a name; a transaction sees one moment, and
//!   what it writes is on disk as a whole, or not at all.
//! - **Fails** with a [`VaultError`] that tells a wrong key from a damaged record and from a store that another process
//!   has open, and never with what was sealed.
//! - **Limits**: [`limits`]. One process at a time; one writer at a time, whom others await. Calls block for the disk, so
//!   an async caller makes them on a thread for blocking work.
//! - **Why it is so**: each record is sealed on its own (AES-256-GCM-SIV, a fresh nonce every time) with its table and
//!   name as associated data, so a record that is moved or swapped on disk does not open. Records are sealed with a data
//!   key that the master key wraps: a changed master key costs one transaction, and the new data key makes a copy of the
//!   old pair worthless for what is written afterwards. Tables and names are readable on disk: put no secret into them.
//!   Nobody who replaces the whole file by an older copy is found out.

mod error;
pub mod limits;
mod master;
mod seal;
mod transaction;

pub use error::VaultError;
pub use master::{KEY_FILE, Master, MasterKey};
pub use transaction::{Listed, Read, Secret, Table, Write};

use master::Source;
use redb::{Database, ReadableDatabase as _};
use seal::Sealer;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};
use transaction::{META, RECORDS};

/// The store's file in its folder.
pub const VAULT_FILE: &str = "vault.redb";
const DATA_KEY: &str = "data-key";

/// An open vault.
pub struct Vault {
    database: Database,
    /// Changed by [`Vault::reseal`] alone; whoever reads or writes holds it meanwhile.
    sealer: RwLock<Sealer>,
    source: Source,
    path: PathBuf,
}

impl core::fmt::Debug for Vault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Vault").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Vault {
    /// Opens the vault of this folder, or makes it, and the folder, and a key file if that is where the key is to be.
    ///
    /// # Errors
    /// The key is not this vault's or can be read by others, the file is damaged, or another process has it open.
    pub fn open(folder: &Path, master: Master) -> Result<Self, VaultError> {
        make_private_folder(folder)?;
        let path = folder.join(VAULT_FILE);
        let exists = path.exists();
        let source = master.source(folder);
        let keys = source.keys(exists)?;
        let database = open_database(&path)?;
        restrict(&path)?;
        let sealer = match wrapped_data_key(&database)? {
            Some(wrapped) => unwrap_data_key(&keys, &wrapped, &source, &path)?,
            None => first_data_key(&database, &keys)?,
        };
        Ok(Self { database, sealer: RwLock::new(sealer), source, path })
    }

    /// Looks at one moment of the vault. Do not call the vault again from within `work`: a waiting [`Vault::reseal`]
    /// would stop both.
    ///
    /// # Errors
    /// The store cannot be read, or as `work` says.
    pub fn read<T, E: From<VaultError>>(&self, work: impl FnOnce(&Read<'_>) -> Result<T, E>) -> Result<T, E> {
        let sealer = self.sealer.read().unwrap_or_else(PoisonError::into_inner);
        let transaction = self.database.begin_read().map_err(VaultError::store)?;
        let table = transaction.open_table(RECORDS).map_err(VaultError::store)?;
        work(&Read::new(&table, &sealer))
    }

    /// Changes the vault: all of what `work` writes once it returns `Ok`, nothing when it fails. As [`Vault::read`], not
    /// from within another.
    ///
    /// # Errors
    /// The store cannot be written, or as `work` says.
    pub fn write<T, E: From<VaultError>>(&self, work: impl FnOnce(&mut Write<'_, '_>) -> Result<T, E>) -> Result<T, E> {
        let sealer = self.sealer.read().unwrap_or_else(PoisonError::into_inner);
        let transaction = self.database.begin_write().map_err(VaultError::store)?;
        let worked = {
            let table = transaction.open_table(RECORDS).map_err(VaultError::store)?;
            work(&mut Write::new(table, &sealer))
        };
        match worked {
            Ok(done) => transaction.commit().map_err(VaultError::store).map(|()| done).map_err(E::from),
            Err(error) => {
                // The store is as it was, whether or not it can still be told so.
                let _ = transaction.abort();
                Err(error)
            }
        }
    }

    /// One record.
    ///
    /// # Errors
    /// As [`Read::get`].
    pub fn get(&self, table: Table, name: &str) -> Result<Option<Secret>, VaultError> {
        self.read(|view| view.get(table, name))
    }

    /// Writes one record.
    ///
    /// # Errors
    /// As [`Write::put`].
    pub fn put(&self, table: Table, name: &str, record: &[u8]) -> Result<(), VaultError> {
        self.write(|view| view.put(table, name, record))
    }

    /// Removes one record, if there is one.
    ///
    /// # Errors
    /// As [`Write::delete`].
    pub fn delete(&self, table: Table, name: &str) -> Result<bool, VaultError> {
        self.write(|view| view.delete(table, name))
    }

    /// Seals everything anew under a new master key: `given`, or, for a vault whose key is in a file, one that is drawn
    /// and replaces the file. Gives the number of records. The old key opens nothing afterwards.
    ///
    /// # Errors
    /// A record is damaged, or the store cannot be written: then the old key still counts. A vault whose key was given
    /// needs another that is given.
    pub fn reseal(&self, given: Option<MasterKey>) -> Result<u64, VaultError> {
        let mut sealer = self.sealer.write().unwrap_or_else(PoisonError::into_inner);
        let key = self.source.prepare(given)?;
        let (data_key, fresh) = seal::draw()?;
        let transaction = self.database.begin_write().map_err(VaultError::store)?;
        let resealed = {
            let table = transaction.open_table(RECORDS).map_err(VaultError::store)?;
            let mut meta = transaction.open_table(META).map_err(VaultError::store)?;
            let wrapped = key.sealer()?.seal(DATA_KEY, "", &data_key[..])?;
            meta.insert(DATA_KEY, wrapped.as_slice()).map_err(VaultError::store)?;
            transaction::reseal(table, &sealer, &fresh)?
        };
        transaction.commit().map_err(VaultError::store)?;
        *sealer = fresh;
        self.source.settle()?;
        Ok(resealed)
    }
}

/// What sealed the data key lies in the store, under the name of nothing else.
fn wrapped_data_key(database: &Database) -> Result<Option<Vec<u8>>, VaultError> {
    let transaction = database.begin_read().map_err(VaultError::store)?;
    let table = match transaction.open_table(META) {
        Err(redb::TableError::TableDoesNotExist(_)) => return Ok(None),
        table => table.map_err(VaultError::store)?,
    };
    Ok(table.get(DATA_KEY).map_err(VaultError::store)?.map(|wrapped| wrapped.value().to_vec()))
}

fn unwrap_data_key(keys: &[MasterKey], wrapped: &[u8], source: &Source, path: &Path) -> Result<Sealer, VaultError> {
    for (index, key) in keys.iter().enumerate() {
        match key.sealer()?.open(DATA_KEY, "", wrapped) {
            Ok(data_key) => {
                // A vault that was resealed as the machine stopped is under the key that waits beside the old one.
                if index == 0 {
                    source.forget()?
                } else {
                    source.settle()?
                }
                return Sealer::new(&data_key);
            }
            Err(VaultError::Version { version, .. }) => {
                return Err(VaultError::Version { version, place: path.display().to_string() });
            }
            Err(_) => {}
        }
    }
    Err(VaultError::WrongKey { path: path.to_owned(), source_name: source.to_string() })
}

fn first_data_key(database: &Database, keys: &[MasterKey]) -> Result<Sealer, VaultError> {
    let (data_key, sealer) = seal::draw()?;
    let wrapped = keys.first().ok_or(VaultError::Cryptography)?.sealer()?.seal(DATA_KEY, "", &data_key[..])?;
    let transaction = database.begin_write().map_err(VaultError::store)?;
    {
        transaction.open_table(RECORDS).map_err(VaultError::store)?;
        let mut meta = transaction.open_table(META).map_err(VaultError::store)?;
        meta.insert(DATA_KEY, wrapped.as_slice()).map_err(VaultError::store)?;
    }
    transaction.commit().map_err(VaultError::store)?;
    Ok(sealer)
}

fn open_database(path: &Path) -> Result<Database, VaultError> {
    let opened = std::panic::catch_unwind(|| redb::Builder::new().set_cache_size(limits::CACHE_BYTES).create(path));
    match opened {
        Ok(Ok(database)) => Ok(database),
        Ok(Err(redb::DatabaseError::DatabaseAlreadyOpen)) => Err(VaultError::InUse { path: path.to_owned() }),
        Ok(Err(error)) => Err(VaultError::File { path: path.to_owned(), why: error.to_string() }),
        // A file whose pages contradict each other makes the store give up loudly.
        Err(_) => Err(VaultError::File { path: path.to_owned(), why: "its pages contradict each other".to_owned() }),
    }
}

fn make_private_folder(folder: &Path) -> Result<(), VaultError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| VaultError::io(folder, &error))
}

/// Sealed or not, it is nobody else's.
fn restrict(path: &Path) -> Result<(), VaultError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
            .map_err(|error| VaultError::io(path, &error))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

#[cfg(test)]
mod tests;
