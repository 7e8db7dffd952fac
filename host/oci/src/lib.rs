//! Connectors as OCI artifacts: publish, pull, sign, verify.
