"""What no client should send (E1, E6, E7)."""

IDS = [
    "0", "-1", "+1", "01", "1.0", "1e0", "1_0", "%201", "1%00", "1%0a", "1%2f", "%d9%a1", "%ff",
    "..", "null", "'--", "9" * 19, "a" * 3000, "a@b.c%00",
]  # fmt: skip
QUERIES = [
    "", "0", "-1", "1.5", "%00", "a%00b", "%ff", "%ed%a0%80", "9" * 19, "9" * 400, "x" * 5000, "[]",
    "%F0%9F%98%80", "9999-12-31T23:59:59.9999999Z", "0001-01-01T00:00:00%2B23:59",
    "2026-01-01T00:00:60Z",
]  # fmt: skip
UNDECLARED = [b"%00=%ff&a[]=1&=&&", b"a" * 4000]
NULL_BYTE, LONE = rb'"a\u0000b"', rb'"\ud800"'
VALUES = [
    b"null", b"true", b"-1", b"9" * 17, b"9" * 30, b'""', NULL_BYTE, LONE,
    b'"' + b"x" * 5000 + b'"',
    '"ａ\u202e\u200b"'.encode(), b'"9999-12-31T23:59:59.999999Z"', b'"0001-01-01T00:00:00+23:59"',
    b"[]", b"[null]", b"[" + NULL_BYTE + b", " + LONE + b"]", b"{}",
    b'{"$ne": 1, "\\u0000": "\\u0000"}',
    b'{"a": ' + LONE + b"}", b'{"a":' * 19 + b"1e308" + b"}" * 19,
]  # fmt: skip
BODIES = [
    b"", b"null", b'"x"', b"[{}]", b"{", b'{"a": 1, "a": 2}', b'{"a": NaN}', b'{"a": "\xff"}',
    b'{"\\ud800": 1}', b'{"a": ' + b"9" * 5000 + b"}", b"[" * 30_000, b"{" + b" " * 66_000,
    b'{"is_admin": true, "__proto__": {}}',
]  # fmt: skip
# Beside the token, the type and a good body; each alone, since the first error hides others.
HEADERS = [
    [(b"authorization", b"Bearer x")],  # a second one
    [(b"content-type", b"text/plain")],  # likewise
    [(b"content-encoding", b"gzip")],
    [(b"content-length", b"9" * 50)],
    [
        (b"user-agent", b"\xff\xed\xa0\x80" * 60), (b"x-request-id", b"a\xff" * 80),
        (b"x-forwarded-for", b"\xff, [::1]:x"), (b"forwarded", b"for=_x;by=\xff"),
        (b"accept-language", b"\xff;q=x," + b"de," * 500), (b"accept", b"text/html;q=9"),
        (b"cookie", b"a=\xff" * 400), (b"range", b"bytes=9-1"), (b"origin", b"null"),
    ],
]  # fmt: skip
DECLARED = [b"", b"x", b'"\xff", W/"1",,', b'"' + b"9" * 5000 + b'"', b"k" * 5000, b'"\xe9\\"']
