//! The native host: platform and HTTP server.
