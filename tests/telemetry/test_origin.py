from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uservault.settings.base import ForwardedHeader
from uservault.telemetry.origin import Origin, client_address, origin_of

TRUSTED = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


class TestClientAddress:
    @pytest.mark.promise("B5")
    @pytest.mark.parametrize(
        ("peer", "forwarded", "address"),
        [
            ("192.0.2.1", ["198.51.100.7"], "192.0.2.1"),  # nobody trusts that peer
            ("10.0.0.1", [], "10.0.0.1"),
            ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", ["6.6.6.6, 198.51.100.7"], "198.51.100.7"),  # the rightmost
            ("10.0.0.1", ["6.6.6.6", "198.51.100.7, 10.0.0.2"], "198.51.100.7"),
            ("::ffff:10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
            ("::ffff:192.0.2.1", [], "192.0.2.1"),
            ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
            ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),  # all ours
            ("10.0.0.1", ["198.51.100.7, nonsense"], "10.0.0.1"),
            ("10.0.0.1", [""], "10.0.0.1"),
            ("10.0.0.1", ["fe80::1%<script>"], "fe80::1"),
            (None, ["198.51.100.7"], None),
        ],
    )
    def test_is_the_rightmost_hop_that_is_no_proxy_of_ours(
        self, peer: str | None, forwarded: list[str], address: str | None
    ) -> None:
        assert client_address(peer, forwarded, TRUSTED) == address

    @pytest.mark.promise("B5")
    @pytest.mark.parametrize(
        ("hop", "address"),
        [
            ("198.51.100.7:4711", "198.51.100.7"),  # Azure and IIS
            ("198.51.100.7:", "10.0.0.1"),
            ("198.51.100.7:123456", "10.0.0.1"),
            ("198.51.100.7:80:80", "10.0.0.1"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:4711", "2001:db8::7"),
            (" [2001:db8::7]:4711 ", "2001:db8::7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7", "10.0.0.1"),
            ("2001:db8::7]", "10.0.0.1"),
            ("[2001:db8::7]4711", "10.0.0.1"),
            ("[::ffff:198.51.100.7]:80", "198.51.100.7"),
            ("[]:80", "10.0.0.1"),
            ("unknown", "10.0.0.1"),
        ],
    )
    def test_may_have_a_port(self, hop: str, address: str) -> None:
        assert client_address("10.0.0.1", [f"6.6.6.6, {hop}"], TRUSTED) == address
        assert client_address("10.0.0.1", [f"6.6.6.6, {hop}, 10.0.0.2:80"], TRUSTED) in (
            address,
            "10.0.0.2",
        )

    @pytest.mark.promise("B5")
    @pytest.mark.parametrize(
        ("forwarded", "address"),
        [
            (["for=198.51.100.7"], "198.51.100.7"),
            (["For=198.51.100.7;proto=https;by=10.0.0.1"], "198.51.100.7"),
            (["proto=https; for=198.51.100.7 ;host=id.example.com"], "198.51.100.7"),
            (['for="198.51.100.7:4711"'], "198.51.100.7"),
            (["for=198.51.100.7:4711"], "198.51.100.7"),  # should be quoted
            (['for="[2001:db8::7]"'], "2001:db8::7"),
            (['for="[2001:db8::7]:_port"'], "2001:db8::7"),
            (["for=6.6.6.6, for=198.51.100.7", "for=10.0.0.2"], "198.51.100.7"),
            (["for=6.6.6.6, for=_hidden"], "10.0.0.1"),
            (["for=6.6.6.6, for=unknown"], "10.0.0.1"),
            (["for=6.6.6.6, proto=https"], "10.0.0.1"),
            (["for=6.6.6.6, "], "10.0.0.1"),
            (["for=6.6.6.6;for=198.51.100.7"], "10.0.0.1"),
            (["6.6.6.6"], "10.0.0.1"),
            # What a client sends before the proxy's own element does not change how that is read.
            (['for="6.6.6.6, for=198.51.100.7;proto=https'], "198.51.100.7"),
            (['for=6.6.6.6;x=", for="198.51.100.7"'], "198.51.100.7"),
            (["for=6.6.6.6;x=\\, for=198.51.100.7"], "198.51.100.7"),
            # Nor does what it makes the proxy quote.
            (['for=198.51.100.7;host="a, for=6.6.6.6"'], "10.0.0.1"),
            (['for=198.51.100.7;host="a, for=6.6.6.6, b"'], "10.0.0.1"),
            (['for=198.51.100.7;host="a;for=6.6.6.6;b"'], "10.0.0.1"),
            (['for=198.51.100.7;host="a, for=6.6.6.6;x=\\""'], "10.0.0.1"),
        ],
    )
    def test_is_read_from_forwarded_where_that_is_told(
        self, forwarded: list[str], address: str
    ) -> None:
        assert client_address("10.0.0.1", forwarded, TRUSTED, "forwarded") == address

    @pytest.mark.promise("B5")
    @pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded"])
    @given(
        st.lists(
            st.text(max_size=50)
            | st.from_regex(r'for="?\[?(10\.0\.0\.[0-9]|fe80::[1-9])\]?(:[0-9]+)?"?(;[a-z]="?x"?)?')
            | st.ip_addresses().map(str)
            | st.from_regex(r"(10\.0\.0\.[0-9]|fe80::1%.{0,9}|::ffff:10\.0\.0\.1)(, ?x)?")
        )
    )
    def test_is_an_address_whatever_the_headers_say(
        self, header: ForwardedHeader, forwarded: list[str]
    ) -> None:
        address = client_address("10.0.0.1", forwarded, TRUSTED, header)

        assert address is not None
        assert len(address) <= 45
        assert address.isascii()


class TestOriginOf:
    @pytest.mark.promise("B5")
    def test_believes_no_header_unless_told_to(self) -> None:
        scope = {"client": ("10.0.0.1", 1), "headers": [(b"x-forwarded-for", b"6.6.6.6")]}

        assert origin_of(scope, ()).address == "10.0.0.1"
        assert origin_of(scope, TRUSTED).address == "6.6.6.6"

    @pytest.mark.promise("B5")
    @pytest.mark.parametrize(
        ("header", "address"), [("x-forwarded-for", "198.51.100.7"), ("forwarded", "6.6.6.6")]
    )
    def test_reads_one_header_alone(self, header: ForwardedHeader, address: str) -> None:
        sent = [(b"forwarded", b"for=6.6.6.6"), (b"x-forwarded-for", b"198.51.100.7")]
        for headers in (sent, sent[::-1]):
            scope = {"client": ("10.0.0.1", 1), "headers": headers}

            assert origin_of(scope, TRUSTED, header).address == address

        [other] = [each for each in sent if each[0].decode() != header]
        scope = {"client": ("10.0.0.1", 1), "headers": [other]}
        assert origin_of(scope, TRUSTED, header).address == "10.0.0.1"

    def test_needs_no_peer(self) -> None:
        origin = origin_of({"client": None, "headers": []}, TRUSTED)

        assert (origin.address, origin.user_agent) == (None, None)
        assert origin.request_id

    def test_keeps_the_beginning_of_a_user_agent(self) -> None:
        scope = {"headers": [(b"user-agent", b"x" * 1000)]}

        assert origin_of(scope, ()).user_agent == "x" * 256

    @pytest.mark.promise("B5")
    @given(
        st.lists(
            st.tuples(
                st.sampled_from([b"x-request-id", b"x-forwarded-for", b"user-agent"]),
                st.binary(max_size=80),
            )
        )
    )
    def test_never_raises(self, headers: list[tuple[bytes, bytes]]) -> None:
        origin = origin_of({"client": ("10.0.0.1", 1), "headers": headers}, TRUSTED)

        assert str(origin.request_id).isascii()


class TestClient:
    @pytest.mark.promise("B3", "I6")
    @pytest.mark.parametrize(
        ("address", "counts_as"),
        [
            (None, None),
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::", "2001:db8:1:3::/64"),
            ("fe80::1%eth0", "fe80::/64"),
            ("a-socket", "a-socket"),
        ],
    )
    def test_is_all_that_one_has(self, address: str | None, counts_as: str | None) -> None:
        assert Origin(address=address).client.network == counts_as
