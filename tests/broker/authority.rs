//! A private certificate authority: a root that signs an issuer, which signs for the brokers and for one client.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use super::cluster::text;

/// What it issued, as PEM files.
pub struct Certificates {
    /// The root, which clients and brokers trust.
    pub root: PathBuf,
    /// The brokers' key, their certificate and the issuer's.
    pub broker: PathBuf,
    /// The client's key.
    pub client_key: PathBuf,
    /// The client's certificate and the issuer's.
    pub client: PathBuf,
}

impl Certificates {
    /// Issues all of them.
    pub fn issue(folder: &Path) -> Result<Self, String> {
        let at = |name: &str| folder.join(name);
        let files = Self {
            root: at("root.pem"),
            broker: at("broker.pem"),
            client_key: at("client-key.pem"),
            client: at("client.pem"),
        };
        let root_key = KeyPair::generate().map_err(text)?;
        let root = authority("Root of the tests")?;
        let root_certificate = root.self_signed(&root_key).map_err(text)?;
        let root = Issuer::new(root, root_key);

        let issuer_key = KeyPair::generate().map_err(text)?;
        let issuer = authority("Issuer of the tests")?;
        let issuer_certificate = issuer.signed_by(&issuer_key, &root).map_err(text)?;
        let issuer = Issuer::new(issuer, issuer_key);

        let (key, broker) = signed(&["localhost", "127.0.0.1"], "broker", &issuer)?;
        let (client_key, client) = signed(&[], "wire-reader", &issuer)?;
        let chain = |own: Certificate| own.pem() + &issuer_certificate.pem();
        fs::write(&files.root, root_certificate.pem()).map_err(text)?;
        fs::write(&files.broker, key + &chain(broker)).map_err(text)?;
        fs::write(&files.client_key, client_key).map_err(text)?;
        fs::write(&files.client, chain(client)).map_err(text)?;
        Ok(files)
    }
}

fn authority(name: &str) -> Result<CertificateParams, String> {
    let mut params = CertificateParams::new([]).map_err(text)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}

/// A key as PEM and its certificate.
fn signed(hosts: &[&str], name: &str, issuer: &Issuer<'_, KeyPair>) -> Result<(String, Certificate), String> {
    let key = KeyPair::generate().map_err(text)?;
    let mut params =
        CertificateParams::new(hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>()).map_err(text)?;
    params.distinguished_name.push(DnType::CommonName, name);
    let certificate = params.signed_by(&key, issuer).map_err(text)?;
    Ok((key.serialize_pem(), certificate))
}
