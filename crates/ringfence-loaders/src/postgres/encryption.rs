//! Encrypted connections, with what each `sslmode` asks of the server's certificate.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::Encryption;
use super::conversation::Trouble;
use super::password::home;

const NAME_A_FILE: &str = "set `PGSSLROOTCERT` to a file with the certificate of the authority that signed the server's, such as `/etc/ssl/certs/ca-certificates.crt`";

/// What encrypts a connection as a mode asks.
///
/// # Errors
/// No authority to hold a certificate against, where the mode needs one.
pub(super) fn connector(mode: Encryption) -> Result<MakeRustlsConnect, Trouble> {
    let provider = Arc::new(ring::default_provider());
    let verifier = verifier(mode, &provider)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Trouble::new(format!("no encrypted connection: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// What checks the certificate. Where a file of authorities is there, it is used in every mode, as other programs do.
fn verifier(mode: Encryption, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, Trouble> {
    let named = env::var_os("PGSSLROOTCERT").filter(|path| !path.is_empty()).map(PathBuf::from);
    let path = named.or_else(|| Some(home()?.join(".postgresql/root.crt"))).filter(|path| path.is_file());
    let Some(path) = path else {
        if mode.verifies() {
            let message =
                format!("`sslmode={}` needs the certificate of an authority, and none was found", mode.name());
            return Err(Trouble::new(message).help(NAME_A_FILE));
        }
        return Ok(Arc::new(Unverified(Arc::clone(provider))));
    };
    let unreadable = |why: &str| Trouble::new(format!("`{}` {why}", path.display())).help(NAME_A_FILE);
    let bytes = fs::read(&path).map_err(|error| unreadable(&format!("cannot be read: {error}")))?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(CertificateDer::pem_slice_iter(&bytes).filter_map(Result::ok));
    if roots.is_empty() {
        return Err(unreadable("holds no certificate"));
    }
    let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build();
    let inner = built.map_err(|error| unreadable(&format!("is of no use: {error}")))?;
    Ok(if mode == Encryption::VerifyFull { inner } else { Arc::new(AnyName(inner)) })
}

/// Why a certificate was refused, and what to do.
pub(super) fn refusal(error: &Error, host: &str) -> Trouble {
    let Error::InvalidCertificate(why) = error else {
        return Trouble::new(format!("no encrypted connection: {error}"));
    };
    let (words, help) = match why {
        CertificateError::UnknownIssuer => {
            ("no authority that is trusted here has signed it".to_owned(), NAME_A_FILE.to_owned())
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            format!("it is not for `{host}`"),
            "write the name that the certificate is for, under its alternative names".to_owned(),
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ("it has expired".to_owned(), "the server needs a new one".to_owned())
        }
        other if other.to_string().contains("CaUsedAsEndEntity") => (
            "it is the certificate of an authority, and not of a server".to_owned(),
            "let an authority sign a certificate for the server, with `basicConstraints=CA:FALSE`".to_owned(),
        ),
        other => (other.to_string(), "ask who keeps the server".to_owned()),
    };
    Trouble::new(format!("the server's certificate is refused: {words}")).help(&help)
}

/// Takes every certificate: the connection is encrypted, and nobody knows with whom.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

/// Takes the certificate of a known authority, whatever name it is for.
#[derive(Debug)]
struct AnyName(Arc<WebPkiServerVerifier>);

type Verified = Result<ServerCertVerified, Error>;
type Signed = Result<HandshakeSignatureValid, Error>;

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Verified {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(&self, _: &[u8], _: &CertificateDer<'_>, _: &DigitallySignedStruct) -> Signed {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(&self, _: &[u8], _: &CertificateDer<'_>, _: &DigitallySignedStruct) -> Signed {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        server: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Verified {
        // The name is looked at last, when everything else holds.
        match self.0.verify_server_cert(server, between, name, ocsp, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            found => found,
        }
    }

    fn verify_tls12_signature(
        &self,
        text: &[u8],
        server: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Signed {
        self.0.verify_tls12_signature(text, server, signed)
    }

    fn verify_tls13_signature(
        &self,
        text: &[u8],
        server: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Signed {
        self.0.verify_tls13_signature(text, server, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
