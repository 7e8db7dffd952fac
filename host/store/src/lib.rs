//! What a host keeps: the index of the asker's files.
