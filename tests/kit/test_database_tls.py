import ssl

from uservault.kit.database_tls import postgresql_tls


def test_restricts_the_versions_beside_the_machines_certificates() -> None:
    given = {
        "sslrootcert": "system",
        "ssl_min_protocol_version": "TLSv1.2",
        "ssl_max_protocol_version": "TLSv1.3",
    }

    context = postgresql_tls(given)["ssl"]

    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.maximum_version == ssl.TLSVersion.TLSv1_3
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
