//! Who a certificate says it is for.
//!
//! The certificate has been verified: what is read here is what an authority has signed. URIs come first, since they are
//! made for services (`spiffe://...`), then DNS names, mail addresses, and the common name last.

use anyhow::{Context as _, Result, anyhow, bail};
use rustls::pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;

/// Names of one certificate that are looked at.
const NAMES_MAX: usize = 64;

/// None when the certificate cannot be read.
pub(super) fn of(certificate: &CertificateDer<'_>) -> Vec<String> {
    X509Certificate::from_der(certificate).map(|(_, it)| names(&it)).unwrap_or_default()
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let alternative = certificate.subject_alternative_name().ok().flatten();
    let alternative = alternative.map(|it| it.value.general_names.as_slice()).unwrap_or_default();
    let of_kind = |kind: fn(&GeneralName<'_>) -> Option<String>| alternative.iter().filter_map(kind);
    let uris = of_kind(|name| if let GeneralName::URI(uri) = name { Some((*uri).to_owned()) } else { None });
    let dns = of_kind(|name| if let GeneralName::DNSName(dns) = name { Some((*dns).to_owned()) } else { None });
    let mail = of_kind(|name| if let GeneralName::RFC822Name(it) = name { Some((*it).to_owned()) } else { None });
    let common = certificate.subject().iter_common_name().filter_map(|name| Some(name.as_str().ok()?.to_owned()));
    uris.chain(dns).chain(mail).chain(common).take(NAMES_MAX).collect()
}

/// The names, and until when it is good.
///
/// # Errors
/// It is not good at this time.
pub(super) fn validity(certificate: &CertificateDer<'_>, now_seconds: i64) -> Result<(String, String)> {
    let (_, certificate) = X509Certificate::from_der(certificate).map_err(|error| anyhow!("{error}"))?;
    let validity = certificate.validity();
    let (from, until) = (validity.not_before.timestamp(), validity.not_after.timestamp());
    let date = |time: x509_parser::time::ASN1Time| time.to_rfc2822().unwrap_or_else(|text| text);
    if now_seconds < from {
        bail!("the certificate is good only from {}", date(validity.not_before));
    }
    if now_seconds > until {
        bail!(
            "the certificate was good until {}\n\nhint: renew it; the files are read again by themselves",
            date(validity.not_after)
        );
    }
    let names = names(&certificate);
    let first =
        names.first().context("the certificate names nobody\n\nhint: clients look for the host's name in it")?;
    Ok((first.clone(), date(validity.not_after)))
}
