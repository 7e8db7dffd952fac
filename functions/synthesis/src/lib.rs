//! Makes an answer of findings: sentences that each cite exact spans, or an honest abstention.
