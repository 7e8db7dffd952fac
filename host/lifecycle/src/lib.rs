//! Installed connectors: install, consent, pin, roll back, quarantine.
