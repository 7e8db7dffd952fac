//! Makes a follow-up question stand alone and applies what the asker settled.
