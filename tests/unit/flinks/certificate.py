"""A certificate of our own making for 127.0.0.1, and who trusts it."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ADDRESS = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])


class Certificate:
    """Made anew in a folder; good for an hour."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "certificate.pem"
        self._path.write_bytes(_pem())
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.load_cert_chain(self._path)

    def open_trusting(self) -> httpx.BaseTransport:
        """Open the network as the client does, but trust this certificate too."""
        return httpx.HTTPTransport(
            verify=ssl.create_default_context(cafile=str(self._path)), trust_env=False
        )


def _pem() -> bytes:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    builder = x509.CertificateBuilder(
        issuer_name=NAME,
        subject_name=NAME,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(minutes=5),
        not_valid_after=now + timedelta(hours=1),
    )
    made = builder.add_extension(ADDRESS, critical=False).sign(key, hashes.SHA256())
    shown = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return shown + made.public_bytes(serialization.Encoding.PEM)
