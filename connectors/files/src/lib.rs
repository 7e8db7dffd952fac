//! Asks the index of the asker's own folder.
